import Foundation
import Recordings
import Settings
import Testing

@Suite struct FileTests {
    @Test func `a short file is complete with the defaults`() throws {
        let loaded = try Installation().load()
        let settings = loaded.settings
        #expect(settings.archive.root == "/var/lib/callark")
        #expect(settings.archive.timeZone.secondsFromGMT() == 0)
        #expect(settings.archive.minimumFreeBytes == 1_073_741_824)
        #expect(settings.captures.includeSegments)
        #expect(!settings.captures.includeVirtualAgent)
        #expect(settings.captures.urlExpiration == .seconds(3600))
        #expect(settings.captures.horizon == .seconds(7 * 86400))
        #expect(settings.captures.lookBack == .seconds(48 * 3600))
        #expect(settings.downloads.concurrency == 16)
        #expect(settings.downloads.attempts == 8)
        #expect(settings.downloads.stallTimeout == .seconds(30))
        #expect(settings.downloads.leastBytesPerSecond == 1024)
        #expect(settings.downloads.allowedHosts.isEmpty)
        #expect(settings.downloads.memoryBytes == 33_554_432)
        #expect(settings.downloads.additionalCertificatesFile == nil)
        #expect(loaded.warnings.isEmpty)
        #expect(loaded.path == "callark.yaml")
    }

    @Test func `an organization with a region has that region's addresses`() throws {
        let organization = try #require(try Installation().load().settings.organizations.first)
        #expect(organization.name == OrganizationName("acme"))
        #expect(organization.organizationID.description == "93912f11-6017-404b-bf14-5331890b1797")
        #expect(organization.region == "us1")
        #expect(organization.apiBaseURL.absoluteString == "https://api.wxcc-us1.cisco.com/v1")
        #expect(organization.oauthBaseURL.absoluteString == "https://webexapis.com/v1")
        #expect(organization.dialect == .current)
        #expect(organization.channelTypes == ["telephony"])
        #expect(organization.requestsPerMinute == 50)
        guard case .bearer(let token) = organization.credentials else { return #expect(Bool(false)) }
        #expect(try token.reveal() == "TOKEN-1")
    }

    /// A file that gives every key.
    private static let everything = """
        archive:
          root: ./kept
          time_zone: America/New_York
          minimum_free_bytes: 0
        organizations:
          - name: acme
            org_id: "4711"
            api_base_url: http://127.0.0.1:8080/v1/
            oauth_base_url: http://[::1]:8080/
            api_dialect: early_access
            auth:
              client_id: cid
              client_secret: s3cret
              refresh_token_file: secrets/refresh
            channel_types: [telephony, chat]
            requests_per_minute: 300
          - name: second-2
            org_id: x
            api_dialect: early_access
            auth: {access_token: t}
        captures:
          include_segments: false
          include_virtual_agent: true
          url_expiration_minutes: 1
          horizon_days: 30
          look_back_hours: 0
        downloads:
          concurrency: 512
          attempts: 1
          stall_seconds: 5
          least_bytes_per_second: 1
          allowed_hosts: ["*.S3.amazonaws.com", media.example.com]
          memory_bytes: 1048576
          ca_file: ca.pem
        """

    @Test func `a file that gives everything is believed in everything`() throws {
        let installation = try Installation(Self.everything)
        try FileManager.default.createDirectory(
            atPath: "\(installation.folder)/secrets",
            withIntermediateDirectories: false
        )
        try installation.write("refresh-token\r\n\n", to: "secrets/refresh")
        try installation.write("-----BEGIN CERTIFICATE-----\n", to: "ca.pem")
        let settings = try installation.load().settings

        #expect(settings.archive.root == "\(installation.folder)/kept")
        #expect(settings.archive.timeZone.identifier == "America/New_York")
        #expect(settings.archive.minimumFreeBytes == 0)
        #expect(settings.captures.lookBack == .zero)
        #expect(settings.captures.urlExpiration == .seconds(60))
        #expect(settings.captures.includeVirtualAgent)
        #expect(!settings.captures.includeSegments)
        #expect(settings.downloads.allowedHosts == ["*.s3.amazonaws.com", "media.example.com"])
        #expect(settings.downloads.additionalCertificatesFile == "\(installation.folder)/ca.pem")
        #expect(settings.downloads.concurrency == 512)
        let first = try #require(settings.organizations.first)
        #expect(first.apiBaseURL.absoluteString == "http://127.0.0.1:8080/v1")
        #expect(first.oauthBaseURL.absoluteString == "http://[::1]:8080")
        #expect(first.region == nil)
        #expect(first.channelTypes == ["telephony", "chat"])
        guard case .refreshing("cid", let secret, let token) = first.credentials else { return #expect(Bool(false)) }
        #expect(try secret.reveal() == "s3cret")
        #expect(try token?.reveal() == "refresh-token")
        #expect(token?.file == "\(installation.folder)/secrets/refresh")
        let second = try #require(settings.organizations.last)
        #expect(second.dialect == .earlyAccess)
        #expect(second.apiBaseURL.absoluteString == "https://webexapis.com/v1/contactCenter")
    }

    @Test func `a section whose keys are all commented out is a section of defaults`() throws {
        let installation = try Installation("archive:\n  #root: /x\ndownloads:\n" + Installation.minimal)
        #expect(try installation.load().settings.archive.root == "/var/lib/callark")
    }

    @Test func `anchors and aliases are YAML like any other`() throws {
        let installation = try Installation(
            """
            organizations:
              - {name: a, org_id: 1, region: us1, auth: &login {access_token: T}}
              - {name: b, org_id: 2, region: eu1, auth: *login}
            """
        )
        #expect(try installation.load().settings.organizations.count == 2)
    }

    @Test(arguments: ["UTC", "Europe/Berlin", "Asia/Kolkata", "America/New_York", "Australia/Lord_Howe"])
    func `zones of the time zone database are known`(_ zone: String) throws {
        let installation = try Installation("archive: {time_zone: \(zone)}\n" + Installation.minimal)
        let loaded = try installation.load()
        #expect(loaded.shown("archive.time_zone")?.value == zone)
    }
}

@Suite struct LocatingTests {
    private let both: Set<String> = ["callark.yaml", "/etc/callark/callark.yaml"]

    private func locate(_ option: String?, _ variable: String?, _ files: Set<String>) throws -> String {
        let environment = variable.map { ["CALLARK_CONFIG": $0] } ?? [:]
        return try Settings.locate(option: option, environment: environment, fileExists: files.contains)
    }

    @Test func `the option comes before the variable, that before the files, the near one first`() throws {
        #expect(try locate("a.yaml", "b.yaml", both) == "a.yaml")
        #expect(try locate(nil, "b.yaml", both) == "b.yaml")
        #expect(try locate(nil, nil, both) == "callark.yaml")
        #expect(try locate(nil, nil, ["/etc/callark/callark.yaml"]) == "/etc/callark/callark.yaml")
    }

    @Test func `no file at all, or an empty name, says what to do`() {
        func message(_ option: String?, _ variable: String?) -> String? {
            do {
                _ = try locate(option, variable, [])
                return nil
            } catch {
                return "\(error)"
            }
        }
        #expect(
            message(nil, nil)
                == "no configuration file: neither ./callark.yaml nor /etc/callark/callark.yaml exists; "
                + "give --config PATH or set CALLARK_CONFIG"
        )
        #expect(message("", nil) == "--config is empty; give the path of a configuration file")
        #expect(message(nil, "") == "CALLARK_CONFIG: is empty; give a path or unset it")
    }
}
