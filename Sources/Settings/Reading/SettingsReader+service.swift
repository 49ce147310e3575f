import Files
import Foundation
import Recordings
import Text

/// The section `service`.
extension SettingsReader {
    mutating func service(_ owner: Owner) -> ServiceSettings? {
        let listen = value(.listen, of: owner)
        let publicURL = value(.publicURL, of: owner)
        let proxies = value(.trustedProxies, of: owner) { $0.isEmpty ? "[]" : nil }
        let certificate = path(.serviceCertificateFile, of: owner)
        let key = path(.serviceKeyFile, of: owner)
        let poll = value(.pollMinutes, of: owner)
        let daily = value(.dailyTime, of: owner)
        let share = value(.verifyShare, of: owner)
        let tls = serviceTLS(certificate, key, of: owner)
        let oidc = oidc(owner, publicURL: publicURL)
        guard let listen, let proxies, let poll, let daily, let share, let tls, let oidc else { return nil }
        if !listen.isLoopback, certificate == nil, proxies.isEmpty {
            let origin = owner.raw(SettingKey.listen.row)?.origin ?? .default
            let message = "service.listen is \(listen), which other machines reach, and keys would cross the network"
            report(
                .conflict,
                origin,
                "\(message) unencrypted; give service.tls, or service.trusted_proxies if a proxy does that"
            )
            return nil
        }
        if share != nil, daily == nil {
            let origin = owner.raw(SettingKey.verifyShare.row)?.origin ?? .default
            warn(origin, "service.schedule.verify_share has no effect without service.schedule.daily_at")
        }
        return ServiceSettings(
            listen: listen,
            publicURL: publicURL,
            tls: tls,
            trustedProxies: proxies,
            schedule: ServiceSettings.Schedule(
                poll: poll == 0 ? nil : .minutes(poll),
                daily: daily,
                verifyParts: share
            ),
            oidc: oidc
        )
    }

    /// The certificate and its key. The service checks the content of the files when it starts. Other commands may run as
    /// an account that cannot read the key.
    /// - Returns: `nil` if only one of the two is given, which is reported; `.some(nil)` if neither is.
    private mutating func serviceTLS(_ certificate: String?, _ key: String?, of owner: Owner) -> ServiceSettings.TLS?? {
        switch (certificate, key) {
        case (let certificate?, let key?):
            return .some(ServiceSettings.TLS(certificateFile: certificate, keyFile: key))
        case (nil, nil): return .some(nil)
        case (nil, _?): reportMissing(SettingKey.serviceCertificateFile.row, of: owner)
        case (_?, nil): reportMissing(SettingKey.serviceKeyFile.row, of: owner)
        }
        return nil
    }
}
