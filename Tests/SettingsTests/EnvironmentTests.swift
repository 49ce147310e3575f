import Foundation
import Recordings
import Settings
import Testing

@Suite struct EnvironmentTests {
    @Test func `the environment beats the file, and the file the default`() throws {
        let installation = try Installation("downloads: {concurrency: 4, attempts: 3}\n" + Installation.minimal)
        let loaded = try installation.load(["CALLARK_DOWNLOADS_CONCURRENCY": "32", "HOME": "/root"])
        #expect(loaded.settings.downloads.concurrency == 32)
        #expect(loaded.settings.downloads.attempts == 3)
        #expect(
            loaded.shown("downloads.concurrency")
                == ShownValue(
                    key: "downloads.concurrency",
                    value: "32",
                    origin: .environment("CALLARK_DOWNLOADS_CONCURRENCY")
                )
        )
        #expect(loaded.shown("downloads.attempts")?.origin == .file(line: 1))
        #expect(loaded.shown("downloads.stall_seconds")?.origin == .default)
    }

    /// A variable for each key except an organization's name.
    private static let everything = [
        "CALLARK_ARCHIVE_ROOT": "elsewhere", "CALLARK_ARCHIVE_TIME_ZONE": "Asia/Tokyo",
        "CALLARK_ARCHIVE_MINIMUM_FREE_BYTES": "5", "CALLARK_CAPTURES_INCLUDE_SEGMENTS": "false",
        "CALLARK_CAPTURES_INCLUDE_VIRTUAL_AGENT": "true", "CALLARK_CAPTURES_URL_EXPIRATION_MINUTES": "9",
        "CALLARK_CAPTURES_HORIZON_DAYS": "8", "CALLARK_CAPTURES_LOOK_BACK_HOURS": "7",
        "CALLARK_CAPTURES_CALL_METADATA": "task",
        "CALLARK_CAPTURES_PROVIDER_RETENTION_DAYS": "400", "CALLARK_ALARMS_COMPLETE_PASS_HOURS": "1",
        "CALLARK_ALARMS_VOLUME_PERCENT": "2", "CALLARK_ALARMS_TOKEN_DAYS": "3",
        "CALLARK_ALARMS_HORIZON_HOURS": "4", "CALLARK_ALARMS_PURGE_DAYS": "5",
        "CALLARK_ALARMS_OPEN_DAY_DAYS": "6", "CALLARK_ALARMS_FREE_BYTES": "7",
        "CALLARK_ALARMS_ANCHOR_HOURS": "8",
        "CALLARK_NOTIFICATIONS": "[{ command: [page, somebody] }]",
        "CALLARK_EVIDENCE_ANCHORS": "[{ kind: command, name: mail, command: [mail, auditor] }]",
        "CALLARK_EVIDENCE_ORIGIN": "archive.example/callark", "CALLARK_EVIDENCE_KEY_FILE": "log.key",
        "CALLARK_EVIDENCE_CHECKPOINT_SECONDS": "8",
        "CALLARK_SERVICE_LISTEN": "127.0.0.1:9090", "CALLARK_SERVICE_PUBLIC_URL": "https://archive.example",
        "CALLARK_SERVICE_TRUSTED_PROXIES": "10.0.0.1", "CALLARK_SERVICE_TLS_CERTIFICATE_FILE": "/c.pem",
        "CALLARK_SERVICE_TLS_KEY_FILE": "/k.pem", "CALLARK_SERVICE_SCHEDULE_POLL_MINUTES": "15",
        "CALLARK_SERVICE_SCHEDULE_DAILY_AT": "03:30", "CALLARK_SERVICE_SCHEDULE_VERIFY_SHARE": "1/30",
        "CALLARK_AUDIT_REQUIRE_REASON": "true",
        "CALLARK_AUDIT_REQUIRED": "false", "CALLARK_AUDIT_METADATA": "true",
        "CALLARK_ORG_ACME_PROVIDER_RETENTION_DAYS": "30",
        "CALLARK_DOWNLOADS_CONCURRENCY": "6", "CALLARK_DOWNLOADS_ATTEMPTS": "5",
        "CALLARK_DOWNLOADS_STALL_SECONDS": "4", "CALLARK_DOWNLOADS_LEAST_BYTES_PER_SECOND": "3",
        "CALLARK_DOWNLOADS_ALLOWED_HOSTS": "a.example, *.b.example",
        "CALLARK_DOWNLOADS_MEMORY_BYTES": "2000000", "CALLARK_DOWNLOADS_CA_FILE": "ca.pem",
        "CALLARK_ORG_ACME_ORG_ID": "7", "CALLARK_ORG_ACME_REGION": "eu2",
        "CALLARK_ORG_ACME_API_BASE_URL": "http://127.0.0.1:1/v1",
        "CALLARK_ORG_ACME_OAUTH_BASE_URL": "http://127.0.0.1:2", "CALLARK_ORG_ACME_API_DIALECT": "early_access",
        "CALLARK_ORG_ACME_CHANNEL_TYPES": "chat,email", "CALLARK_ORG_ACME_REQUESTS_PER_MINUTE": "99",
        "CALLARK_ORG_ACME_CROSS_CHECK_ACTIVITIES": "false", "CALLARK_ORG_ACME_CROSS_CHECK_SEARCH": "false",
        "CALLARK_ORG_ACME_CROSS_CHECK_STATISTICS": "false",
        "CALLARK_ORG_ACME_CLIENT_ID": "app", "CALLARK_ORG_ACME_CLIENT_SECRET": "pw",
        "CALLARK_ORG_ACME_REFRESH_TOKEN_FILE": "secret",
        "CALLARK_ORG_ACME_REDIRECT_URI": "http://127.0.0.1:3/", "CALLARK_ORG_ACME_SCOPES": "a:b,c",
    ]

    @Test func `every key but an organization's name has a variable that is obeyed`() throws {
        let installation = try Installation()
        try installation.write("secret", to: "secret")
        try installation.write("-----BEGIN CERTIFICATE-----", to: "ca.pem")
        let loaded = try installation.load(Self.everything)
        #expect(loaded.settings.archive.root == "\(installation.folder)/elsewhere")
        #expect(loaded.settings.archive.timeZone.identifier == "Asia/Tokyo")
        #expect(loaded.settings.downloads.allowedHosts == ["a.example", "*.b.example"])
        #expect(loaded.settings.captures.horizon == .seconds(8 * 86400))
        #expect(loaded.settings.captures.providerRetention == .seconds(400 * 86400))
        #expect(loaded.settings.captures.callMetadata == .task)
        let alarms = AlarmLimits(
            completePass: .seconds(3600),
            volumePercent: 2,
            token: .seconds(3 * 86400),
            horizon: .seconds(4 * 3600),
            purge: .seconds(5 * 86400),
            openDay: .seconds(6 * 86400),
            anchor: .seconds(8 * 3600),
            freeBytes: 7
        )
        #expect(loaded.settings.alarms == alarms)
        #expect(loaded.settings.evidence.anchors.map(\.kind) == [.command(["mail", "auditor"])])
        let keyFile = "\(installation.folder)/log.key"
        #expect(loaded.settings.evidence.origin == "archive.example/callark")
        #expect(loaded.settings.evidence.keyFile == keyFile && loaded.settings.evidence.checkpointSeconds == 8)
        #expect(loaded.settings.service.listen.port == 9090 && loaded.settings.service.schedule.verifyParts == 30)
        let audit = AuditSettings(requiresReason: true, isRequired: false, includesMetadata: true)
        #expect(loaded.settings.audit == audit)
        let organization = try #require(loaded.settings.organizations.first)
        #expect(loaded.settings.retention(of: organization.name) == .seconds(30 * 86400))
        #expect(organization.organizationID.description == "7")
        #expect(organization.channelTypes == ["chat", "email"])
        #expect(organization.requestsPerMinute == 99)
        #expect(!organization.crossChecksActivities)
        #expect(!organization.crossChecksSearch && !organization.crossChecksStatistics)
        #expect(!organization.demandsSearch)
        #expect(organization.oauthBaseURL.absoluteString == "http://127.0.0.1:2")
        guard case .refreshing("app", let secret, let token) = organization.credentials else {
            return #expect(Bool(false))
        }
        #expect(try secret.reveal() == "pw")
        #expect(try token?.reveal() == "secret")
        #expect(organization.login == LoginSettings(redirectURI: "http://127.0.0.1:3/", scopes: ["a:b", "c"]))
        let fromFile = loaded.values.filter { if case .environment = $0.origin { false } else { true } }
        #expect(fromFile.map(\.key) == ["organizations.acme.name"])
    }

    @Test func `an organization with dashes has them as underscores`() throws {
        let yaml = Installation.minimal.replacing("acme", with: "acme-emea-2")
        let loaded = try Installation(yaml).load(["CALLARK_ORG_ACME_EMEA_2_REGION": "eu1"])
        #expect(loaded.settings.organizations.first?.region == "eu1")
    }

    @Test(arguments: [
        (["CALLARK_ARCHIVE_ROT"], "CALLARK_ARCHIVE_ROT (did you mean CALLARK_ARCHIVE_ROOT?)"),
        (["CALLARK_ORG_ACNE_REGION"], "CALLARK_ORG_ACNE_REGION (did you mean CALLARK_ORG_ACME_REGION?)"),
        (
            ["CALLARK_ORG_OTHERCOMPANY_REGION"],
            "CALLARK_ORG_OTHERCOMPANY_REGION (the organizations of the file are: acme)"
        ),
        (["CALLARK_X"], "CALLARK_X"),
        (["CALLARK_ORG_ACME_NAME"], "CALLARK_ORG_ACME_NAME (an organization's name can only be set in the file)"),
        (["CALLARK_\u{1B}[2J"], "CALLARK_\\u{1B}[2J"),
        // As Kubernetes sets them for a Service named callark; possible mistakes are named first.
        (
            [
                "CALLARK_PORT", "CALLARK_PORT_8080_TCP", "CALLARK_PORT_8080_TCP_ADDR", "CALLARK_PORT_8080_TCP_PORT",
                "CALLARK_PORT_8080_TCP_PROTO", "CALLARK_SERVICE_HOST", "CALLARK_SERVICE_PORT", "CALLARK_ZONE",
                "CALLARK_DOWNLOAD_ATTEMPTS",
            ],
            "CALLARK_DOWNLOAD_ATTEMPTS (did you mean CALLARK_DOWNLOADS_ATTEMPTS?), CALLARK_PORT, CALLARK_PORT_8080_TCP, "
                + "CALLARK_PORT_8080_TCP_ADDR, CALLARK_PORT_8080_TCP_PORT, CALLARK_PORT_8080_TCP_PROTO, "
                + "CALLARK_SERVICE_HOST, CALLARK_SERVICE_PORT and 1 more"
        ),
    ])
    func `variables that override nothing are warned of in one line`(_ variables: [String], _ list: String) throws {
        let environment = Dictionary(uniqueKeysWithValues: variables.map { ($0, "tcp://10.0.0.1:8080") })
        #expect(
            try Installation().load(environment).warnings == [
                "environment variables that override no key are ignored: \(list)"
            ]
        )
    }

    @Test func `a great many variables that override nothing take one short line`() throws {
        let many = Dictionary(uniqueKeysWithValues: (0..<50_000).map { ("CALLARK_ARCHIVE_ROT_\($0)", "x") })
        let warnings = try Installation().load(many).warnings
        #expect(warnings.count == 1)
        #expect(warnings[0].utf8.count < 1000 && warnings[0].hasSuffix(" and 49992 more"))
    }

    @Test func `variables that are no keys, and those of others, are left alone`() throws {
        let variables = ["CALLARK_CONFIG", "CALLARK_DEMO_CALLS", "CALLARK_TEST_PORT", "CALLARKISH", "callark_x"]
        let environment = Dictionary(uniqueKeysWithValues: variables.map { ($0, "1") })
        #expect(try Installation().load(environment).warnings == [])
    }

    @Test func `a bad value of the environment is reported with its variable`() throws {
        #expect(
            try Installation().problems(["CALLARK_DOWNLOADS_ATTEMPTS": "", "CALLARK_ORG_ACME_REGION": "a b"]) == [
                "CALLARK_DOWNLOADS_ATTEMPTS: downloads.attempts is empty; it must be a whole number, from 1 to 100",
                "CALLARK_ORG_ACME_REGION: organizations.acme.region is \"a b\"; "
                    + "it must be a region's label such as us1",
            ]
        )
    }

    @Test func `an empty list is an empty list`() throws {
        let installation = try Installation("downloads: {allowed_hosts: [a.example]}\n" + Installation.minimal)
        let loaded = try installation.load(["CALLARK_DOWNLOADS_ALLOWED_HOSTS": ""])
        #expect(loaded.settings.downloads.allowedHosts.isEmpty)
        #expect(loaded.shown("downloads.allowed_hosts")?.value == "[]")
    }

    @Test(arguments: ["a.example, *.b.example", "[a.example, *.b.example]", #" [ "a.example", '*.b.example' ] "#])
    func `a list may have the brackets that it has in the file`(_ text: String) throws {
        let loaded = try Installation().load(["CALLARK_DOWNLOADS_ALLOWED_HOSTS": text])
        #expect(loaded.settings.downloads.allowedHosts == ["a.example", "*.b.example"])
        let shown = try #require(loaded.shown("downloads.allowed_hosts")?.value)
        let again = try Installation().load(["CALLARK_DOWNLOADS_ALLOWED_HOSTS": shown])
        #expect(again.settings.downloads.allowedHosts == loaded.settings.downloads.allowedHosts)
        let none = try Installation().load(["CALLARK_DOWNLOADS_ALLOWED_HOSTS": "[]"])
        #expect(none.settings.downloads.allowedHosts == [])
    }
}
