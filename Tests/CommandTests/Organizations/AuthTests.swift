import Foundation
import Simulator
import TestSupport
import Testing

/// Logging in and out as an administrator does it, with curl instead of the browser.
@Suite struct `Authorisation` {
    private func state(_ desk: Desk) async throws -> (status: Int32, row: [String: JSON]) {
        let ending = try await desk.run("auth", "status", "--json")
        return (ending.status, try #require(try ending.objects.first { $0["type"]?.text == "token" }))
    }

    /// No token may be visible anywhere.
    private func expectNoSecret(_ ending: Program.Ending, _ desk: Desk) {
        let text = ending.output + ending.errors
        #expect(!text.contains("_P0A1_") && !text.contains(desk.simulator.clientSecret))
        #expect(!text.contains(desk.simulator.refreshToken))
    }

    @Test func `before a login every command that needs a token says so, and after it the archive is complete`()
        async throws
    {
        try await Desk.withNewcomer { desk, _ in
            for command in [["config", "check"], ["archive", "--day", desk.day], ["auth", "refresh"]] {
                let ending = try await desk.start(command).end()
                #expect(ending.status == 77)
                #expect((ending.output + ending.errors).contains("run `callark auth login --org acme`"))
            }
            #expect(try await state(desk).status == 77)
            #expect(try await state(desk).row["state"]?.text == "missing")
            #expect(try await desk.run("status", "--check").output.contains("token_ends: there is no token yet"))
            #expect(desk.simulator.counters.requests(to: .token) == 0)

            let login = try desk.start("auth", "login", "--no-browser", "--scope", "cjp:config_read")
            #expect(
                try await Program.browse(try await login.loginAddress()).hasSuffix("look at the terminal.</p>\n\n200")
            )
            let ending = try await login.end()
            #expect(ending.status == 0, "\(ending.errors)")
            #expect(ending.output.contains("acme is logged in"))
            expectNoSecret(ending, desk)

            let (status, row) = try await state(desk)
            #expect(status == 0 && row["state"]?.text == "valid" && row["scope"]?.text == "cjp:config_read")
            #expect(row["token_organization"]?.text == desk.simulator.organizationID)
            let file = try FileManager.default.attributesOfItem(atPath: "\(desk.root)/spool/credentials/acme.json")
            #expect((file[.posixPermissions] as? NSNumber)?.intValue == 0o600)
            try await desk.archiveDay()
            #expect(try await desk.archived() == desk.offered)
        }
    }

    @Test func `on a desktop a browser is opened`() async throws {
        try await Desk.withNewcomer { desk, _ in
            let desktop = try desk.desktop()
            let ending = try await desk.run("auth", "login", "--org", "acme", "--json", environment: desktop)
            #expect(ending.status == 0, "\(ending.errors)")
            let objects = try ending.objects
            #expect(objects.map { $0["type"]?.text } == ["authorize", "summary"])
            #expect(objects.last?["complete"] == .boolean(true))
            expectNoSecret(ending, desk)
            #expect(try await state(desk).row["state"]?.text == "valid")
        }
    }

    @Test func `the alarm of a refused refresh token ends with the login that it names`() async throws {
        try await Desk.withNewcomer { desk, _ in
            let desktop = try desk.desktop().merging(Desk.roomy) { $1 }
            #expect(try await desk.run("auth", "login", environment: desktop).status == 0)
            #expect(try await desk.run("archive").status == 0)
            #expect(try await desk.alarms().codes == [])
            desk.simulator.revokeRefreshTokens()
            #expect(try await desk.run("auth", "refresh").status == 77)
            let alarms = try await desk.alarms()
            #expect(alarms.codes == ["token_refused"] && alarms.status == 77)
            #expect(alarms["token_refused"]?["command"]?.text == "callark auth login --org acme")
            let login = try await desk.end("token_refused", desktop)
            #expect(login.status == 0, "\(login.errors)")
            #expect(try await desk.alarms().codes == [])
            #expect(try await desk.run("auth", "refresh").status == 0)
        }
    }

    @Test func `an opener that fails is reported, and the address can still be opened by hand`() async throws {
        try await Desk.withNewcomer { desk, _ in
            try desk.write("xdg-open", "#!/bin/sh\necho noise; echo noise >&2; exit 3\n", mode: 0o755)
            let path = "\(desk.folder):\(ProcessInfo.processInfo.environment["PATH"] ?? "")"
            let login = try desk.start("auth", "login", environment: ["PATH": path, "DISPLAY": ":9"])
            let address = try await login.loginAddress()
            try await eventually("the failure is told") {
                try login.errorsSoFar().contains("xdg-open failed with status 3; open the address by hand")
            }
            try await Program.browse(address)
            let ending = try await login.end()
            #expect(ending.status == 0 && !ending.errors.contains("noise") && !ending.output.contains("noise"))
        }
    }

    @Test(arguments: [nil, "https://app.example.com/auth"])
    func `without a browser the address that it ended at is pasted, after a wrong one`(_ uri: String?) async throws {
        try await Desk.withNewcomer(redirectURI: uri) { desk, redirectURI in
            // A redirect URI that is not on this machine cannot be waited for, so --paste is not needed.
            let script = """
                set -eu
                mkfifo in
                "$1" auth login \(uri == nil ? "--paste" : "") --json < in > out 2> err & login=$!
                exec 3> in
                until grep -q authorize out; do kill -0 $login; sleep 0.05; done
                address=$(sed -n 's/.*"url":"\\([^"]*\\)".*/\\1/p' out)
                echo "\(redirectURI)?code=made-up&state=guessed" >&3
                echo >&3
                echo "$address" >&3
                curl -q -sS --noproxy '*' -o page -w '<%{redirect_url}>\\n' "$address" >&3
                wait $login
                cat out err
                """
            let callark = Program.products.appending(path: "callark").path
            let ending = try await Program.run(
                "bash",
                ["-c", script, "bash", callark],
                environment: ["CALLARK_CONFIG": desk.configuration],
                directory: desk.folder
            )
            #expect(ending.status == 0, "\(ending.output)\(ending.errors)")
            #expect(ending.output.contains("that is not the answer: its state is not that of this login"))
            #expect(ending.output.contains("that is not the answer: it is the address to sign in at"))
            expectNoSecret(ending, desk)
            #expect(try await state(desk).row["state"]?.text == "valid")
        }
    }

    @Test func `the code alone will do, and one that is made up is refused`() async throws {
        try await Desk.withNewcomer { desk, redirectURI in
            let refused = try await desk.run("auth", "login", "--paste", input: "\nmade-up\n")
            #expect(refused.status == 77)
            #expect(refused.errors.contains("codes last a short time and work once"))
            #expect(try await state(desk).row["state"]?.text == "missing")

            let place = try #require(redirectURI.addingPercentEncoding(withAllowedCharacters: .alphanumerics))
            let query = "response_type=code&client_id=\(desk.simulator.clientID)&scope=cjp:config_read"
            let authorize = "\(desk.simulator.oauthBaseURL)/authorize?\(query)&redirect_uri=\(place)"
            let options = ["-q", "-sS", "--noproxy", "*", "-o", "/dev/null", "-w", "%{redirect_url}", authorize]
            let location = try await Program.run("curl", options).output
            let code = try #require(URLComponents(string: location)?.queryItems?.first { $0.name == "code" }?.value)
            let ending = try await desk.run("auth", "login", "--paste", "--no-pkce", input: code)
            #expect(ending.status == 0, "\(ending.errors)")
            #expect(!ending.output.contains("code_challenge"))
            #expect(try await state(desk).row["state"]?.text == "valid")
        }
    }

    @Test func `an end of the input without an answer is 77`() async throws {
        try await Desk.withNewcomer { desk, _ in
            let ending = try await desk.run("auth", "login", "--paste", input: "not a code\n")
            #expect(ending.status == 77)
            #expect(ending.errors.contains("standard input had no address and no code"))
        }
    }

    @Test func `a refusal is reported in the provider's words`() async throws {
        try await Desk.withNewcomer { desk, _ in
            desk.simulator.change { $0.tokens.deniesConsent = true }
            let login = try desk.start("auth", "login", "--no-browser")
            #expect(try await Program.browse(try await login.loginAddress()).contains("Access was not granted"))
            let ending = try await login.end()
            #expect(ending.status == 77)
            let words = "access was not granted: access_denied: The resource owner denied the request; log in"
            #expect(ending.errors.contains(words))
            #expect(desk.simulator.counters.requests(to: .token) == 0)
        }
    }

    @Test func `a scope that the provider does not know is reported`() async throws {
        try await Desk.withNewcomer { desk, _ in
            let login = try desk.start("auth", "login", "--no-browser", "--scope", "everything")
            try await Program.browse(try await login.loginAddress())
            let ending = try await login.end()
            #expect(ending.status == 77)
            #expect(ending.errors.contains("invalid_scope: The requested scope is invalid;"))
        }
    }

    @Test func `an answer with another state is refused, and the right one is still taken`() async throws {
        try await Desk.withNewcomer { desk, redirectURI in
            let login = try desk.start("auth", "login", "--no-browser")
            let address = try await login.loginAddress()
            #expect(try await Program.browse(redirectURI + "&code=made-up&state=guessed").hasSuffix("\n400"))
            #expect(try await Program.browse(redirectURI, "-d", "code=made-up").hasSuffix("\n405"))
            #expect(
                try await Program.browse(redirectURI.replacing("/callark", with: "/favicon.ico")).hasSuffix("\n404")
            )
            #expect(login.isRunning)
            #expect(desk.simulator.counters.requests(to: .token) == 0)
            try await Program.browse(address)
            #expect(try await login.end().status == 0)
        }
    }

    @Test(arguments: [TokenRules.ErrorShape.oauth, .webex])
    func `a code that the provider refuses is 77, and nothing is kept`(_ shape: TokenRules.ErrorShape) async throws {
        try await Desk.withNewcomer { desk, _ in
            desk.simulator.change { $0.tokens.errorShape = shape }
            desk.simulator.inject(try FaultRule("token refuse shape=\(shape.rawValue)"))
            let login = try desk.start("auth", "login", "--no-browser")
            try await Program.browse(try await login.loginAddress())
            let ending = try await login.end()
            #expect(ending.status == 77)
            #expect(ending.errors.contains("the refresh token or code is invalid or expired"))
            #expect(ending.errors.contains("log in again"))
            #expect(try await state(desk).row["state"]?.text == "missing")
        }
    }

    @Test func `a token of another organization is not kept`() async throws {
        try await Desk.withNewcomer { desk, redirectURI in
            let other = "11111111-2222-4333-8444-555555555555"
            let yaml = desk.yamlForLogin(redirectURI).replacing(desk.simulator.organizationID, with: other)
            try desk.write("callark.yaml", yaml)
            let login = try desk.start("auth", "login", "--no-browser")
            try await Program.browse(try await login.loginAddress())
            let ending = try await login.end()
            #expect(ending.status == 77)
            #expect(ending.errors.contains("is of organization \(desk.simulator.organizationID), not of \(other)"))
            #expect(ending.errors.contains("nothing was kept"))
            #expect(try await state(desk).row["state"]?.text == "missing")
        }
    }

    @Test func `a port in use, and a browser that never arrives, are reported`() async throws {
        try await Desk.withNewcomer { desk, redirectURI in
            let first = try desk.start("auth", "login", "--no-browser")
            _ = try await first.loginAddress()
            let second = try await desk.run("auth", "login", "--no-browser")
            #expect(second.status == 74)
            #expect(try second.complaint.contains("or use --redirect-uri with another one"))
            first.signal(SIGINT)
            #expect(try await first.end().status == 130)
            let third = try await desk.run("auth", "login", "--no-browser", "--timeout", "1")
            #expect(third.status == 77)
            #expect(third.errors.contains("no answer arrived at \(redirectURI) within 1 s"))
        }
    }

    @Test func `a login takes the place of a refresh token that is refused`() async throws {
        try await Desk.with(calls: 2) { desk in
            let redirectURI = "http://127.0.0.1:\(try FreePort.number())/"
            desk.simulator.change { $0.tokens.redirectURIs = [redirectURI] }
            desk.simulator.revokeRefreshTokens()
            let refused = try await desk.run("archive", "--day", desk.day)
            #expect(refused.status == 77)
            #expect(refused.errors.contains("run `callark auth login --org acme`"))
            #expect(try await desk.run("auth", "status", "--json").objects.first?["state"]?.text == "refused")
            let login = try desk.start("auth", "login", "--no-browser", "--redirect-uri", redirectURI)
            try await Program.browse(try await login.loginAddress())
            #expect(try await login.end().status == 0)
            #expect(try await desk.run("auth", "status", "--json").objects.first?["state"]?.text == "valid")
            try await desk.archiveDay()
        }
    }

    @Test func `a refresh by hand renews what is old enough`() async throws {
        try await Desk.with(calls: 0) { desk in
            #expect(try await state(desk).row["state"]?.text == "unused")
            #expect(try await desk.run("auth", "refresh", "--if-older-than", "7").output.contains("acme: renewed"))
            #expect(try await desk.run("auth", "refresh", "--if-older-than", "7").output.contains("not renewed"))
            #expect(desk.simulator.counters.requests(to: .token) == 1)
            let ending = try await desk.run("auth", "refresh", "--json")
            #expect(ending.status == 0)
            #expect(try ending.objects.first?["refreshed"] == .boolean(true))
            #expect(try ending.objects.last?["type"]?.text == "summary")
            expectNoSecret(ending, desk)
            #expect(desk.simulator.counters.requests(to: .token) == 2)
            desk.simulator.revokeRefreshTokens()
            let refused = try await desk.run("auth", "refresh")
            #expect(refused.status == 77)
            #expect(refused.errors.contains("acme: POST access_token: status 400"))
        }
    }

    @Test func `several refreshes at once follow each other, none with a token that has been used up`() async throws {
        try await Desk.with(calls: 0) { desk in
            desk.simulator.change { $0.tokens.rotatesRefreshTokens = true }
            desk.simulator.inject(try FaultRule("token delay seconds=0.2"))
            let programs = try (0..<4).map { _ in try desk.start("auth", "refresh") }
            for program in programs {
                let ending = try await program.end()
                #expect(ending.status == 0, "\(ending.errors)")
            }
            #expect(desk.simulator.counters.statuses[400] == nil)
            #expect(try await desk.run("config", "check").status == 0)
        }
    }

    @Test func `a logout forgets the pair, and says what else is to be done`() async throws {
        try await Desk.with(calls: 0) { desk in
            #expect(try await desk.run("config", "check").status == 0)
            let ending = try await desk.run("auth", "logout", "--org", "acme")
            #expect(ending.status == 0)
            #expect(ending.output.contains("revoke the app in Control Hub"))
            #expect(ending.output.contains("a refresh token is still configured"))
            let left = try FileManager.default.contentsOfDirectory(atPath: "\(desk.root)/spool/credentials")
            #expect(left.filter { !$0.hasSuffix(".lock") } == [])
            #expect(try await state(desk).row["state"]?.text == "unused")
            let again = try await desk.run("auth", "logout", "--json")
            #expect(try again.objects.last?["removed"] == .boolean(false))
        }
    }

    @Test func `one bearer token is shown as that, and neither logged in with nor renewed`() async throws {
        try await Desk.with(calls: 0) { desk in
            let token = desk.simulator.issueAccessToken()
            try desk.write("token", token, mode: 0o600)
            let keys = /client_id: .*\n.*client_secret_file: .*\n.*refresh_token_file: .*\n/
            try desk.write("callark.yaml", desk.yaml.replacing(keys, with: "access_token_file: \(desk.folder)/token\n"))
            #expect(try await state(desk).row["state"]?.text == "bearer")
            for command in [["auth", "login"], ["auth", "logout"], ["auth", "refresh", "--org", "acme"]] {
                let ending = try await desk.start(command).end()
                #expect(ending.status == 78)
                #expect(ending.errors.contains("acme has one bearer token"))
                #expect(!ending.errors.contains(token))
            }
            #expect(try await desk.run("auth", "refresh").status == 0)
        }
    }

    @Test(arguments: [
        ["auth", "login", "--redirect-uri", "http://example.com/"], ["auth", "login", "--scope", "a b"],
        ["auth", "login", "--timeout", "0"], ["auth", "refresh", "--if-older-than", "-1"],
    ])
    func `bad usage is 64`(_ arguments: [String]) async throws {
        try await Desk.with(calls: 0) { desk in
            let ending = try await desk.start(arguments).end()
            #expect(ending.status == 64)
        }
    }
}

/// The platform of 2021, with its configured dialect.
@Suite struct `The early-access platform` {
    @Test func `is archived like the current one`() async throws {
        try await Desk.with(calls: 8) { desk in
            desk.simulator.change { $0.isEarlyAccess = true }
            let yaml = desk.yaml.replacing("    auth:", with: "    api_dialect: early_access\n    auth:")
            try desk.write("callark.yaml", yaml)
            #expect(try await desk.run("config", "check").status == 0)
            let ending = try await desk.run("archive", "--day", desk.day)
            #expect(ending.status == 0, "\(ending.errors)")
            #expect(ending.output.contains("the early-access platform has no such call"))
            #expect(try await desk.archived() == desk.offered)
            #expect(try await desk.run("verify").status == 0)
            #expect(desk.simulator.counters.statuses[404] == nil)
        }
    }

    @Test func `is distinguished from the current one by its answers`() async throws {
        try await Desk.with(calls: 0) { desk in
            desk.simulator.change { $0.isEarlyAccess = true }
            let base = desk.simulator.apiBaseURL
            try desk.write("callark.yaml", desk.yaml.replacing(base, with: base.replacing("/contactCenter", with: "")))
            let ending = try await desk.run("config", "check")
            #expect(ending.status == 69)
            #expect(ending.output.contains("check region, api_base_url and api_dialect"))
        }
    }
}
