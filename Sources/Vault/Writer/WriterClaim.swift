import Files
import Foundation
import ObjectStore
import Recordings

/// Which archive root may write to a vault: `writer.json` names it, and an epoch. It is read before and after the puts of
/// each pass, so that a machine that was replaced notices it, at the latest before its manifest says `archived`.
///
/// The object is not locked, because it has to change. Anyone who can write to the bucket could change it; what that does at
/// worst is described in docs/vault.md.
package struct WriterClaim: Sendable {
    private let store: any ObjectStoring
    private let root: CanonicalUUID
    private let place: String
    private let now: @Sendable () -> Timestamp

    /// What a take-over did.
    package struct TakeOver: Hashable, Sendable {
        package var record: WriterRecord
        /// The writer before; `nil` if there was none, or it was this root.
        package var former: WriterRecord.Former?
        /// Whether this root was the writer already.
        package var wasWriter: Bool
    }

    /// How much later than now a take-over is said to be until the store has said when it was. If the process ends before
    /// that, or this machine's clock is behind, everything that the former writer has put still counts.
    private static let doubt = Duration.hours(24)

    private static let key = ObjectKey(checked: VaultLayout.writer)

    /// - Parameters:
    ///   - root: the identity of the root that wants to write.
    ///   - place: the vault, for messages.
    package init(
        _ store: any ObjectStoring,
        root: CanonicalUUID,
        place: String,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.store = store
        self.root = root
        self.place = place
        self.now = now
    }

    /// The writer.
    /// - Returns: `nil` if no root ever was.
    /// - Throws: `.damaged` if the object cannot be read as such.
    package func read() async throws(VaultError) -> WriterRecord? {
        try await newest()?.record
    }

    /// What names this root as the writer; `nil` in a vault that never had one.
    /// - Throws: `.notWriter` if it is another one.
    package func own() async throws(VaultError) -> WriterRecord? {
        if let record = try await read() {
            guard record.root == root.description else { throw notWriter(record) }
            return record
        }
        guard try await isEmpty() else {
            throw VaultError(
                .notWriter,
                "\(place) has archives, and no \(VaultLayout.writer): nobody knows which root may write to it; "
                    + "if it is this one, run `callark vault take-over`"
            )
        }
        return nil
    }

    /// Makes sure that this root is the writer, and becomes it in a vault that never had one.
    /// - Throws: `.notWriter` if it is another one.
    package func confirm() async throws(VaultError) -> WriterRecord {
        if let record = try await own() { return record }
        try await put(WriterRecord(root: root, epoch: 1, takenTime: now()), onlyIfAbsent: true)
        // Two roots may have done that at the same time, and not every store refuses the second.
        guard let record = try await read() else { throw disappeared }
        guard record.root == root.description else { throw notWriter(record) }
        return record
    }

    /// Makes this root the writer, whichever one was. The uploads of the one before still end, and count for nothing.
    package func takeOver() async throws(VaultError) -> TakeOver {
        let found = try await newest()
        if let found, found.record.root == root.description, !found.isDeleted {
            // An earlier take-over ended before it had said when it was.
            let isExact = found.record.takenTime <= now() + Self.doubt / 2
            let record = isExact ? found.record : try await replace(with: found.record)
            return TakeOver(record: record, former: nil, wasWriter: true)
        }
        let time = now() + Self.doubt
        let before: WriterRecord
        if let found {
            before = found.record
        } else if try await isEmpty() {
            let record = WriterRecord(root: root, epoch: 1, takenTime: time)
            return TakeOver(record: try await replace(with: record), former: nil, wasWriter: false)
        } else {
            // Somebody deleted the object, with all its versions. The archives still have the epoch of their writer.
            let epoch = try await highestEpoch()
            let former = unknown(through: epoch, until: time)
            let record = WriterRecord(root: root, epoch: epoch + 1, takenTime: time, former: former)
            return TakeOver(record: try await replace(with: record), former: nil, wasWriter: false)
        }
        let record = try await replace(with: before.takenOver(by: root, at: time))
        return TakeOver(record: record, former: record.former.last, wasWriter: false)
    }

    /// Writers of whom only the epochs are known.
    private func unknown(through epoch: Int, until time: Timestamp) -> [WriterRecord.Former] {
        guard epoch > 0 else { return [] }
        return (1...epoch).map { WriterRecord.Former(root: root.description, epoch: $0, endedTime: time) }
    }

    /// Puts the record, and then once more with the time that the store says, because that is what the times of objects are
    /// compared with.
    private func replace(with record: WriterRecord) async throws(VaultError) -> WriterRecord {
        try await put(record, onlyIfAbsent: false)
        let description = try await VaultError.asking { () async throws(ObjectStoreError) in
            try await store.describe(Self.key)
        }
        var exact = record
        let time = description?.lastModified.map { Timestamp($0) } ?? now()
        if time != record.takenTime {
            exact.takenTime = time
            for place in exact.former.indices where exact.former[place].endedTime == record.takenTime {
                exact.former[place].endedTime = time
            }
            try await put(exact, onlyIfAbsent: false)
        }
        guard let found = try await read() else { throw disappeared }
        guard found == exact else { throw notWriter(found) }
        return found
    }

    private func put(_ record: WriterRecord, onlyIfAbsent: Bool) async throws(VaultError) {
        let body = ObjectBody.bytes(record.text)
        let options = PutOptions(
            metadata: VaultLayout.metadata(digest: body.digest, epoch: record.epoch),
            contentType: "application/json",
            onlyIfAbsent: onlyIfAbsent
        )
        do throws(ObjectStoreError) {
            _ = try await store.put(body, at: Self.key, options)
        } catch {
            // Another root was first. Who that is shows when it is read.
            guard error.code == .precondition else { throw VaultError(error) }
        }
    }

    private struct Found {
        var record: WriterRecord
        /// Whether somebody has put a delete marker before it.
        var isDeleted = false
    }

    /// The record, also one that somebody deleted, if the store still has it as a version: deleting it makes nobody the
    /// writer.
    private func newest() async throws(VaultError) -> Found? {
        if let latest = try await VaultError.asking({ () async throws(ObjectStoreError) in
            try await store.describe(Self.key)
        }) {
            return Found(record: try await record(latest.version, latest.byteCount))
        }
        let versions = try await VaultError.asking { () async throws(ObjectStoreError) in
            try await store.versions(of: Self.key)
        }
        guard let last = versions.first(where: { !$0.isDeleteMarker }) else { return nil }
        return Found(record: try await record(last.version, last.byteCount), isDeleted: true)
    }

    private func record(_ version: ObjectVersion?, _ byteCount: Int64) async throws(VaultError) -> WriterRecord {
        let bytes = try await VaultError.asking { () async throws(ObjectStoreError) in
            try await store.read(Self.key, version: version, range: 0..<min(byteCount, 1 << 20))
        }
        guard let record = WriterRecord(bytes) else {
            throw VaultError(
                .damaged,
                "\(place)/\(VaultLayout.writer) does not say which root may write: it is damaged, or of a later version of "
                    + "Callark"
            )
        }
        return record
    }

    private func isEmpty() async throws(VaultError) -> Bool {
        try await VaultError.asking { () async throws(ObjectStoreError) in
            try await store.list(below: VaultLayout.archives).items.isEmpty
        }
    }

    /// The highest epoch of all archives.
    private func highestEpoch() async throws(VaultError) -> Int {
        var highest = 0
        var position: ListingPosition?
        repeat {
            let page = try await VaultError.asking { () async throws(ObjectStoreError) in
                try await store.list(below: VaultLayout.archives, after: position)
            }
            for object in page.items where VaultLayout.archive(at: object.key) != nil {
                let description = try await VaultError.asking { () async throws(ObjectStoreError) in
                    try await store.describe(object.key)
                }
                highest = max(highest, description?.epoch ?? 0)
            }
            position = page.next
        } while position != nil
        return highest
    }

    private var disappeared: VaultError {
        VaultError(
            .missing,
            "\(place)/\(VaultLayout.writer): the store took it, and does not have it; run this again later"
        )
    }

    private func notWriter(_ record: WriterRecord) -> VaultError {
        VaultError(
            .notWriter,
            "\(place) belongs to the archive root \(record.root), which writes to it since \(record.takenTime) (epoch "
                + "\(record.epoch)); this one is \(root); if the other one will never write again, run `callark vault "
                + "take-over`"
        )
    }
}
