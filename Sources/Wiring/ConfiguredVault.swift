import Files
import Foundation
import ObjectStore
import Recordings
import Settings
import Synchronization
import Transfer
import Vault

/// The vault of the configuration. It is opened when it is first needed: most commands never ask it.
package final class ConfiguredVault: ArchiveVault {
    package let place: String
    package let lock: VaultLock
    private let settings: VaultSettings
    private let root: ArchiveRoot
    private let timeZone: TimeZone
    private let version: String
    /// The open vault. Guarded because commands and passes of one process share it.
    private let opened = Mutex<StoreVault?>(nil)

    /// How many requests go to the store at the same time, at most.
    private static let connections = 32

    /// - Parameter version: of Callark, as the store sees it.
    init(_ settings: VaultSettings, of root: ArchiveRoot, timeZone: TimeZone, version: String) {
        self.settings = settings
        self.root = root
        self.timeZone = timeZone
        self.version = version
        lock = settings.lock
        place = (try? Self.location(settings))?.description ?? "\(settings.endpoint.absoluteString)/\(settings.bucket)"
    }

    /// The vault itself, for the commands that are about it.
    /// - Throws: `.unusable` if the settings cannot be used; `.refused` if there are no credentials.
    package func open() throws(VaultError) -> StoreVault {
        let result: Result<StoreVault, VaultError> = opened.withLock { opened in
            if let opened { return .success(opened) }
            do throws(VaultError) {
                let vault = StoreVault(try store(), place: place, root: root, setup: setup)
                opened = vault
                return .success(vault)
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// The vault for a command whose answer a person waits for: it gives up after seconds. What is put unattended needs the
    /// patience of ``open()``.
    /// - Parameter onRetry: called with a line for people before a request is sent again.
    /// - Throws: as ``open()``.
    package func openBriefly(onRetry: @escaping @Sendable (String) -> Void) throws(VaultError) -> StoreVault {
        var patience = Patience.ofPeople
        patience.onRetry = { onRetry("trying again (\($0.attempt) of \($0.attempts)): \($0.cause.message)") }
        return StoreVault(try store(patience), place: place, root: root, setup: setup)
    }

    /// How long the store is waited for, and what hears of repetitions.
    private struct Patience {
        var connectTimeout = Duration.seconds(10)
        var exchange = StorePatience()
        var retry = RetryPolicy(attempts: 6)
        var onRetry: @Sendable (StoreRetry) -> Void = { _ in }

        /// Where nothing listens, a request fails within three seconds.
        static let ofPeople = Patience(
            connectTimeout: .seconds(5),
            exchange: StorePatience(request: .seconds(20)),
            retry: RetryPolicy(attempts: 3, maximumDelay: .seconds(2), longestRetryAfter: .seconds(5))
        )
    }

    private func store(_ patience: Patience = Patience()) throws(VaultError) -> ObjectStore {
        do throws(ObjectStoreError) {
            let engine = try Self.engine(settings, version: version, connectTimeout: patience.connectTimeout)
            return ObjectStore(
                at: try Self.location(settings),
                credentials: try Self.credentials(settings, over: engine),
                engine: engine,
                retry: patience.retry,
                patience: patience.exchange,
                onRetry: patience.onRetry
            )
        } catch {
            throw VaultError(error)
        }
    }

    private var setup: StoreVault.Setup {
        StoreVault.Setup(
            layout: layout,
            trustsChecksums: settings.readBack == .checksum,
            limiter: settings.bytesPerSecond.flatMap { $0 > 0 ? UploadLimiter(bytesPerSecond: $0) : nil }
        )
    }

    private var layout: VaultLayout {
        VaultLayout(lock: settings.lock, retainYears: settings.retainYears, timeZone: timeZone)
    }

    private static func location(_ settings: VaultSettings) throws(ObjectStoreError) -> ObjectStoreLocation {
        try ObjectStoreLocation(
            endpoint: settings.endpoint.absoluteString,
            region: settings.region,
            bucket: settings.bucket,
            prefix: settings.prefix,
            pathStyle: settings.usesPathStyle
        )
    }

    private static func engine(
        _ settings: VaultSettings,
        version: String,
        connectTimeout: Duration
    ) throws(ObjectStoreError) -> TransferEngine {
        let configuration = TransferEngine.Configuration(
            additionalCertificatesFile: settings.additionalCertificatesFile,
            userAgent: "callark/\(version)",
            connectTimeout: connectTimeout,
            maximumConnectionsPerHost: connections
        )
        do throws(TransferError) {
            return try TransferEngine(configuration)
        } catch {
            throw ObjectStoreError(.misconfigured, "vault.ca_file: \(error)")
        }
    }

    private static func credentials(
        _ settings: VaultSettings,
        over engine: TransferEngine
    ) throws(ObjectStoreError) -> any CredentialSource {
        guard let given = settings.credentials else {
            return try EnvironmentCredentials.source(
                ProcessInfo.processInfo.environment,
                region: settings.region,
                exchange: engine
            )
        }
        return FileCredentials(
            accessKeyID: try place(given.accessKeyID),
            secretAccessKey: try place(given.secretAccessKey)
        )
    }

    /// A file is read anew whenever it is needed, so that keys can be replaced while a service runs.
    private static func place(_ secret: SecretSource) throws(ObjectStoreError) -> FileCredentials.Place {
        if let file = secret.file { return .file(path: file) }
        do throws(SettingsError) {
            return .text(try secret.reveal())
        } catch {
            throw ObjectStoreError(.credentials, "\(error)")
        }
    }

    // MARK: - ArchiveVault

    package func lockEnd(of name: ArchiveName) -> Timestamp? {
        layout.retention(of: name.day, now: Timestamp(Date())).map { Timestamp($0.until) }
    }

    package func put(_ archive: ArchiveToVault) async throws(VaultError) -> VaultedArchive {
        try await open().put(archive)
    }

    package func find(_ name: ArchiveName, digest: ContentDigest) async throws(VaultError) -> VaultedArchive? {
        try await open().find(name, digest: digest)
    }

    package func open(_ name: ArchiveName, _ copy: VaultedArchive) throws(ArchiveError) -> any ByteSource {
        let vault: StoreVault
        do throws(VaultError) {
            vault = try open()
        } catch {
            throw error.reading("\(place)/\(name.relativePath)")
        }
        return try vault.open(name, copy)
    }

    package func inspect(_ name: ArchiveName, _ copy: VaultedArchive) async throws(VaultError) -> VaultInspection? {
        try await open().inspect(name, copy)
    }

    package func fault(of name: ArchiveName, _ copy: VaultedArchive) async throws(VaultError) -> VaultCopyFault? {
        try await open().fault(of: name, copy)
    }

    package func lockAgain(_ name: ArchiveName, _ copy: VaultedArchive) async throws(VaultError) -> VaultedArchive {
        try await open().lockAgain(name, copy)
    }

    package func bucket() async throws(VaultError) -> VaultBucket { try await open().bucket() }

    @discardableResult
    package func confirmWriter() async throws(VaultError) -> Int { try await open().confirmWriter() }

    package func keepRecords(snapshot: @escaping @Sendable (String) throws -> Void) async throws(VaultError) {
        try await open().keepRecords(snapshot: snapshot)
    }

    package func checkLock() async throws(VaultError) -> VaultLockCheck { try await open().checkLock() }

    package func lastLockCheck() throws(ArchiveError) -> VaultLockCheck? {
        try LockCheckFile(of: root, place: place).read()
    }
}
