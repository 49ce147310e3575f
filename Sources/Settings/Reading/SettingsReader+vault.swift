import Files
import Foundation
import Recordings

/// The section `vault`.
extension SettingsReader {
    /// - Returns: `nil` if something is bad, which is reported; `.some(nil)` if none of its keys is given, which switches
    ///   the vault off.
    mutating func vault(_ owner: Owner) -> VaultSettings?? {
        guard KeyDescription.vault.contains(where: { owner.raw($0) != nil }) else { return .some(nil) }
        let endpoint = required(.vaultEndpoint, of: owner, shown: \.absoluteString)
        let region = value(.vaultRegion, of: owner)
        let bucket = required(.vaultBucket, of: owner)
        let prefix = value(.vaultPrefix, of: owner)
        let pathStyle = value(.vaultPathStyle, of: owner)
        let credentials = vaultCredentials(owner)
        let certificates = path(.vaultCertificatesFile, of: owner)
        if let certificates {
            let origin = owner.raw(SettingKey.vaultCertificatesFile.row)?.origin ?? .default
            checkCertificates(certificates, "vault.ca_file", origin)
        }
        let lock = value(.vaultLock, of: owner)
        let retainYears = value(.vaultRetainYears, of: owner)
        let readBack = value(.vaultReadBack, of: owner)
        let bytesPerSecond = value(.vaultBytesPerSecond, of: owner)
        let keepLocal = value(.vaultKeepLocalDays, of: owner).map { Duration.hours(24 * $0) }
        let sealTime = value(.sealAfterHours, of: owner).map(Duration.hours)
        let sealBytes = value(.sealAfterBytes, of: owner)
        guard let endpoint, let region, let bucket, let prefix, let pathStyle, let credentials, let lock,
            let retainYears, let readBack, let bytesPerSecond
        else { return nil }
        return .some(
            VaultSettings(
                endpoint: endpoint,
                region: region,
                bucket: bucket,
                prefix: prefix,
                usesPathStyle: pathStyle,
                credentials: credentials,
                additionalCertificatesFile: certificates,
                lock: lock,
                retainYears: retainYears,
                readBack: readBack,
                bytesPerSecond: bytesPerSecond == 0 ? nil : bytesPerSecond,
                keepLocal: keepLocal,
                sealAfter: VaultSettings.SealAfter(time: sealTime, byteCount: sealBytes)
            )
        )
    }

    /// The pair of keys.
    /// - Returns: `nil` if one of the two is missing or bad, which is reported; `.some(nil)` if neither is given.
    private mutating func vaultCredentials(_ owner: Owner) -> VaultSettings.Credentials?? {
        let keys = [SecretKey.vaultAccessKeyID, .vaultSecretAccessKey].flatMap { [$0.text.row, $0.file.row] }
        guard keys.contains(where: { owner.raw($0) != nil }) else { return .some(nil) }
        let accessKeyID = secret(.vaultAccessKeyID, of: owner)
        let secretAccessKey = secret(.vaultSecretAccessKey, of: owner)
        guard let accessKeyID, let secretAccessKey else { return nil }
        return VaultSettings.Credentials(accessKeyID: accessKeyID, secretAccessKey: secretAccessKey)
    }
}
