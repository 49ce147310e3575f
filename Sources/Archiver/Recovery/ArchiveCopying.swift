import DailyArchive
import Evidence
import Files
import Manifest
import Recordings

/// Replaces a sealed archive that is damaged in itself, for example in its metadata or at its end. Recordings that
/// still count there and are intact are copied into the open archive of their day, and count there. After that, nothing
/// counts in the damaged archive, which is never changed.
///
/// As in ``Storing``, bytes are durable before the manifest says so. After a crash in between, the lines of the copies
/// say what they replace, so recovery adopts them; what was not copied yet still counts in the damaged archive.
struct ArchiveCopying: Sendable {
    let context: PassContext
    /// The damaged archive.
    let name: ArchiveName

    /// The outcome.
    struct Outcome: Sendable {
        /// What was copied, with its previous location.
        var copied: [RecordingRow] = []
        /// Recordings that are damaged and count nowhere now: they are wanted again.
        var damaged = 0
        /// Whether something was left in the archive, for lack of space or because a stop was requested.
        var isCutShort = false
    }

    /// A group is appended, flushed and recorded at once, so that a crash costs at most one group.
    private static let groupSize = 256
    private static let groupBytes: Int64 = 256 << 20

    /// - Throws: `ArchiveError` if the file may not be read or the spool cannot be written; `ManifestError`.
    func run() async throws -> Outcome {
        let filter = ListFilter(organization: name.organization, day: name.day)
        let entries = try await context.manifest.entries(filter, at: context.ignoringDeadlines).collected()
        let rows = entries.compactMap { if case .recording(let row) = $0 { row } else { nil } }
            .filter { $0.held?.archive == name }
            .sorted { ($0.held?.offset ?? 0) < ($1.held?.offset ?? 0) }
        var outcome = Outcome()
        guard !rows.isEmpty else { return outcome }
        let elsewhere = try await wholeCopies()
        let lines = try await lines()
        var group: [(RecordingRow, RecordingEntry)] = []
        for row in rows {
            guard let held = row.held else { continue }
            if elsewhere.contains(row.row) {
                // Copying it would put it into the open archive twice. That copy counts, or the one that is reinstated
                // afterwards.
                try await displace(row, held)
                continue
            }
            guard try await isWhole(held) else {
                try await displace(row, held)
                outcome.damaged += 1
                continue
            }
            group.append((row, try await entry(of: row, held, lines)))
            let bytes = group.reduce(0) { $0 + $1.1.stored.byteCount }
            guard group.count >= Self.groupSize || bytes >= Self.groupBytes else { continue }
            try await store(&group, &outcome)
            if outcome.isCutShort { return outcome }
        }
        try await store(&group, &outcome)
        return outcome
    }

    private func store(_ group: inout [(RecordingRow, RecordingEntry)], _ outcome: inout Outcome) async throws {
        guard !group.isEmpty else { return }
        let bytes = group.reduce(0) { $0 + $1.1.stored.byteCount }
        guard !context.stop.isMade, try context.disk.hasRoom(for: bytes) else {
            outcome.isCutShort = true
            return
        }
        let path = context.root.archivePath(name)
        let open = try await context.openArchive(for: name.organization, day: name.day)
        let members = group.map { _, entry in
            (open, PendingMember(entry: entry, content: ReceivedContent(of: entry, in: path)))
        }
        let stored = try await context.writer.append(members)
        let leaves = try await context.evidence.run { logs throws(EvidenceError) in
            try logs.noteStored(stored, in: stored.entries.map { _ in open })
        }
        try await context.manifest.noteCopied(
            group.indices.map {
                StoredRecording(row: group[$0].0.row, entry: stored.entries[$0], leaf: leaves[$0])
            },
            from: name,
            extents: stored.extents.mapValues(ArchiveExtentRow.init),
            now: context.now()
        )
        outcome.copied += group.map(\.0)
        group = []
    }

    /// Recordings that count here and have an intact copy in another archive, which was restored or found in the spool.
    private func wholeCopies() async throws -> Set<RecordingRowID> {
        let adopter = ArchiveAdopter(root: context.root, manifest: context.manifest, schedule: nil)
        var found: Set<RecordingRowID> = []
        let filter = DisplacementFilter(organization: name.organization, day: name.day)
        for copy in try await context.manifest.displacedCopies(filter)
        where copy.counting?.archive == name && !found.contains(copy.row) {
            // Sealing finds out whether a copy in an open archive is intact.
            let isOpen = try await context.manifest.sealedArchive(copy.archive) == nil
            let isWhole = try await adopter.isWhole(copy.archive, copy.offset, copy.byteCount, copy.digest)
            if isOpen || isWhole { found.insert(copy.row) }
        }
        return found
    }

    /// The intact lines of the archive's own metadata, by offset.
    private func lines() async throws -> [Int64: RecordingEntry] {
        do throws(ArchiveError) {
            let listed = try await SealedSalvage.listed(in: context.root.archivePath(name), as: name)
            return Dictionary(listed.map { ($0.offset, $0) }) { first, _ in first }
        } catch {
            // Then the manifest's data is used; each recording shows whether its bytes can be read.
            guard error.code == .damaged || error.code == .inputOutput else { throw error }
            return [:]
        }
    }

    private func isWhole(_ held: RecordingRow.Held) async throws -> Bool {
        do throws(ArchiveError) {
            try await ArchiveReader.check(
                .sealed(name),
                in: context.root,
                offset: held.offset,
                byteCount: held.byteCount,
                expecting: held.digest
            )
            return true
        } catch {
            // What may not be read, or not right now, is not damaged.
            guard error.code == .damaged || error.code == .inputOutput else { throw error }
            return false
        }
    }

    private func displace(_ row: RecordingRow, _ held: RecordingRow.Held) async throws {
        let damaged = DamagedRecording(archive: name, taskID: row.key.taskID, offset: held.offset)
        try await context.manifest.noteDamaged([damaged], now: context.now())
    }

    /// The line for the copy: the archive's own, or the manifest's data if that line is damaged or disagrees.
    private func entry(
        of row: RecordingRow,
        _ held: RecordingRow.Held,
        _ lines: [Int64: RecordingEntry]
    ) async throws -> RecordingEntry {
        let line = lines[held.offset].flatMap { line in
            line.key == row.key && line.file == row.file && line.stored.byteCount == held.byteCount
                && line.stored.digest == held.digest ? line : nil
        }
        let known = if let line { Optional(line) } else { try await context.manifest.entry(of: row) }
        guard var entry = known else {
            throw ManifestError(.unknown, "the manifest has no organization \(name.organization)")
        }
        entry.replaces = name
        return entry
    }
}
