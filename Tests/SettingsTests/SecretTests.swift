import Foundation
import Recordings
import Settings
import Testing

@Suite struct SecretTests {
    private static let start = "organizations:\n  - {name: acme, org_id: 1, region: us1, auth: "

    private func token(of loaded: LoadedSettings) throws -> SecretSource {
        let organization = try #require(loaded.settings.organizations.first)
        guard case .bearer(let token) = organization.credentials else { throw CancellationError() }
        return token
    }

    @Test func `a secret shows nowhere but where it is revealed`() throws {
        let secrets = ["S3CRET-text", "S3CRET-file", "S3CRET-variable"]
        let installation = try Installation(
            """
            organizations:
              - name: acme
                org_id: 1
                region: us1
                auth: {client_id: cid, client_secret: S3CRET-text, refresh_token_file: refresh}
              - name: beta
                org_id: 2
                region: us1
                auth: {access_token: replaced-S3CRET}
            """
        )
        try installation.write("S3CRET-file\n", to: "refresh")
        let loaded = try installation.load(["CALLARK_ORG_BETA_ACCESS_TOKEN": "S3CRET-variable"])
        var dumped = ""
        dump(loaded, to: &dumped)
        dump(loaded.settings.organizations.map(\.credentials), to: &dumped)
        let shown = "\(loaded) \(String(reflecting: loaded)) \(dumped)"
        #expect(!shown.contains("S3CRET"))
        #expect(shown.contains("•••"))
        #expect(
            loaded.shown("organizations.acme.auth.client_secret")
                == ShownValue(key: "organizations.acme.auth.client_secret", value: "•••", origin: .file(line: 5))
        )
        #expect(
            loaded.shown("organizations.acme.auth.refresh_token_file")?.value == "\(installation.folder)/refresh"
        )
        #expect(
            loaded.shown("organizations.beta.auth.access_token")?.origin
                == .environment("CALLARK_ORG_BETA_ACCESS_TOKEN")
        )
        let revealed = try loaded.settings.organizations.flatMap { organization -> [String] in
            switch organization.credentials {
            case .bearer(let token): [try token.reveal()]
            case .refreshing(_, let secret, let token): [try secret.reveal(), try token?.reveal() ?? ""]
            }
        }
        #expect(revealed == secrets)
    }

    @Test(arguments: [
        "{access_token: 'S3CRET with spaces'}", "{access_token: \"S3CRET\\r\\nX-Header: 1\"}",
        "{access_token: [S3CRET]}", "{access_token: {S3CRET: 1}}", "{access_token: !tag S3CRET}",
        "{access_token: S3CRÉT-S3CRET}", "S3CRET", "[S3CRET]", "{access_token: S3CRET, client_secret: S3CRET}",
        "{access_token: S3CRET, access_token: S3CRET2}", "{access_token: S3CRET", "{access_token: @S3CRET}",
        "{client_id: S3CRET}", "{access_token_file: S3CRET-0123456789-0123456789-0123456789}",
    ])
    func `no error shows a secret`(_ auth: String) throws {
        let problems = try Installation(Self.start + auth + "}").problems()
        #expect(!problems.isEmpty)
        #expect(!problems.joined().contains("S3CRET"))
    }

    @Test func `the environment's form of a secret beats either form in the file`() throws {
        let installation = try Installation(Self.start + "{access_token_file: absent}}")
        #expect(try token(of: installation.load(["CALLARK_ORG_ACME_ACCESS_TOKEN": "T"])).reveal() == "T")
        try installation.write("FROM-FILE\n", to: "token")
        try installation.write(Self.start + "{access_token: INLINE}}", to: "callark.yaml")
        let loaded = try installation.load(["CALLARK_ORG_ACME_ACCESS_TOKEN_FILE": "token"])
        #expect(try token(of: loaded).reveal() == "FROM-FILE")
        #expect(try token(of: loaded).file == "\(installation.folder)/token")
        #expect(loaded.shown("organizations.acme.auth.access_token") == nil)
    }

    @Test func `a method in the environment replaces the file's other method`() throws {
        let installation = try Installation(Self.start + "{client_id: c, client_secret: s, refresh_token: r}}")
        #expect(try token(of: installation.load(["CALLARK_ORG_ACME_ACCESS_TOKEN": "T"])).reveal() == "T")
        let both = ["CALLARK_ORG_ACME_ACCESS_TOKEN": "T", "CALLARK_ORG_ACME_CLIENT_ID": "c"]
        #expect(
            installation.problems(both) == [
                "CALLARK_ORG_ACME_ACCESS_TOKEN: organizations.acme.auth has both an access token and a client's keys; "
                    + "give one or the other"
            ]
        )
    }

    @Test func `both forms of one secret in the environment are an error`() throws {
        let both = ["CALLARK_ORG_ACME_ACCESS_TOKEN": "T", "CALLARK_ORG_ACME_ACCESS_TOKEN_FILE": "f"]
        #expect(
            try Installation().problems(both) == [
                "CALLARK_ORG_ACME_ACCESS_TOKEN: organizations.acme.auth.access_token and "
                    + "organizations.acme.auth.access_token_file are both given; give one of them"
            ]
        )
    }

    @Test func `a secret's file that cannot be used is named`() throws {
        let installation = try Installation(Self.start + "{access_token_file: token}}")
        let file = "\(installation.folder)/token"
        let place = "callark.yaml:2: organizations.acme.auth.access_token_file: "
        #expect(installation.problems() == ["\(place)cannot read \"\(file)\": no such file or directory"])
        let rule = "its only line must be a secret of visible ASCII characters, without spaces"
        for text in ["", "\n", "two\nlines", "sp ace", "\u{FEFF}token"] {
            try installation.write(text, to: "token")
            #expect(installation.problems() == ["\(place)\"\(file)\" holds no usable secret; \(rule)"])
        }
        try installation.write(Data(repeating: 0x61, count: 70000), to: "token")
        #expect(installation.problems() == ["\(place)cannot read \"\(file)\": it has more than 65536 bytes"])
        try FileManager.default.removeItem(atPath: file)
        try FileManager.default.createDirectory(atPath: file, withIntermediateDirectories: false)
        #expect(installation.problems() == ["\(place)cannot read \"\(file)\": it is not a regular file"])
        try FileManager.default.removeItem(atPath: file)
        try FileManager.default.createSymbolicLink(atPath: file, withDestinationPath: "token")
        #expect(
            installation.problems() == ["\(place)cannot read \"\(file)\": too many levels of symbolic links"]
        )
    }

    private typealias SetUser = @convention(c) (uid_t) -> Int32

    @Test func `a secret's file without permission is named`() throws {
        let installation = try Installation(Self.start + "{access_token_file: token}}", mode: 0o644)
        try installation.write("T", to: "token", mode: 0)
        // Root may read every file, but not while this thread opens files as the user nobody.
        let setUser = try #require(dlsym(nil, "setfsuid").map { unsafeBitCast($0, to: Self.SetUser.self) })
        let user = setUser(65534)
        defer { _ = setUser(uid_t(user)) }
        #expect(
            installation.problems() == [
                "callark.yaml:2: organizations.acme.auth.access_token_file: cannot read "
                    + "\"\(installation.folder)/token\": permission denied"
            ]
        )
    }

    @Test(arguments: [(0o600, false), (0o400, false), (0o640, true), (0o604, true), (0o644, true)])
    func `a secret's file that others can read is warned of`(_ mode: Int, _ isWarned: Bool) throws {
        let installation = try Installation(Self.start + "{access_token_file: token}}", mode: 0o644)
        try installation.write("T", to: "token", mode: mode)
        let warning =
            "callark.yaml:2: organizations.acme.auth.access_token_file: \"\(installation.folder)/token\" "
            + "can be read by others than its owner; chmod 600 it"
        #expect(try installation.load().warnings == (isWarned ? [warning] : []))
    }

    @Test func `systemd's credentials, readable by group because of their access list, are not warned of`() throws {
        let installation = try Installation(Self.start + "{access_token_file: token}}")
        try installation.write("T", to: "token", mode: 0o440)
        #expect(try installation.load(["CREDENTIALS_DIRECTORY": installation.folder]).warnings.isEmpty)
        #expect(try installation.load(["CREDENTIALS_DIRECTORY": "/elsewhere"]).warnings.count == 1)
    }

    @Test func `a secret in a configuration file that others can read is warned of`() throws {
        let installation = try Installation(Self.start + "{access_token: T}}", mode: 0o644)
        #expect(
            try installation.load().warnings == [
                "callark.yaml:2: organizations.acme.auth.access_token can be read by others than the file's owner; "
                    + "chmod 600 the file, or use organizations.acme.auth.access_token_file"
            ]
        )
    }

    @Test func `a configuration file that anybody can change is warned of`() throws {
        let installation = try Installation(Self.start + "{access_token_file: token}}", mode: 0o646)
        try installation.write("T", to: "token")
        #expect(
            try installation.load().warnings == [
                "callark.yaml: anyone can change this file, and so send the tokens elsewhere; run chmod o-w on it"
            ]
        )
    }

    @Test func `a secret that cannot be read concerns only the request that needs it`() throws {
        let installation = try Installation(Self.start + "{access_token_file: absent}}")
        let loaded = try Settings.load(
            option: "\(installation.folder)/callark.yaml",
            environment: [:],
            needsSecrets: false
        )
        let token = try token(of: loaded)
        let error = try #require(throws: SettingsError.self) { try token.reveal() }
        #expect(error.problems.map(\.code) == [.badSecret])
        #expect(throws: SettingsError.self) { try installation.load() }
    }
}
