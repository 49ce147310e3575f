import Foundation
import Recordings
import Settings
import Testing

@Suite struct LegacySettingsTests {
    private static let start = "organizations:\n  - {name: acme, org_id: 1, region: us1, auth: {access_token: t}"

    private func yaml(_ legacy: String) -> String { Self.start + ", legacy: \(legacy)}" }

    private func legacy(of loaded: LoadedSettings) throws -> OrganizationSettings.Legacy? {
        try #require(loaded.settings.organizations.first).legacy
    }

    @Test(arguments: ["", ", legacy: ", ", legacy: {}"])
    func `legacy records are off unless one of their keys is given`(_ text: String) throws {
        let loaded = try Installation(Self.start + text + "}").load()
        #expect(try legacy(of: loaded) == nil)
        #expect(loaded.values.allSatisfy { !$0.key.contains("legacy") })
    }

    @Test func `what is not given has its default`() throws {
        let loaded = try Installation(yaml("{user: a@example.com, api_key: K}")).load()
        let legacy = try #require(try legacy(of: loaded))
        #expect(legacy.baseURL.absoluteString == "https://rest.wxcc-us1.cisco.com/aws/api")
        #expect(legacy.user == "a@example.com")
        #expect(try legacy.apiKey.reveal() == "K")
        #expect(legacy.tenantID == nil)
        #expect(legacy.tenantSuffix == ";tenantId=")
        #expect(legacy.requestsPerMinute == 50)
    }

    @Test func `what is given is read, and the key's file too`() throws {
        let installation = try Installation(
            yaml(
                "{base_url: \"http://127.0.0.1:9/aws/api/\", user: a, api_key_file: key, tenant_id: \"77\", "
                    + "tenant_suffix: \"; tenantId=\", requests_per_minute: 7}"
            )
        )
        try installation.write("FROM-FILE\n", to: "key")
        let legacy = try #require(try legacy(of: installation.load()))
        #expect(legacy.baseURL.absoluteString == "http://127.0.0.1:9/aws/api")
        #expect(try legacy.apiKey.reveal() == "FROM-FILE")
        #expect(legacy.tenantID == "77")
        #expect(legacy.tenantSuffix == "; tenantId=")
        #expect(legacy.requestsPerMinute == 7)
    }

    @Test func `the environment switches them on, and beats the file`() throws {
        let variables = [
            "CALLARK_ORG_ACME_LEGACY_USER": "e@example.com", "CALLARK_ORG_ACME_LEGACY_API_KEY": "E",
            "CALLARK_ORG_ACME_LEGACY_REQUESTS_PER_MINUTE": "9",
        ]
        let alone = try #require(try legacy(of: Installation(Self.start + "}").load(variables)))
        #expect(try (alone.user, alone.apiKey.reveal(), alone.requestsPerMinute) == ("e@example.com", "E", 9))
        let file = yaml("{user: f, api_key_file: absent, tenant_id: \"1\"}")
        let both = try #require(try legacy(of: Installation(file).load(variables)))
        #expect(try (both.user, both.apiKey.reveal(), both.tenantID) == ("e@example.com", "E", "1"))
    }

    @Test func `the key is shown nowhere`() throws {
        let loaded = try Installation(yaml("{user: a, api_key: S3CRET}")).load()
        var dumped = ""
        dump(loaded, to: &dumped)
        #expect(!dumped.contains("S3CRET"))
        #expect(loaded.shown("organizations.acme.legacy.api_key")?.value == "•••")
        #expect(loaded.shown("organizations.acme.legacy.user")?.origin == .file(line: 2))
        let problems = try Installation(yaml("{user: a, api_key: \"S3CRET with spaces\"}")).problems()
        #expect(problems.count == 1 && !problems.joined().contains("S3CRET"))
    }

    static let bad: [(String, String)] = [
        (
            "{api_key: K}",
            "organizations.acme.legacy.user is missing; give the user ID that the API key belongs to, in visible ASCII "
                + "characters without spaces, or set CALLARK_ORG_ACME_LEGACY_USER"
        ),
        (
            "{user: a}",
            "organizations.acme.legacy.api_key is missing; give a secret of visible ASCII characters, without spaces, "
                + "or set CALLARK_ORG_ACME_LEGACY_API_KEY"
        ),
        (
            "{usr: a, user: b, api_key: K}",
            "unknown key \"organizations.acme.legacy.usr\"; did you mean \"organizations.acme.legacy.user\"?"
        ),
        (
            "{user: a, api_key: K, client_id: c}",
            "unknown key \"organizations.acme.legacy.client_id\"; did you mean \"organizations.acme.auth.client_id\"?"
        ),
        ("key", "organizations.acme.legacy must be a section of keys"),
        (
            "{user: a, api_key: K, api_key_file: f}",
            "organizations.acme.legacy.api_key and organizations.acme.legacy.api_key_file are both given; give one of them"
        ),
        (
            "{user: a, api_key: K, base_url: \"http://rest.example.com\"}",
            "organizations.acme.legacy.base_url is \"http://rest.example.com\"; it must be an https URL, or an http URL of "
                + "a loopback address"
        ),
        (
            "{user: \"a\\r\\nX: 1\", api_key: K}",
            "organizations.acme.legacy.user is \"a\\r\\nX: 1\"; it must be the user ID that the API key belongs to, in "
                + "visible ASCII characters without spaces"
        ),
        (
            "{user: a, api_key: K, tenant_suffix: \"\\n\"}",
            "organizations.acme.legacy.tenant_suffix is \"\\n\"; it must be a text of ASCII characters"
        ),
        (
            "{user: a, api_key: K, requests_per_minute: 0}",
            "organizations.acme.legacy.requests_per_minute is \"0\"; it must be a whole number, from 1 to 100000"
        ),
    ]

    @Test(arguments: bad) func `a bad section is reported with name and line`(_ legacy: String, _ message: String)
        throws
    {
        #expect(try Installation(yaml(legacy)).problems() == ["callark.yaml:2: \(message)"])
    }

    @Test func `a misspelt section is reported with what was meant`() throws {
        let problems = try Installation(Self.start + ", legasy: {user: a}}").problems()
        #expect(
            problems == [
                "callark.yaml:2: unknown key \"organizations.acme.legasy\"; did you mean \"organizations.acme.legacy\"?"
            ]
        )
    }

    @Test func `a variable that two organizations could mean is refused`() throws {
        let yaml = """
            organizations:
              - {name: acme, org_id: 1, region: us1, auth: {access_token: t}}
              - {name: acme-legacy, org_id: 2, region: us1, auth: {access_token: t}}
            """
        let problems = try Installation(yaml).problems(["CALLARK_ORG_ACME_LEGACY_REQUESTS_PER_MINUTE": "9"])
        #expect(problems.count == 1)
        #expect(problems.first?.hasPrefix("CALLARK_ORG_ACME_LEGACY_REQUESTS_PER_MINUTE: could be ") == true)
        for path in ["acme.legacy.requests_per_minute", "acme-legacy.requests_per_minute"] {
            #expect(problems.first?.contains("organizations.\(path)") == true)
        }
    }
}
