import Files
import Foundation
import ObjectStore
import Recordings
import Synchronization
import Transfer

/// A vault in an object store.
package final class StoreVault: ArchiveVault {
    /// How it is used.
    package struct Setup: Sendable {
        package var layout: VaultLayout
        /// Whether the store's own checksum is enough to confirm what was put, if ``checkLock()`` has shown that the store
        /// refuses wrong ones.
        package var trustsChecksums: Bool
        /// The limit that all uploads share; `nil` for none.
        package var limiter: UploadLimiter?
        package var now: @Sendable () -> Timestamp

        package init(
            layout: VaultLayout,
            trustsChecksums: Bool = false,
            limiter: UploadLimiter? = nil,
            now: @escaping @Sendable () -> Timestamp = { Timestamp(Date()) }
        ) {
            self.layout = layout
            self.trustsChecksums = trustsChecksums
            self.limiter = limiter
            self.now = now
        }
    }

    package let place: String
    package let store: any ObjectStoring
    let root: ArchiveRoot
    let setup: Setup
    /// Who writes, as far as this process has asked, for puts that follow. It never changes within an epoch.
    private let writer = Mutex<WriterRecord?>(nil)

    /// Asks for nothing yet.
    /// - Parameter place: what messages call the vault; without a secret.
    package init(_ store: any ObjectStoring, place: String, root: ArchiveRoot, setup: Setup) {
        self.store = store
        self.place = place
        self.root = root
        self.setup = setup
    }

    package var lock: VaultLock { setup.layout.lock }

    package func lockEnd(of name: ArchiveName) -> Timestamp? {
        setup.layout.retention(of: name.day, now: setup.now()).map { Timestamp($0.until) }
    }

    package func put(_ archive: ArchiveToVault) async throws(VaultError) -> VaultedArchive {
        let record = try await knownWriter()
        let folder = try await uploadsFolder()
        let put = ArchivePut(
            objects: try await objects(record),
            layout: setup.layout,
            epoch: record.epoch,
            resumeFolder: folder
        )
        return try await put.run(archive)
    }

    /// Puts the side file only after the archive itself was read back and its lock confirmed: see ``ArchivePut``. So an
    /// archive with a side file is whole.
    package func find(_ name: ArchiveName, digest: ContentDigest) async throws(VaultError) -> VaultedArchive? {
        let rule = try await writerRecord()?.rule ?? EpochRule()
        let (key, store) = (VaultLayout.key(of: name), store)
        let versions = try await VaultError.asking { () async throws(ObjectStoreError) in
            try await store.versions(of: key)
        }
        for version in versions where !version.isDeleteMarker {
            let found = try await VaultInventory.counting(name, version, rule, in: store)
            guard let found, found.copy.digest == digest else { continue }
            let side = try await VaultError.asking { () async throws(ObjectStoreError) in
                try await Self.sideFile(of: name, version: nil, in: store)
            }
            return side == digest ? found.copy : nil
        }
        return nil
    }

    package func open(_ name: ArchiveName, _ copy: VaultedArchive) throws(ArchiveError) -> any ByteSource {
        ObjectSource(
            store,
            VaultLayout.key(of: name),
            version: copy.tarVersion.flatMap { ObjectVersion($0) },
            byteCount: copy.byteCount,
            in: place
        )
    }

    package func bucket() async throws(VaultError) -> VaultBucket {
        let store = store
        let status = try await VaultError.asking { () async throws(ObjectStoreError) in try await store.bucketStatus() }
        return VaultBucket(keepsVersions: status.versioning == .enabled, locksObjects: status.hasObjectLock)
    }

    @discardableResult
    package func confirmWriter() async throws(VaultError) -> Int {
        writer.withLock { $0 = nil }
        let record = try await vaultWriter().confirm()
        writer.withLock { $0 = record }
        return record.epoch
    }

    package func keepRecords(snapshot: @escaping @Sendable (String) throws -> Void) async throws(VaultError) {
        // A pass that had no archive to put has not asked who may write.
        try await confirmWriter()
        let record = try await knownWriter()
        let upload = RecordUpload(
            root: root,
            store: store,
            objects: try await objects(record),
            layout: setup.layout,
            writer: record,
            place: place
        )
        try await upload.run(snapshot: snapshot)
        try await confirmWriter()
    }

    package func checkLock() async throws(VaultError) -> VaultLockCheck {
        // A root in which nothing has run yet has no spool.
        try await VaultError.onDisk { [root] _ throws(ArchiveError) in try root.prepare() }
        let check = try await LockProof(store, lock: lock, scratch: root.spoolPath, now: setup.now).run()
        let file = LockCheckFile(of: root, place: place)
        try await VaultError.onDisk { _ throws(ArchiveError) in try file.write(check) }
        return check
    }

    package func lastLockCheck() throws(ArchiveError) -> VaultLockCheck? {
        try LockCheckFile(of: root, place: place).read()
    }

    /// Which root may write.
    package func writerRecord() async throws(VaultError) -> WriterRecord? { try await vaultWriter().read() }

    /// The same, and whether somebody has deleted what says so.
    package func writerStanding() async throws(VaultError) -> WriterStanding { try await vaultWriter().standing() }

    /// What names this root as the writer; `nil` in a vault that never had one. Asks only.
    /// - Throws: `.notWriter` if another root is the writer.
    package func ownWriterRecord() async throws(VaultError) -> WriterRecord? { try await vaultWriter().own() }

    /// Makes this root the writer.
    package func takeOver() async throws(VaultError) -> VaultWriter.TakeOver {
        let result = try await vaultWriter().takeOver()
        writer.withLock { $0 = result.record }
        return result
    }

    private func knownWriter() async throws(VaultError) -> WriterRecord {
        if let known = writer.withLock({ $0 }) { return known }
        let record = try await vaultWriter().confirm()
        writer.withLock { $0 = record }
        return record
    }

    private func vaultWriter() async throws(VaultError) -> VaultWriter {
        let root = root
        let identity = try await VaultError.onDisk { _ throws(ArchiveError) in try root.identity() }
        return VaultWriter(store, root: identity.id, place: place, now: setup.now)
    }

    private func objects(_ record: WriterRecord) async throws(VaultError) -> ObjectPut {
        let file = LockCheckFile(of: root, place: place)
        let check = try await VaultError.onDisk { _ throws(ArchiveError) in try file.read() }
        let isProven = setup.trustsChecksums && check?.refusesWrongChecksums == true
        return ObjectPut(
            store: store,
            readBack: isProven ? .checksum : .whole,
            limiter: setup.limiter,
            rule: record.rule,
            now: setup.now
        )
    }

    /// Where uploads that were interrupted are remembered.
    private func uploadsFolder() async throws(VaultError) -> String {
        let path = "\(root.spoolPath)/uploads"
        return try await VaultError.onDisk { _ throws(ArchiveError) in
            try FileSystem.createFolder(path)
            return path
        }
    }
}
