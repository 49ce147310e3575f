import Files
import Foundation
import Recordings

/// The configuration of the vault: an object store that speaks S3, and what is kept there.
package struct VaultSettings: Sendable, Hashable {
    /// The address of the store, without a path and without the bucket.
    package var endpoint: URL
    package var region: String
    package var bucket: String
    /// What every key begins with: empty, or with a slash at its end.
    package var prefix: String
    /// Whether the bucket is part of the path, and not of the host's name.
    package var usesPathStyle: Bool
    /// `nil` for those of the environment or of the machine's own role.
    package var credentials: Credentials?
    /// PEM certificates to trust in addition to the system's: an absolute path.
    package var additionalCertificatesFile: String?
    package var lock: VaultLock
    /// For how many years after the end of an archive's day the lock holds.
    package var retainYears: Int
    package var readBack: ReadBack
    /// How fast archives are put; `nil` for as fast as it goes.
    package var bytesPerSecond: Int64?
    /// How long after its day an archive stays on the disk once the vault has it; `nil` for ever.
    package var keepLocal: Duration?
    package var sealAfter: SealAfter

    /// A fixed pair of keys.
    package struct Credentials: Sendable, Hashable {
        package var accessKeyID: SecretSource
        package var secretAccessKey: SecretSource

        package init(accessKeyID: SecretSource, secretAccessKey: SecretSource) {
            self.accessKeyID = accessKeyID
            self.secretAccessKey = secretAccessKey
        }
    }

    /// How a put is confirmed.
    package enum ReadBack: String, Sendable, Hashable, CaseIterable {
        /// By reading all bytes back.
        case whole
        /// By the store's own checksum, if a check has shown that the store refuses a wrong one.
        case checksum
    }

    /// When an archive of a day under way is sealed; a part that is `nil` is off.
    package struct SealAfter: Sendable, Hashable {
        /// How long after its first recording.
        package var time: Duration?
        /// From how many bytes on.
        package var byteCount: Int64?

        package init(time: Duration? = nil, byteCount: Int64? = nil) {
            self.time = time
            self.byteCount = byteCount
        }
    }

    package init(
        endpoint: URL,
        region: String = "us-east-1",
        bucket: String,
        prefix: String = "",
        usesPathStyle: Bool = false,
        credentials: Credentials? = nil,
        additionalCertificatesFile: String? = nil,
        lock: VaultLock = .compliance,
        retainYears: Int = 7,
        readBack: ReadBack = .whole,
        bytesPerSecond: Int64? = nil,
        keepLocal: Duration? = nil,
        sealAfter: SealAfter = SealAfter()
    ) {
        self.endpoint = endpoint
        self.region = region
        self.bucket = bucket
        self.prefix = prefix
        self.usesPathStyle = usesPathStyle
        self.credentials = credentials
        self.additionalCertificatesFile = additionalCertificatesFile
        self.lock = lock
        self.retainYears = retainYears
        self.readBack = readBack
        self.bytesPerSecond = bytesPerSecond
        self.keepLocal = keepLocal
        self.sealAfter = sealAfter
    }
}
