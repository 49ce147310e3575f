import Foundation
import Recordings
import Testing

@testable import Settings

/// `service.oidc`, `notifications` and `webhook_secret`.
@Suite struct ServiceAccessSettingsTests {
    private static let oidc = """
        service:
          public_url: https://archive.example
          oidc:
            issuer: https://login.example/realm/
            client_id: callark
            client_secret: s3cret
            roles: { admins: admin, "Compliance Team": { role: reviewer, organizations: [acme] } }
        """

    private func installation(_ text: String) throws -> Installation {
        try Installation("\(Installation.minimal)\n\(text)\n")
    }

    @Test func `roles keep their order, and the issuer its slash`() throws {
        let oidc = try #require(try installation(Self.oidc).load().settings.service.oidc)
        #expect(oidc.issuer == "https://login.example/realm/")
        #expect(oidc.groupsClaim == "groups")
        #expect(oidc.scopes == ["openid", "profile", "email", "groups"])
        #expect(try oidc.clientSecret?.reveal() == "s3cret")
        let acme = try #require(OrganizationName("acme"))
        #expect(
            oidc.grants == [
                OIDCSettings.Grant(group: "admins", role: "admin"),
                OIDCSettings.Grant(group: "Compliance Team", role: "reviewer", organizations: [acme]),
            ]
        )
        // What is shown can be given again.
        let shown = try #require(try installation(Self.oidc).load().shown("service.oidc.roles")?.value)
        #expect(shown == "{ admins: admin, Compliance Team: { role: reviewer, organizations: [acme] } }")
        let again = try installation(Self.oidc).load(["CALLARK_SERVICE_OIDC_ROLES": shown]).settings.service.oidc
        #expect(again?.grants == oidc.grants)
        let variable = ["CALLARK_SERVICE_OIDC_ROLES": "{ staff: viewer }"]
        #expect(try installation(Self.oidc).load(variable).settings.service.oidc?.grants.map(\.group) == ["staff"])
        #expect(try Installation().load().settings.service.oidc == nil)
    }

    @Test func `a role for an organization that is not configured is warned of`() throws {
        #expect(try installation(Self.oidc).load().warnings.allSatisfy { !$0.contains("oidc") })
        let warnings = try installation(Self.oidc.replacing("[acme]", with: "[acme, amce]")).load().warnings
        let warning = warnings.first { $0.contains("roles.Compliance Team names the organization amce") }
        #expect(warning?.contains("did you mean \"acme\"?") == true, "\(warnings)")
    }

    @Test(arguments: [
        (
            "roles: { admins: admin, \"Compliance Team\"", "roles: { admins: boss, \"Compliance Team\"",
            "roles.admins is no role"
        ),
        ("organizations: [acme]", "organizations: [\"A B\"]", "roles.Compliance Team is no role"),
        ("organizations: [acme]", "organisations: [acme]", "roles.Compliance Team is no role"),
        ("organizations: [acme]", "organizations: []", "roles.Compliance Team is no role"),
        ("https://login.example", "http://login.example", "service.oidc.issuer is"),
        ("    client_id: callark\n", "", "service.oidc.client_id is missing"),
        ("  public_url: https://archive.example\n", "", "service.oidc needs service.public_url"),
        ("    issuer:", "    issuers:", "unknown key \"service.oidc.issuers\""),
    ])
    func `an identity provider that cannot be used is refused`(_ part: String, _ other: String, _ message: String)
        throws
    {
        let text = Self.oidc.replacing(part, with: other)
        try #require(text != Self.oidc)
        let problems = try installation(text).problems([:])
        #expect(problems.contains { $0.contains(message) }, "\(problems)")
    }

    @Test func `notifications are of three kinds`() throws {
        let text = """
            notifications:
              - { when: [critical], command: [call, "a b"] }
              - webhook: { url: "https://alarms.example/hook", secret: abc }
              - email:
                  server: mail.example:587
                  user: callark
                  password: secret
                  from: callark@archive.example
                  to: [it@example.com]
                  ca_file: mail.pem
              - { when: warning, email: { server: "127.0.0.1:25", tls: none, from: a@b.example, to: c@d.example } }
            """
        let installation = try installation(text)
        let found = try installation.load().settings.notifications
        #expect(
            found.map(\.severities) == [["critical"], ["critical", "warning"], ["critical", "warning"], ["warning"]]
        )
        #expect(found.map(\.tellsReports) == [false, true, true, false])
        #expect(found[0].channel == .command(["call", "a b"]))
        guard case .webhook(let url, let secret) = found[1].channel, case .email(let email) = found[2].channel,
            case .email(let local) = found[3].channel
        else { throw CocoaError(.coderInvalidValue) }
        #expect(url.absoluteString == "https://alarms.example/hook")
        #expect(try secret?.reveal() == "abc")
        #expect(email.host == "mail.example" && email.port == 587 && email.protection == "starttls")
        #expect(email.recipients == ["it@example.com"] && email.certificatesFile == "\(installation.folder)/mail.pem")
        #expect(local.protection == "none" && local.password == nil)
        let shown = try #require(try installation.load().shown("notifications")?.value)
        #expect(shown.contains("webhook: { url: https://alarms.example/hook, secret: ••• } }"))
        #expect(shown.contains("secret: •••") && shown.contains("password: •••") && !shown.contains("abc"))
        // As it would be in the file.
        #expect(shown.contains("webhook: { url: https://alarms.example/hook, secret: ••• }"), "\(shown)")
        let broken = installation.problems(["CALLARK_NOTIFICATIONS": "[{ secret: abc"])
        #expect(broken.count == 1 && !broken.joined().contains("abc"))
        let variable = ["CALLARK_NOTIFICATIONS": "[{ command: [page] }]"]
        #expect(try Installation().load(variable).settings.notifications.map(\.channel) == [.command(["page"])])
        #expect(try Installation().load().settings.notifications == [])
    }

    @Test(arguments: [
        ("{ when: [critical] }", "has to have one of command, webhook and email"),
        ("{ command: [a], webhook: { url: \"https://a.example\" } }", "has to have one of"),
        ("{ command: [] }", "notifications[0].command is"),
        ("{ when: [loud], command: [a] }", "when must be a list of critical, warning and report"),
        ("{ wen: [critical], command: [a] }", "did you mean \"when\"?"),
        ("{ webhook: { url: \"http://a.example\" } }", "notifications[0].webhook.url is"),
        ("{ webhook: { url: \"https://a.example\", secret: a, secret_file: b } }", "are both given"),
        ("{ webhook: \"https://a.example\" }", "notifications[0].webhook must be a section"),
        ("{ email: { server: mail, from: a@b.example, to: [a@b.example] } }", "notifications[0].email.server is"),
        (
            "{ email: { server: \"m.example:25\", tls: none, from: a@b.example, to: [a@b.example] } }",
            "this machine only"
        ),
        ("{ email: { server: \"m.example:25\", from: \"a>@b.example\", to: [a@b.example] } }", "email.from is"),
        ("{ email: { server: \"m.example:25\", from: a@b.example, to: [] } }", "email.to is"),
        ("{ email: { server: \"m.example:25\", user: a, from: a@b.example, to: [a@b.example] } }", "go together"),
    ])
    func `a notification that cannot be sent is refused`(_ item: String, _ message: String) throws {
        let problems = try installation("notifications:\n  - \(item)").problems([:])
        #expect(problems.contains { $0.contains(message) }, "\(problems)")
    }

    @Test func `a webhook's secret is as long as the provider wants it`() throws {
        let variable = "CALLARK_ORG_ACME_WEBHOOK_SECRET"
        let right = String(repeating: "x", count: 32)
        let loaded = try Installation().load([variable: right])
        #expect(try loaded.settings.organizations.first?.webhookSecret?.reveal() == right)
        for wrong in ["", String(right.dropLast()), String(repeating: "x", count: 257)] {
            #expect(try Installation().problems([variable: wrong]).count == 1)
        }
    }
}
