import Foundation

/// The keys of `service`, of its `tls` and of its `schedule`.
extension SettingKey<ListenAddress> {
    static var listen: Self {
        Self(.service, "listen", .listenAddress, default: "127.0.0.1:8080", "the address and port of the service")
    }
}

extension SettingKey<URL> {
    static var publicURL: Self {
        Self(.service, "public_url", .baseURL, "the service's address as browsers and the provider see it")
    }
}

extension SettingKey<[AddressRange]> {
    static var trustedProxies: Self {
        Self(
            .service,
            "trusted_proxies",
            .addressRanges,
            default: "",
            "the proxies whose X-Forwarded-For header is trusted"
        )
    }
}

extension SettingKey<String> {
    static var serviceCertificateFile: Self {
        Self(.serviceTLS, "certificate_file", .path, "the service's certificate, with its chain")
    }
    static var serviceKeyFile: Self {
        Self(.serviceTLS, "key_file", .path, "the private key of the service's certificate")
    }
}

extension SettingKey<Int> {
    static var pollMinutes: Self {
        Self(
            .schedule,
            "poll_minutes",
            .integer(0...1440),
            default: "0",
            "how often the provider is asked for new calls; 0 for never"
        )
    }
}

extension SettingKey<ClockTime?> {
    static var dailyTime: Self {
        Self(.schedule, "daily_at", .clockTime, default: "0", "when the daily job begins, in archive.time_zone")
    }
}

extension SettingKey<Int?> {
    static var verifyShare: Self {
        Self(.schedule, "verify_share", .share, default: "0", "the share of the archives that the daily job verifies")
    }
}

extension KeyDescription {
    /// The keys of the service.
    static let service: [KeyDescription] = [
        SettingKey.listen.row, SettingKey.publicURL.row, SettingKey.trustedProxies.row,
        SettingKey.serviceCertificateFile.row, SettingKey.serviceKeyFile.row, SettingKey.pollMinutes.row,
        SettingKey.dailyTime.row, SettingKey.verifyShare.row,
    ]
}
