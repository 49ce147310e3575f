import Foundation
import Recordings
import Settings
import Testing

@Suite struct OrganizationTests {
    private static let identity = "name: acme, org_id: 1"

    /// The problems with an organization of these keys, which begin in line 2.
    private func problems(_ keys: String) throws -> [String] {
        try Installation("organizations:\n  - {\(keys)}").problems()
    }

    static let bad: [BadInput] = [
        BadInput(
            "org_id: 1, region: us1, auth: {access_token: t}",
            "callark.yaml:2: organizations[0].name is missing; give 1 to 40 of a-z, 0-9 and \"-\""
        ),
        BadInput(
            "name: acme, region: us1, auth: {access_token: t}",
            "callark.yaml:2: organizations.acme.org_id is missing; give the provider's ID of the organization, "
                + "without spaces, or set CALLARK_ORG_ACME_ORG_ID"
        ),
        BadInput(
            "\(identity), auth: {access_token: t}",
            "callark.yaml:2: organizations.acme.region is missing; give it, or organizations.acme.api_base_url"
        ),
        BadInput(
            "\(identity), region: us1",
            "callark.yaml:2: organizations.acme.auth is missing; give client_id and client_secret, "
                + "with refresh_token or for `callark auth login`, or access_token (each secret also as …_file)"
        ),
        BadInput(
            "\(identity), region: us1, auth: token",
            "callark.yaml:2: organizations.acme.auth must be a section of keys"
        ),
        BadInput(
            "\(identity), regoin: us1, auth: {access_token: t}",
            "callark.yaml:2: unknown key \"organizations.acme.regoin\"; did you mean \"organizations.acme.region\"?",
            "callark.yaml:2: organizations.acme.region is missing; give it, or organizations.acme.api_base_url"
        ),
        BadInput(
            "\(identity), region: us1, client_id: c, auth: {access_token: t}",
            "callark.yaml:2: unknown key \"organizations.acme.client_id\"; "
                + "did you mean \"organizations.acme.auth.client_id\"?"
        ),
        BadInput(
            "\(identity), region: us1, auth: {access_tokn: t}",
            "callark.yaml:2: unknown key \"organizations.acme.auth.access_tokn\"; "
                + "did you mean \"organizations.acme.auth.access_token\"?",
            "callark.yaml:2: organizations.acme.auth is missing; give client_id and client_secret, "
                + "with refresh_token or for `callark auth login`, or access_token (each secret also as …_file)"
        ),
        BadInput(
            "\(identity), region: \"us1.evil.example/\", auth: {access_token: t}",
            "callark.yaml:2: organizations.acme.region is \"us1.evil.example/\"; it must be a region's label such as us1"
        ),
        BadInput(
            "\(identity), region: us1, auth: {access_token: t, client_id: c}",
            "callark.yaml:2: organizations.acme.auth has both an access token and a client's keys; give one or the other"
        ),
        BadInput(
            "\(identity), region: us1, auth: {access_token: t, access_token_file: f}",
            "callark.yaml:2: organizations.acme.auth.access_token and organizations.acme.auth.access_token_file are "
                + "both given; give one of them"
        ),
        BadInput(
            "\(identity), region: us1, api_dialect: early-access, auth: {access_token: t}",
            "callark.yaml:2: organizations.acme.api_dialect is \"early-access\"; it must be current or early_access; "
                + "did you mean \"early_access\"?"
        ),
        BadInput(
            "\(identity), region: us1, channel_types: [], auth: {access_token: t}",
            "callark.yaml:2: organizations.acme.channel_types is the list []; it must be a list of words, at least one"
        ),
        BadInput(
            "\(identity), region: us1, requests_per_minute: 0, auth: {access_token: t}",
            "callark.yaml:2: organizations.acme.requests_per_minute is \"0\"; "
                + "it must be a whole number, from 1 to 100000"
        ),
    ]

    @Test(arguments: [
        ("", true, false), (", cross_check_search: true", true, true), (", cross_check_search: false", false, false),
    ])
    func `that Search is to be asked is said, or only taken for granted`(
        _ key: String,
        _ asks: Bool,
        _ demands: Bool
    ) throws {
        let keys = "\(Self.identity), region: us1, auth: {access_token: t}\(key)"
        let loaded = try Installation("organizations:\n  - {\(keys)}").load()
        let organization = try #require(loaded.settings.organizations.first)
        #expect(organization.crossChecksSearch == asks && organization.demandsSearch == demands)
    }

    @Test func `a client needs no refresh token, and two organizations may share one`() throws {
        let client = "region: us1, auth: {client_id: c, client_secret: s}"
        let loaded = try Installation(
            "organizations:\n  - {name: acme, org_id: 1, \(client)}\n  - {name: beta, org_id: 2, \(client)}"
        ).load()
        for organization in loaded.settings.organizations {
            guard case .refreshing("c", _, nil) = organization.credentials else {
                Issue.record("it has a refresh token")
                continue
            }
            #expect(organization.login.redirectURI == "http://localhost:8085/callark")
            #expect(organization.login.scopes == ["cjp:config_read"])
        }
    }

    @Test func `how to log in can be configured, byte for byte`() throws {
        let auth = "{client_id: c, client_secret: s, redirect_uri: \"https://App/auth/?x=%41\", scopes: [a:b, c]}"
        let yaml = "organizations:\n  - {\(Self.identity), region: us1, auth: \(auth)}"
        let login = try #require(try Installation(yaml).load().settings.organizations.first?.login)
        #expect(login == LoginSettings(redirectURI: "https://App/auth/?x=%41", scopes: ["a:b", "c"]))
        let loaded = try Installation(yaml).load(["CALLARK_ORG_ACME_SCOPES": "d,e"])
        #expect(loaded.settings.organizations.first?.login.scopes == ["d", "e"])
    }

    @Test(arguments: [
        "http://example.com/cb", "ftp://localhost/", "localhost:8085", "https://h/#a", "https://u@h/", "http://h h/",
        "",
    ])
    func `a redirect URI that a code must not be sent to is refused`(_ uri: String) throws {
        let found = try problems(
            "\(Self.identity), region: us1, auth: {client_id: c, client_secret: s, redirect_uri: \"\(uri)\"}"
        )
        #expect(found.count == 1)
        #expect(found.first?.contains("organizations.acme.auth.redirect_uri is ") == true)
        #expect(LoginSettings.redirectURI(uri) == nil)
    }

    @Test(arguments: bad)
    func `a bad organization is reported with name and line`(_ input: BadInput) throws {
        let problems = try problems(input.yaml)
        #expect(problems == input.problems)
    }

    @Test(arguments: [
        "http://api.example.com/v1", "http://127.0.0.1.example.com", "http://1270.0.0.1", "ftp://127.0.0.1",
        "example.com",
        "https://", "https:///v1", "https://a b.example.com", "https://user:pw@example.com", "https://e.com/v1?x=1",
        "https://e.com/v1#x", "https://e.com:99999/v1", "https://e.com:x/v1", "https://exämple.com", "http://[::2]:1/",
        "http://0.0.0.0/", "javascript:alert(1)", "/v1",
    ])
    func `an address that a token must not be sent to is refused`(_ address: String) throws {
        let found = try problems(
            "\(Self.identity), api_base_url: \"\(address)\", auth: {access_token: t}"
        )
        #expect(found.count == 1)
        #expect(
            found.first?.hasPrefix(
                "callark.yaml:2: organizations.acme.api_base_url is \"\(address)\"; "
                    + "it must be an https URL, or an http URL of a loopback address"
            ) == true
        )
    }

    @Test(
        arguments: zip(
            [
                "https://e.com", "https://e.com/", "HTTPS://E.com/v1//", "http://localhost:8080/v1", "http://[::1]/",
                "http://127.9.8.7",
            ],
            [
                "https://e.com", "https://e.com", "HTTPS://E.com/v1", "http://localhost:8080/v1", "http://[::1]",
                "http://127.9.8.7",
            ]
        )
    )
    func `an address loses the slashes at its end`(_ given: String, _ read: String) throws {
        let yaml = "organizations:\n  - {\(Self.identity), api_base_url: \"\(given)\", auth: {access_token: t}}"
        let loaded = try Installation(yaml).load()
        #expect(loaded.settings.organizations.first?.apiBaseURL.absoluteString == read)
    }

    @Test func `an unknown region is used, with a warning`() throws {
        let yaml = "organizations:\n  - {\(Self.identity), region: MARS1, auth: {access_token: t}}"
        let loaded = try Installation(yaml).load()
        #expect(
            loaded.settings.organizations.first?.apiBaseURL.absoluteString == "https://api.wxcc-mars1.cisco.com/v1"
        )
        #expect(
            loaded.warnings == [
                "callark.yaml:2: region \"mars1\" is not one that this version knows "
                    + "(us1, eu1, eu2, anz1, ca1, jp1, sg1, in1); check it"
            ]
        )
    }

    @Test func `an address beats the region, with a warning if they disagree`() throws {
        let start = "organizations:\n  - {\(Self.identity), region: us1, auth: {access_token: t}, "
        let other = try Installation(start + "api_base_url: \"https://api.wxcc-eu1.cisco.com/v1\"}").load()
        #expect(other.settings.organizations.first?.apiBaseURL.absoluteString == "https://api.wxcc-eu1.cisco.com/v1")
        #expect(
            other.warnings == [
                "callark.yaml:2: api_base_url is not the one of region \"us1\"; api_base_url is used"
            ]
        )
        let simulator = try Installation(start + "api_base_url: \"http://127.0.0.1:9/v1\"}").load()
        #expect(simulator.warnings.isEmpty)
    }

    @Test func `a horizon shorter than the look-back is allowed, with a warning`() throws {
        let loaded = try Installation("captures: {horizon_days: 1}\n" + Installation.minimal).load()
        #expect(
            loaded.warnings == [
                "callark.yaml:1: captures.horizon_days is shorter than captures.look_back_hours: "
                    + "a call that is listed late may become a gap without a second question"
            ]
        )
    }
}
