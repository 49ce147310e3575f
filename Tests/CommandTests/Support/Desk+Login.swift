import Foundation
import Simulator
import TestSupport
import Testing

/// Logging in, with curl instead of the browser.
extension Desk {
    /// A desk at which no one has logged in yet.
    static func withNewcomer(
        redirectURI: String? = nil,
        _ body: (Desk, _ redirectURI: String) async throws -> Void
    ) async throws {
        try await Desk.with(calls: 2) { desk in
            let redirectURI = try redirectURI ?? "http://127.0.0.1:\(FreePort.number())/callark?from=webex"
            desk.simulator.change { $0.tokens.redirectURIs = [redirectURI] }
            try desk.write("callark.yaml", desk.yamlForLogin(redirectURI))
            try await body(desk, redirectURI)
        }
    }

    /// The environment that makes this machine a desktop, with curl as its opener.
    func desktop() throws -> [String: String] {
        let opener = "#!/bin/sh\nexec curl -q -sSL --noproxy '*' --max-time 60 -o \"$0.page\" \"$1\"\n"
        try write("xdg-open", opener, mode: 0o755)
        return ["PATH": "\(folder):\(ProcessInfo.processInfo.environment["PATH"] ?? "")", "DISPLAY": ":9"]
    }

    /// The configuration without a refresh token.
    func yamlForLogin(_ redirectURI: String) -> String {
        yaml.replacing("refresh_token_file: \(folder)/refresh", with: "redirect_uri: \(redirectURI)")
    }
}

extension Program {
    /// The address that a login has shown.
    func loginAddress() async throws -> String {
        var address: String?
        try await eventually("the address is shown") {
            address = try outputSoFar().firstMatch(of: /https?:\/\/\S+\/authorize\?\S+/).map { "\($0.output)" }
            return address != nil || !isRunning
        }
        let errors = try errorsSoFar()
        return try #require(address, "\(errors)")
    }

    /// Where curl ends: the status and the page.
    @discardableResult
    static func browse(_ address: String, _ options: String...) async throws -> String {
        let fixed = ["-q", "-sSL", "--noproxy", "*", "--max-time", "60", "-w", "\n%{http_code}"]
        return try await run("curl", fixed + options + [address]).output
    }
}
