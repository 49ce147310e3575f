import Files
import Foundation
import ObjectStore
import Recordings

/// Which archive root may write to a vault: `writer.json` names it, and an epoch. It is read before and after the puts of
/// each pass, so that a machine that was replaced notices it, at the latest before its manifest says `archived`.
///
/// The object is not locked, because it has to change. Anyone who can write to the bucket could change it; what that does at
/// worst is described in docs/vault.md.
package struct VaultWriter: Sendable {
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
    /// How often it is tried while other roots take over too.
    private static let rounds = 5

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
                "\(place) has archives, and no \(VaultLayout.writer): somebody has deleted it, and nothing says which root may "
                    + "write; if it is this one, run `callark vault take-over`"
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

    /// Who may write, and whether somebody has deleted what says so.
    package func standing() async throws(VaultError) -> WriterStanding {
        if let found = try await newest() { return .named(found.record, isDeleted: found.isDeleted) }
        return try await isEmpty() ? .unclaimed : .lost
    }

    /// Makes this root the writer, whichever one was. The uploads of the one before still end, and count for nothing.
    package func takeOver() async throws(VaultError) -> TakeOver {
        var found = try await newest()
        var own: [ObjectVersion] = []
        if let mine = found, mine.record.root == root.description, !mine.isDeleted {
            // An earlier take-over ended before it had said when it was.
            let isExact = mine.record.takenTime <= now() + Self.doubt / 2
            if isExact { return TakeOver(record: mine.record, former: nil, wasWriter: true) }
            guard case .done(let record) = try await replace(mine, with: mine.record, &own) else { throw disturbed }
            return TakeOver(record: record, former: nil, wasWriter: true)
        }
        for _ in 0..<Self.rounds {
            let record = try await successor(of: found)
            switch try await replace(found, with: record, &own) {
            case .done(let exact):
                return TakeOver(record: exact, former: found == nil ? nil : exact.former.last, wasWriter: false)
            // What it puts from now on must not count, and it has the epoch that this root would have.
            case .other(let other): found = other
            }
        }
        throw disturbed
    }

    private func successor(of found: Found?) async throws(VaultError) -> WriterRecord {
        let time = now() + Self.doubt
        if let found { return found.record.takenOver(by: root, at: time) }
        // Somebody may have deleted the object, with all its versions. The archives still have the epoch of their writer.
        let epoch = try await highestEpoch()
        return WriterRecord(root: root, epoch: epoch + 1, takenTime: time, former: unknown(through: epoch, until: time))
    }

    /// Writers of whom only the epochs are known.
    private func unknown(through epoch: Int, until time: Timestamp) -> [WriterRecord.Former] {
        guard epoch > 0 else { return [] }
        return (1...epoch).map { WriterRecord.Former(root: root.description, epoch: $0, endedTime: time) }
    }

    private enum Replacement {
        case done(WriterRecord)
        /// Another root has put its record meanwhile.
        case other(Found)
    }

    /// Puts the record, and then once more with the time that the store says, because that is what the times of objects are
    /// compared with.
    /// - Parameters:
    ///   - found: what it replaces. If the store has another record by then, two roots take over at the same time.
    ///   - own: the versions that this take-over has put.
    private func replace(
        _ found: Found?,
        with record: WriterRecord,
        _ own: inout [ObjectVersion]
    ) async throws(VaultError) -> Replacement {
        let first = try await put(record, onlyIfAbsent: false)
        if let first { own.append(first) }
        let description = try await VaultError.asking { () async throws(ObjectStoreError) in
            try await store.describe(Self.key, version: first)
        }
        var exact = record
        let time = description?.lastModified.map { Timestamp($0) } ?? now()
        if time != record.takenTime {
            exact.takenTime = time
            for place in exact.former.indices where exact.former[place].endedTime == record.takenTime {
                exact.former[place].endedTime = time
            }
            if let second = try await put(exact, onlyIfAbsent: false) { own.append(second) }
        }
        if let other = try await newest(besides: own), other.version != found?.version {
            return .other(other)
        }
        guard let found = try await read() else { throw disappeared }
        guard found == exact else { throw notWriter(found) }
        return .done(found)
    }

    /// The newest record that is none of these versions.
    /// - Returns: `nil` if there is none, or if the store keeps no versions.
    private func newest(besides own: [ObjectVersion]) async throws(VaultError) -> Found? {
        guard !own.isEmpty else { return nil }
        let versions: [ListedVersion]
        do throws(ObjectStoreError) {
            versions = try await store.versions(of: Self.key)
        } catch {
            guard error.code == .unsupported else { throw VaultError(error) }
            return nil
        }
        let others = versions.filter { each in !each.isDeleteMarker && !own.contains { $0 == each.version } }
        guard let last = others.first else { return nil }
        return Found(record: try await record(last.version), version: last.version)
    }

    /// - Returns: the version; `nil` if the store keeps none, or has refused to put it beside another one.
    @discardableResult
    private func put(_ record: WriterRecord, onlyIfAbsent: Bool) async throws(VaultError) -> ObjectVersion? {
        let body = ObjectBody.bytes(record.text)
        let options = PutOptions(
            metadata: VaultLayout.metadata(digest: body.digest, epoch: record.epoch),
            contentType: "application/json",
            onlyIfAbsent: onlyIfAbsent
        )
        do throws(ObjectStoreError) {
            return try await store.put(body, at: Self.key, options).version
        } catch {
            // Another root was first. Who that is shows when it is read.
            guard error.code == .precondition else { throw VaultError(error) }
            return nil
        }
    }

    private struct Found {
        var record: WriterRecord
        var version: ObjectVersion?
        /// Whether somebody has put a delete marker before it.
        var isDeleted = false
    }

    /// The record, also one that somebody deleted, if the store still has it as a version: deleting it makes nobody the
    /// writer.
    private func newest() async throws(VaultError) -> Found? {
        if let latest = try await VaultError.asking({ () async throws(ObjectStoreError) in
            try await store.describe(Self.key)
        }) {
            return Found(record: try await record(latest.version), version: latest.version)
        }
        let versions = try await VaultError.asking { () async throws(ObjectStoreError) in
            try await store.versions(of: Self.key)
        }
        guard let last = versions.first(where: { !$0.isDeleteMarker }) else { return nil }
        return Found(record: try await record(last.version), version: last.version, isDeleted: true)
    }

    private func record(_ version: ObjectVersion?) async throws(VaultError) -> WriterRecord {
        let bytes = try await VaultError.asking { () async throws(ObjectStoreError) in
            try await store.read(Self.key, version: version, range: 0..<(1 << 20))
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

    /// Whether there is no archive, not even one that somebody has hidden behind a delete marker.
    private func isEmpty() async throws(VaultError) -> Bool {
        try await VersionListing.read(below: VaultLayout.archives, in: store).versions.isEmpty
    }

    /// The highest epoch of all versions of all archives; 0 if there is none.
    private func highestEpoch() async throws(VaultError) -> Int {
        var highest = 0
        let listing = try await VersionListing.read(below: VaultLayout.archives, in: store)
        for (key, versions) in listing.versions where VaultLayout.archive(at: key) != nil {
            for version in versions {
                let description = try await VaultError.asking { () async throws(ObjectStoreError) in
                    try await store.describe(key, version: version.version)
                }
                highest = max(highest, description?.epoch ?? 0)
            }
        }
        return highest
    }

    private var disturbed: VaultError {
        VaultError(.unreachable, "other archive roots take over \(place) at the same time: run this again later")
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
