import DailyArchive
import Files
import Manifest
import Recordings

/// Adds sealed archives to a manifest that does not know them: all of them for a rebuild, or those that are newer than
/// the manifest.
struct ArchiveAdopter: Sendable {
    let root: ArchiveRoot
    let manifest: Manifest
    /// For a rebuild; `nil` if the manifest already knows its tasks.
    let schedule: AskSchedule?

    /// The outcome for one archive.
    struct Outcome: Sendable {
        /// How many recordings it added; `nil` if the archive was not added at all.
        var recordings: Int?
        /// The record of its day, if the archive closes it.
        var dayClose: DayClose?
        /// What is damaged, and what was not added.
        var faults: [ArchiveFault] = []
        /// What else a person should know.
        var remarks: [String] = []
    }

    /// Reads archives from end to end, several at once: the input of ``adopt(_:verified:now:)``.
    func verify(_ names: some Sequence<ArchiveName>) async throws -> [ArchiveName: VerificationReport] {
        try await withThrowingTaskGroup(of: (ArchiveName, VerificationReport).self) { group in
            for name in names {
                let path = root.archivePath(name)
                group.addTask { (name, try await ArchiveVerifier().verify(path: path)) }
            }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
    }

    /// Adds one archive that was read from end to end: by its own metadata if nothing contradicts it, otherwise by
    /// what is intact in it, with each recording read back.
    /// - Throws: `ManifestError` if the manifest cannot be written; `CancellationError`. Faults of the archive are in
    ///   the outcome.
    func adopt(
        _ name: ArchiveName,
        verified report: VerificationReport? = nil,
        now: Timestamp
    ) async throws -> Outcome {
        do {
            var report = report
            if report == nil { report = try await ArchiveVerifier().verify(path: root.archivePath(name)) }
            guard let report, report.isWhole else { return try await adoptIntactParts(name, report, now: now) }
            do {
                var outcome = try await adoptWhole(name, now: now)
                outcome.remarks += report.faults.map(\.message)
                return outcome
            } catch is ArchiveError {
                return try await adoptIntactParts(name, report, now: now)
            }
        } catch let error as ArchiveError where error.code != .cancelled {
            return try await leaveOut(name, error.message, now: now)
        } catch let error as ManifestError where error.code == .conflict {
            return try await leaveOut(name, error.message, now: now)
        }
    }

    private func adoptWhole(_ name: ArchiveName, now: Timestamp) async throws -> Outcome {
        let metadata = try await ArchiveMetadata.open(name, in: root.archives)
        return try await adopt(metadata, of: name, at: root.archivePath(name), now: now)
    }

    /// Adds an archive by its own metadata.
    func adopt(
        _ metadata: ArchiveMetadata,
        of name: ArchiveName,
        at path: String,
        now: Timestamp
    ) async throws -> Outcome {
        guard metadata.name == name else {
            throw ArchiveError(.damaged, "\(path) contains the archive \(metadata.name)", path: path)
        }
        guard let digest = metadata.recordedDigest, let organizationID = metadata.organizationID else {
            throw ArchiveError(.damaged, "\(path) names no organization, or has no side file", path: path)
        }
        let duplicates = try await manifest.restore(
            ArchiveRow(
                name: name,
                byteCount: metadata.byteCount,
                digest: digest,
                recordings: metadata.recordingCount,
                metadataOffset: metadata.metadataOffset,
                sealedTime: nil
            ),
            organizationID: organizationID,
            tasks: metadata.tasks,
            recordings: metadata.recordings,
            schedule: schedule,
            now: now
        )
        var outcome = Outcome(recordings: metadata.recordingCount - duplicates.count, dayClose: metadata.dayClose)
        if !duplicates.isEmpty { outcome.remarks = try await chooseCopies(in: name, now: now) }
        return outcome
    }

    private func adoptIntactParts(_ name: ArchiveName, _ report: VerificationReport?, now: Timestamp) async throws
        -> Outcome
    {
        let salvage = try await SealedSalvage.read(root.archivePath(name), as: name, report: report)
        // Damaged recordings are recorded too, as damaged: another archive may have them intact, and say that it
        // replaces them.
        let known = (salvage.recordings + salvage.damaged).sorted { $0.offset < $1.offset }
        guard !known.isEmpty, let organizationID = salvage.organizationID, let digest = salvage.digest else {
            let reason = "no recording in it has an intact metadata line"
            return Outcome(faults: salvage.faults + [notTakenIn(name, reason)])
        }
        let damaged = salvage.damaged.map {
            DamagedRecording(archive: name, taskID: $0.key.taskID, offset: $0.offset)
        }
        let duplicates = try await manifest.restore(
            ArchiveRow(
                name: name,
                byteCount: salvage.byteCount,
                digest: digest,
                recordings: known.count,
                sealedTime: nil
            ),
            organizationID: organizationID,
            tasks: Rows(salvage.tasks),
            recordings: Rows(known),
            damaged: damaged,
            schedule: schedule,
            now: now
        )
        let taken = known.count - duplicates.count - damaged.count
        var outcome = Outcome(recordings: max(0, taken), faults: salvage.faults)
        if !duplicates.isEmpty { outcome.remarks = try await chooseCopies(in: name, now: now) }
        return outcome
    }

    /// The faults that no other archive makes up for: a recording that is damaged in one archive may be intact in
    /// another.
    func standing(_ faults: [ArchiveFault]) async throws -> [ArchiveFault] {
        guard !faults.isEmpty else { return [] }
        struct Place: Hashable {
            var archive: String
            var offset: Int64
        }
        let copies = try await manifest.displacedCopies().filter { $0.counting != nil }
        let repaired = Set(copies.map { Place(archive: $0.archive.description, offset: $0.offset) })
        let ofBytes: Set<ArchiveFault.Kind> = [.recordingDamaged, .recordingMissing, .notTakenIn]
        let rest = faults.filter { fault in
            guard ofBytes.contains(fault.kind), let offset = fault.offset else { return true }
            return !repaired.contains(Place(archive: fault.archive, offset: offset))
        }
        // If only repaired recordings are damaged in an archive, they explain why its own checksum differs.
        let standing = Set(rest.filter { $0.kind != .archiveDigest }.map(\.archive))
        let mended = Set(copies.map(\.archive.description)).subtracting(standing)
        return rest.filter { $0.kind != .archiveDigest || !mended.contains($0.archive) }
    }

    /// If two archives have a recording and neither says that it replaces the other, the copy with the lower sequence
    /// counts if it is intact, otherwise the intact one.
    /// - Returns: remarks for people.
    func chooseCopies(in name: ArchiveName, now: Timestamp) async throws -> [String] {
        var remarks: [String] = []
        for copy in try await manifest.displacedCopies(DisplacementFilter(archive: name, reason: .duplicate)) {
            guard let counting = copy.counting else { continue }
            let task = "task \(copy.key.taskID): \(copy.file)"
            if try await isWhole(counting.archive, counting.offset, counting.byteCount, counting.digest) {
                remarks.append("\(task) is in \(counting.archive) and in \(name); the first one is used")
                continue
            }
            // Damage to an open archive is found and repaired when it is sealed.
            guard try await manifest.sealedArchive(counting.archive) != nil,
                try await isWhole(name, copy.offset, copy.byteCount, copy.digest)
            else {
                remarks.append("\(task) is in \(counting.archive), damaged, and in \(name); the first one is used")
                continue
            }
            let damaged = DamagedRecording(
                archive: counting.archive,
                taskID: copy.key.taskID,
                offset: counting.offset
            )
            try await manifest.noteDamaged([damaged], now: now)
            try await manifest.noteReinstated(copy, now: now)
            remarks.append("\(task) is damaged in \(counting.archive) and whole in \(name), which counts")
        }
        return remarks
    }

    /// Makes intact copies count for recordings that have no counting copy.
    /// - Returns: the copies that count now.
    func reinstate(_ filter: DisplacementFilter, now: Timestamp) async throws -> [DisplacedCopy] {
        var filter = filter
        filter.isUnheld = true
        var reinstated: [DisplacedCopy] = []
        var settled: Set<RecordingRowID> = []
        for copy in try await manifest.displacedCopies(filter) where !settled.contains(copy.row) {
            guard try await isWhole(copy.archive, copy.offset, copy.byteCount, copy.digest) else { continue }
            try await manifest.noteReinstated(copy, now: now)
            settled.insert(copy.row)
            reinstated.append(copy)
        }
        return reinstated
    }

    /// Reads a place in an archive, sealed or open, and compares the bytes.
    func isWhole(
        _ name: ArchiveName,
        _ offset: Int64,
        _ byteCount: Int64,
        _ digest: ContentDigest
    ) async throws -> Bool {
        // Its file need not be on the disk.
        let isSealed = try await manifest.sealedArchive(name) != nil
        do throws(ArchiveError) {
            let place = isSealed ? .sealed(name) : try root.location(of: name)
            try await ArchiveReader.check(place, in: root, offset: offset, byteCount: byteCount, expecting: digest)
            return true
        } catch {
            guard error.code != .cancelled else { throw CancellationError() }
            return false
        }
    }

    /// Adds nothing of an archive.
    func leaveOut(_ name: ArchiveName, _ reason: String, now: Timestamp) async throws -> Outcome {
        try await manifest.undoAdoption(name, now: now)
        return Outcome(faults: [notTakenIn(name, reason)])
    }

    private func notTakenIn(_ name: ArchiveName, _ reason: String) -> ArchiveFault {
        ArchiveFault(kind: .notTakenIn, archive: name.description, message: "\(name) was skipped: \(reason)")
    }
}

/// The day records of the archives that were added. If a day has several, that of the latest archive counts.
struct DayCloses: Sendable {
    private var latest: [(name: ArchiveName, record: DayClose)] = []

    /// Archives have to come in order of their names.
    mutating func add(_ record: DayClose?, of name: ArchiveName) {
        guard let record else { return }
        if let last = latest.last?.name, last.organization == name.organization, last.day == name.day {
            latest.removeLast()
        }
        latest.append((name, record))
    }

    /// Stores the records in `manifest`. Call it when the manifest has everything that they count.
    func restore(into manifest: Manifest, now: Timestamp) async throws {
        for (name, record) in latest { try await manifest.restoreDayClose(record, from: name, now: now) }
    }

    /// Marks the records that a log lacks, or has with another content, so that the next closing logs them. Call it
    /// after ``restore(into:now:)``.
    func demandClosings(in manifest: Manifest, lackingIn ledgers: [OrganizationName: LogLedger]) async throws {
        for (name, record) in latest {
            guard let ledger = ledgers[name.organization], try !ledger.isClosed(with: record) else { continue }
            try await manifest.demandClosing(of: record)
        }
    }
}

/// Values in memory, as an asynchronous sequence.
private struct Rows<Element: Sendable>: AsyncSequence, Sendable {
    let elements: [Element]

    init(_ elements: [Element]) {
        self.elements = elements
    }

    func makeAsyncIterator() -> Iterator { Iterator(rest: elements[...]) }

    struct Iterator: AsyncIteratorProtocol {
        var rest: ArraySlice<Element>

        mutating func next() async throws -> Element? { rest.popFirst() }
    }
}
