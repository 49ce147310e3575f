import Files
import Foundation
import Recordings
import Text

/// The sections that exist once per installation.
extension SettingsReader {
    mutating func archive(_ owner: Owner) -> ArchiveSettings? {
        let root = path(.archiveRoot, of: owner)
        if let root, root.allSatisfy({ $0 == "/" }) {
            let origin = owner.raw(SettingKey.archiveRoot.row)?.origin ?? .default
            report(.invalidValue, origin, "archive.root is the root of the whole file system; give a folder below it")
        }
        let timeZone = value(.timeZone, of: owner)
        let minimumFreeBytes = value(.minimumFreeBytes, of: owner)
        guard let root, let timeZone, let minimumFreeBytes else { return nil }
        return ArchiveSettings(root: root, timeZone: timeZone, minimumFreeBytes: minimumFreeBytes)
    }

    mutating func captures(_ owner: Owner) -> CaptureSettings? {
        let includeSegments = value(.includeSegments, of: owner)
        let includeVirtualAgent = value(.includeVirtualAgent, of: owner)
        let urlExpiration = value(.urlExpirationMinutes, of: owner).map(Duration.minutes)
        let horizon = value(.horizonDays, of: owner).map { Duration.hours(24 * $0) }
        let lookBack = value(.lookBackHours, of: owner).map(Duration.hours)
        let retention = value(.providerRetentionDays, of: owner).map { Duration.hours(24 * $0) }
        let callMetadata = value(.callMetadata, of: owner)
        guard let includeSegments, let includeVirtualAgent, let urlExpiration, let horizon, let lookBack, let retention,
            let callMetadata
        else { return nil }
        if lookBack > horizon {
            let origin = owner.raw(SettingKey.horizonDays.row)?.origin ?? .default
            let message = "captures.horizon_days is shorter than captures.look_back_hours: a call that is listed late"
            warn(origin, "\(message) may become a gap without a second question")
        }
        return CaptureSettings(
            includeSegments: includeSegments,
            includeVirtualAgent: includeVirtualAgent,
            urlExpiration: urlExpiration,
            horizon: horizon,
            lookBack: lookBack,
            providerRetention: retention,
            callMetadata: callMetadata
        )
    }

    mutating func downloads(_ owner: Owner) -> DownloadSettings? {
        let concurrency = value(.concurrency, of: owner)
        let attempts = value(.attempts, of: owner)
        let stallTimeout = value(.stallSeconds, of: owner).map { Duration.seconds($0) }
        let leastBytesPerSecond = value(.leastBytesPerSecond, of: owner)
        let allowedHosts = value(.allowedHosts, of: owner) { "[\($0.joined(separator: ", "))]" }
        let memoryBytes = value(.memoryBytes, of: owner)
        let certificates = path(.certificatesFile, of: owner)
        if let certificates {
            let origin = owner.raw(SettingKey.certificatesFile.row)?.origin ?? .default
            checkCertificates(certificates, "downloads.ca_file", origin)
        }
        guard let concurrency, let attempts, let stallTimeout, let leastBytesPerSecond, let allowedHosts,
            let memoryBytes
        else { return nil }
        return DownloadSettings(
            concurrency: concurrency,
            attempts: attempts,
            stallTimeout: stallTimeout,
            leastBytesPerSecond: leastBytesPerSecond,
            allowedHosts: allowedHosts,
            memoryBytes: memoryBytes,
            additionalCertificatesFile: certificates
        )
    }

    mutating func alarms(_ owner: Owner) -> AlarmLimits? {
        let completePass = value(.completePassHours, of: owner).map(Duration.hours)
        let volumePercent = value(.volumePercent, of: owner)
        let token = value(.tokenDays, of: owner).map { Duration.hours(24 * $0) }
        let horizon = value(.horizonHours, of: owner).map(Duration.hours)
        let purge = value(.purgeDays, of: owner).map { Duration.hours(24 * $0) }
        let openDay = value(.openDayDays, of: owner).map { Duration.hours(24 * $0) }
        let anchor = value(.anchorHours, of: owner).map(Duration.hours)
        let freeBytes = value(.alarmFreeBytes, of: owner)
        guard let completePass, let volumePercent, let token, let horizon, let purge, let openDay, let anchor,
            let freeBytes
        else { return nil }
        return AlarmLimits(
            completePass: completePass,
            volumePercent: volumePercent,
            token: token,
            horizon: horizon,
            purge: purge,
            openDay: openDay,
            anchor: anchor,
            freeBytes: freeBytes
        )
    }

    /// Reports a file that cannot be read, or that has no certificate.
    /// - Parameter name: the path of the key that names it.
    mutating func checkCertificates(_ file: String, _ name: String, _ origin: ValueOrigin) {
        do {
            let text = String(decoding: try FileContents(path: file, limit: 16 << 20).bytes, as: UTF8.self)
            if text.contains("-----BEGIN CERTIFICATE-----") { return }
            report(.invalidValue, origin, "\(name): \(VisibleText.quoted(file)) holds no PEM certificate")
        } catch {
            let reason = "cannot read \(VisibleText.quoted(file)): \(error.reason)"
            report(.invalidValue, origin, "\(name): \(reason)")
        }
    }
}
