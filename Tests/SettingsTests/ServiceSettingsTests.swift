import Foundation
import Testing

@testable import Settings

/// `service`: a section with sections in it.
@Suite struct ServiceSettingsTests {
    private func installation(_ service: String) throws -> Installation {
        try Installation("\(Installation.minimal)\nservice:\n\(service)\n")
    }

    @Test func `is complete without a message`() throws {
        let service = try Installation().load().settings.service
        #expect(service == ServiceSettings())
        #expect(service.listen.description == "127.0.0.1:8080")
        #expect(service.listen.isLoopback)
    }

    @Test func `is read whole, with the sections in it`() throws {
        let installation = try installation(
            """
              listen: "[::]:443"
              public_url: https://archive.example/
              trusted_proxies: [10.0.0.0/8, "::1"]
              tls: { certificate_file: cert.pem, key_file: /etc/key.pem }
              schedule:
                poll_minutes: 15
                daily_at: "03:30"
                verify_share: 1/30
            """
        )
        let loaded = try installation.load()
        let service = loaded.settings.service
        #expect(service.listen.host == "::" && service.listen.port == 443 && !service.listen.isLoopback)
        #expect(service.listen.description == "[::]:443")
        #expect(service.publicURL?.absoluteString == "https://archive.example")
        #expect(
            service.tls == .init(certificateFile: "\(installation.folder)/cert.pem", keyFile: "/etc/key.pem")
        )
        #expect(service.schedule.poll == .seconds(900))
        #expect(service.schedule.daily == ClockTime(hour: 3, minute: 30))
        #expect(service.schedule.verifyParts == 30)
        #expect(loaded.warnings == [])
        #expect(loaded.shown("service.tls.key_file")?.value == "/etc/key.pem")
        #expect(loaded.shown("service.schedule.daily_at")?.value == "03:30")
        #expect(loaded.shown("service.listen")?.origin == .file(line: 7))
    }

    @Test func `comes from the environment too`() throws {
        let loaded = try Installation().load([
            "CALLARK_SERVICE_LISTEN": "127.0.0.1:9090", "CALLARK_SERVICE_TRUSTED_PROXIES": "10.1.2.3, 10.2.0.0/16",
            "CALLARK_SERVICE_SCHEDULE_POLL_MINUTES": "5", "CALLARK_SERVICE_TLS_CERTIFICATE_FILE": "/c",
            "CALLARK_SERVICE_TLS_KEY_FILE": "/k",
            // Kubernetes sets these beside a Service named callark.
            "CALLARK_SERVICE_HOST": "10.96.0.1", "CALLARK_SERVICE_PORT": "8080",
        ])
        let service = loaded.settings.service
        #expect(service.listen.port == 9090)
        #expect(service.trustedProxies == [AddressRange("10.1.2.3"), AddressRange("10.2.0.0/16")].compactMap(\.self))
        #expect(service.schedule.poll == .seconds(300))
        #expect(service.tls == .init(certificateFile: "/c", keyFile: "/k"))
        #expect(loaded.warnings.count == 1)
    }

    @Test(arguments: [
        ("  listen: 0.0.0.0:8080", "service.listen is 0.0.0.0:8080, which other machines reach"),
        ("  listen: \"[::]:8080\"", "service.listen is [::]:8080, which other machines reach"),
        ("  listen: 8080", "service.listen is \"8080\"; it must be an IP address and a port"),
        ("  listen: 127.0.0.1", "the port is missing"),
        ("  listen: 127.0.0.1:99999", "it must be an IP address and a port"),
        ("  listen: ::1:8080", "it must be an IP address and a port"),
        ("  listen: example.com:80", "it must be an IP address and a port"),
        ("  public_url: ftp://x", "service.public_url is \"ftp://x\""),
        ("  trusted_proxies: [proxy.example]", "give neither names nor ports"),
        ("  trusted_proxies: [10.0.0.0/33]", "service.trusted_proxies is the list [\"10.0.0.0/33\"]"),
        ("  tls: { certificate_file: c }", "service.tls.key_file is missing"),
        ("  tls: { key_file: k }", "service.tls.certificate_file is missing"),
        ("  tls: { certificate_file: c, keyfile: k }", "unknown key \"service.tls.keyfile\"; did you mean"),
        ("  tls: yes", "service.tls must be a section of keys"),
        ("  tsl: { key_file: k }", "unknown key \"service.tsl\"; did you mean \"service.tls\"?"),
        ("  schedule: { poll_minutes: -1 }", "service.schedule.poll_minutes is \"-1\""),
        ("  schedule: { daily_at: \"24:00\" }", "service.schedule.daily_at is \"24:00\"; it must be a time of day"),
        ("  schedule: { daily_at: 3:30 }", "service.schedule.daily_at is \"3:30\""),
        ("  schedule: { verify_share: 30 }", "service.schedule.verify_share is \"30\"; it must be a part such as 1/30"),
        ("  schedule: { verify_share: 1/0 }", "service.schedule.verify_share is \"1/0\""),
    ])
    func `says what is wrong with it, and where`(_ lines: String, _ message: String) throws {
        let problems = try installation(lines).problems()
        let place =
            message.hasPrefix("service.tls.") && message.hasSuffix("is missing") ? "callark.yaml: " : "callark.yaml:7: "
        #expect(problems.contains { $0.hasPrefix(place) && $0.contains(message) }, "\(problems)")
    }

    @Test func `its sections are none of the file's own`() throws {
        for section in ["schedule", "tls", "serviceTLS"] {
            let problems = try Installation("\(Installation.minimal)\n\(section): { poll_minutes: 1 }\n").problems()
            #expect(problems.count == 1 && problems[0].contains("unknown key \"\(section)\""), "\(problems)")
        }
    }

    @Test func `an address that others reach needs TLS or a proxy`() throws {
        #expect(try installation("  listen: 0.0.0.0:80\n  trusted_proxies: [10.0.0.1]").problems() == [])
        #expect(try installation("  listen: 0.0.0.0:80\n  tls: { certificate_file: c, key_file: k }").problems() == [])
        #expect(try installation("  listen: 127.9.9.9:80").problems() == [])
        #expect(try installation("  listen: localhost:80").problems() == [])
    }

    @Test func `a share without a time of day is a warning`() throws {
        let loaded = try installation("  schedule: { verify_share: 1/30 }").load()
        #expect(loaded.warnings.map { $0.contains("has no effect without service.schedule.daily_at") } == [true])
    }

    @Test(arguments: [
        ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.1", false), ("10.0.0.1", "10.0.0.1", true),
        ("10.0.0.1", "10.0.0.2", false), ("0.0.0.0/0", "203.0.113.9", true), ("0.0.0.0/0", "::1", false),
        ("192.0.2.128/25", "192.0.2.129", true), ("192.0.2.128/25", "192.0.2.127", false),
        ("2001:db8::/32", "2001:db8:1::2", true), ("2001:db8::/32", "2001:db9::", false),
        ("192.0.2.1", "::ffff:192.0.2.1", true),
    ])
    func `ranges have the addresses that begin with their bits`(_ range: String, _ address: String, _ isIn: Bool) throws
    {
        let range = try #require(AddressRange(range))
        #expect(range.contains(try #require(IPAddress(address))) == isIn)
    }

    @Test(arguments: ["", "/8", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/08/1", "10.0.0", "::1/129", "a", "10.0.0.0/ 8"])
    func `ranges are refused in any other form`(_ text: String) {
        #expect(AddressRange(text) == nil)
    }
}
