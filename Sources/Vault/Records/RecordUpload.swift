import Crypto
import Evidence
import Files
import Foundation
import ObjectStore
import Recordings

/// Puts what else leaves the machine after a pass: the evidence logs, files of legacy sessions, the root's identity and a
/// copy of the manifest. Keys, tokens and the service's database never leave it.
///
/// What a state of a log needs is in the vault before that state's checkpoint, and what an older state needs is removed
/// after it. So a crash at any moment leaves a whole log in the vault, of this state or of the one before.
struct RecordUpload: Sendable {
    var root: ArchiveRoot
    var store: any ObjectStoring
    var objects: ObjectPut
    var layout: VaultLayout
    /// This root, as the vault names it.
    var writer: WriterRecord
    var place: String

    private var epoch: Int { writer.epoch }

    /// How many small objects are put at the same time.
    private static let width = 8
    /// A large copy of the manifest is put at most once in this time.
    private static let snapshotEvery = Duration.hours(1)
    private static let largeSnapshot: Int64 = 256 << 20

    func run(snapshot: @escaping @Sendable (String) throws -> Void) async throws(VaultError) {
        let (root, place, writer) = (root, place, writer)
        var sent = try await VaultError.onDisk { _ throws(ArchiveError) in
            try SentRecords(of: root, place: place, writer: writer)
        }
        try await put(try await otherFiles(), &sent)
        for organization in try await organizations() {
            let files = try await logFiles(organization)
            try await put(files.lasting, &sent)
            try await put(files.partialTiles, &sent)
            for head in files.heads { try await put([head], &sent) }
            try await removePartialTiles(of: organization, except: files.partialTiles, &sent)
        }
        try await keepSnapshot(snapshot, &sent)
    }

    // MARK: - What there is

    private func organizations() async throws(VaultError) -> [OrganizationName] {
        let logs = root.logsPath
        return try await VaultError.onDisk { _ throws(ArchiveError) in
            try FileSystem.names(in: logs).filter { FileSystem.isFolder("\(logs)/\($0)") }
                .compactMap { OrganizationName($0) }
        }
    }

    private func logFiles(_ organization: OrganizationName) async throws(VaultError) -> LogFilesToKeep {
        let folder = LogFolder(organization, in: root.logsPath)
        do {
            return try await BlockingWork.run { _ throws(any Error) in
                try folder.withoutWriters { () throws in try LogFilesToKeep(of: organization, at: folder.path) }
            }
        } catch let error as ArchiveError {
            throw VaultError(error)
        } catch {
            throw VaultError(.local, "\(folder.path): \(error)")
        }
    }

    /// The identity, and the files of legacy sessions with their side files.
    private func otherFiles() async throws(VaultError) -> [RecordFile] {
        let root = root
        return try await VaultError.onDisk { _ throws(ArchiveError) in
            var files: [RecordFile] = []
            let legacy = try root.archiveFiles(ending: ".jsonl") + root.archiveFiles(ending: ".jsonl.sha256")
            for path in legacy {
                guard let status = try FileSystem.status(of: path), status.isRegular,
                    let name = Self.day(ofLegacyFile: path),
                    let key = ObjectKey(path.dropFirst(root.path.count + 1))
                else { continue }
                files.append(
                    RecordFile(
                        key: key,
                        path: path,
                        content: .file,
                        byteCount: status.byteCount,
                        modified: status.modifiedSecondsSince1970,
                        organization: name.organization,
                        day: name.day,
                        isFinal: true
                    )
                )
            }
            guard let bytes = try FileSystem.read(root.identityPath, limit: 1 << 20) else { return files }
            let identity = RecordFile(
                key: ObjectKey(checked: VaultLayout.identity),
                path: root.identityPath,
                content: .bytes(bytes),
                byteCount: Int64(bytes.count),
                modified: 0,
                organization: nil,
                day: nil,
                isFinal: false
            )
            return files + [identity]
        }
    }

    /// The organization and the day of `acme-2025-11-20-legacy-001.jsonl`, as the name of an archive.
    private static func day(ofLegacyFile path: String) -> ArchiveName? {
        guard let file = path.split(separator: "/").last, let end = file.firstRange(of: "-legacy-") else { return nil }
        return ArchiveName("\(file[..<end.lowerBound])-001")
    }

    // MARK: - Putting

    private func put(_ files: [RecordFile], _ sent: inout SentRecords) async throws(VaultError) {
        var waiting = files.filter { file in
            guard case .file = file.content, let known = sent.entries[file.key.description] else { return true }
            return known.byteCount != file.byteCount || known.modified != file.modified
        }[...]
        while !waiting.isEmpty {
            let batch = waiting.prefix(Self.width)
            waiting = waiting.dropFirst(batch.count)
            let known = sent.entries
            let done: [(RecordFile, SentRecords.Sent?)]
            do {
                done = try await withThrowingTaskGroup(of: (RecordFile, SentRecords.Sent?).self) { group in
                    for file in batch {
                        let former = known[file.key.description]
                        group.addTask { (file, try await put(file, former)) }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
            } catch let error as VaultError {
                throw error
            } catch {
                throw VaultError(.cancelled, "cancelled")
            }
            let changes = done.compactMap { file, sent in sent.map { (key: file.key.description, sent: $0) } }
            try await note(changes.map { ($0.key, $0.sent) }, &sent)
        }
    }

    private func note(
        _ changes: [(key: String, sent: SentRecords.Sent?)],
        _ sent: inout SentRecords
    ) async throws(VaultError) {
        guard !changes.isEmpty else { return }
        let (lines, path) = (sent.take(changes), sent.path)
        try await VaultError.onDisk { _ throws(ArchiveError) in try SentRecords.append(lines, to: path) }
    }

    /// - Returns: `nil` if the vault had it already, and that was known.
    private func put(_ file: RecordFile, _ former: SentRecords.Sent?) async throws(VaultError) -> SentRecords.Sent? {
        let body: ObjectBody
        switch file.content {
        case .bytes(let bytes): body = .bytes(bytes)
        case .file:
            let path = file.path
            body = try await VaultError.asking { () async throws(ObjectStoreError) in try await .hashing(path: path) }
        }
        var result = SentRecords.Sent(
            byteCount: body.byteCount,
            modified: file.modified,
            digest: body.digest,
            version: former?.version
        )
        if let former, former.digest == body.digest, try await isThere(file) {
            return former.modified == file.modified ? nil : result
        }
        let now = objects.now()
        var order = ObjectPut.Order(
            key: file.key,
            body: body,
            metadata: VaultLayout.metadata(of: file.organization, day: file.day, digest: body.digest, epoch: epoch),
            retention: file.isFinal
                ? file.day.map { layout.retention(of: $0, now: now) } ?? layout.retention(now: now) : nil
        )
        order.isReplaced = !file.isFinal
        let outcome = try await objects.run(order)
        result.version = outcome.version?.description
        if !file.isFinal, let version = former?.version, version != result.version {
            await remove(file.key, version)
        }
        return result
    }

    /// Whether what was put is still there. Anyone who can write to the bucket can delete what is not locked.
    private func isThere(_ file: RecordFile) async throws(VaultError) -> Bool {
        if file.isFinal { return true }
        return try await VaultError.asking { () async throws(ObjectStoreError) in
            try await store.describe(file.key) != nil
        }
    }

    // MARK: - Removing what no longer counts

    private func removePartialTiles(
        of organization: OrganizationName,
        except present: [RecordFile],
        _ sent: inout SentRecords
    ) async throws(VaultError) {
        let kept = Set(present.map(\.key.description))
        let prefix = "\(VaultLayout.logs)\(organization)/tile/"
        let obsolete = sent.entries.filter { key, _ in
            key.hasPrefix(prefix) && key.contains(".p/") && !kept.contains(key)
        }
        for (key, known) in obsolete.sorted(by: { $0.key < $1.key }) {
            guard let key = ObjectKey(key) else { continue }
            await remove(key, known.version)
            try await note([(key.description, nil)], &sent)
        }
    }

    /// Removes one version. That is housekeeping: whoever may not delete keeps more than is needed.
    private func remove(_ key: ObjectKey, _ version: String?) async {
        _ = try? await store.delete(key, version: version.flatMap { ObjectVersion($0) })
    }

    // MARK: - The manifest

    private func keepSnapshot(
        _ write: @escaping @Sendable (String) throws -> Void,
        _ sent: inout SentRecords
    ) async throws(VaultError) {
        let former = sent.entries.filter { $0.key.hasPrefix(VaultLayout.snapshots) }.max { $0.key < $1.key }
        let now = objects.now()
        if let former, former.value.byteCount >= Self.largeSnapshot,
            now - Timestamp(millisecondsSince1970: former.value.modified * 1000) < Self.snapshotEvery
        {
            return
        }
        let path = "\(root.spoolPath)/vault-manifest.tmp"
        defer { for suffix in ["", "-wal", "-shm"] { try? FileSystem.remove(path + suffix) } }
        do {
            try await BlockingWork.run { _ throws(any Error) in
                for suffix in ["", "-wal", "-shm"] { try FileSystem.remove(path + suffix) }
                try write(path)
            }
        } catch let error as ArchiveError {
            throw VaultError(error)
        } catch {
            throw VaultError(.local, "cannot copy the manifest for the vault: \(error)")
        }
        let body = try await VaultError.asking { () async throws(ObjectStoreError) in
            try await ObjectBody.hashing(path: path)
        }
        guard former?.value.digest != body.digest else { return }
        let stamp = now.description.prefix(19).filter { $0 != "-" && $0 != ":" }
        let key = ObjectKey(checked: "\(VaultLayout.snapshots)\(stamp)Z.sqlite")
        let order = ObjectPut.Order(
            key: key,
            body: body,
            metadata: VaultLayout.metadata(digest: body.digest, epoch: epoch),
            contentType: "application/vnd.sqlite3",
            retention: nil
        )
        let outcome = try await objects.run(order)
        let kept = SentRecords.Sent(
            byteCount: body.byteCount,
            modified: now.millisecondsSince1970 / 1000,
            digest: body.digest,
            version: outcome.version?.description
        )
        try await note([(key.description, kept)], &sent)
        let old = sent.entries.keys.filter { $0.hasPrefix(VaultLayout.snapshots) }.sorted()
            .dropLast(VaultLayout.keptSnapshots)
        for text in old {
            guard let key = ObjectKey(text) else { continue }
            await remove(key, sent.entries[text]?.version)
            try await note([(text, nil)], &sent)
        }
        await removeForeignSnapshots(sent)
    }

    /// Removes the copies of another manifest, of the writer before, once there are enough of this one.
    private func removeForeignSnapshots(_ sent: SentRecords) async {
        let own = sent.entries.keys.filter { $0.hasPrefix(VaultLayout.snapshots) }
        guard own.count >= VaultLayout.keptSnapshots else { return }
        let listing = try? await VersionListing.read(below: VaultLayout.snapshots, in: store)
        for (key, versions) in listing?.versions ?? [:] where !own.contains(key.description) {
            for version in versions { await remove(key, version.version?.description) }
        }
    }
}
