import DailyArchive
import Manifest
import Recordings

/// Takes sealed archives into a manifest that does not know them: all of them for a rebuild, or those that are newer than
/// the manifest.
struct ArchiveIntake: Sendable {
    let root: ArchiveRoot
    let manifest: Manifest
    /// For a rebuild; `nil` where the manifest knows its tasks.
    let schedule: AskSchedule?

    /// What came of one archive.
    struct Outcome: Sendable {
        /// How many recordings it brought; `nil` where the archive is not taken in at all.
        var recordings: Int?
        /// The record of its day, where the archive closes it.
        var dayClose: DayClose?
        /// What is not whole, and what was not taken in.
        var faults: [ArchiveFault] = []
        /// What else a person should know.
        var remarks: [String] = []
    }

    /// Takes in one archive: by its own metadata where that is whole, which is quick, and else whatever of it is whole,
    /// each recording read back.
    /// - Throws: `ManifestError` where the manifest cannot be written, `CancellationError`; what is wrong with the archive
    ///   is in the outcome.
    func takeIn(_ name: ArchiveName, now: Timestamp) async throws -> Outcome {
        do {
            do {
                return try await takeInWhole(name, now: now)
            } catch is ArchiveError {
                return try await takeInParts(name, now: now)
            }
        } catch let error as ArchiveError where error.code != .cancelled {
            return try await leaveOut(name, error.message, now: now)
        } catch let error as ManifestError where error.code == .conflict {
            return try await leaveOut(name, error.message, now: now)
        }
    }

    private func takeInWhole(_ name: ArchiveName, now: Timestamp) async throws -> Outcome {
        let path = root.archivePath(name)
        let metadata = try await ArchiveMetadata.open(path)
        guard metadata.name == name else {
            throw ArchiveError(.damaged, "\(path) holds the archive \(metadata.name)", path: path)
        }
        guard let digest = metadata.recordedDigest, let organizationID = metadata.organizationID else {
            throw ArchiveError(.damaged, "\(path) does not say whose it is, or has no side file", path: path)
        }
        let duplicates = try await manifest.restore(
            ArchiveRow(
                name: name,
                byteCount: metadata.byteCount,
                digest: digest,
                recordings: metadata.recordingCount,
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

    private func takeInParts(_ name: ArchiveName, now: Timestamp) async throws -> Outcome {
        let salvage = try await SealedSalvage.read(root.archivePath(name), as: name)
        guard !salvage.recordings.isEmpty, let organizationID = salvage.organizationID, let digest = salvage.digest
        else {
            let reason = "no whole recording with a whole line of metadata is left in it"
            return Outcome(faults: salvage.faults + [notTakenIn(name, reason)])
        }
        let duplicates = try await manifest.restore(
            ArchiveRow(
                name: name,
                byteCount: salvage.byteCount,
                digest: digest,
                recordings: salvage.recordings.count,
                sealedTime: nil
            ),
            organizationID: organizationID,
            tasks: Rows(salvage.tasks),
            recordings: Rows(salvage.recordings),
            schedule: schedule,
            now: now
        )
        var outcome = Outcome(recordings: salvage.recordings.count - duplicates.count, faults: salvage.faults)
        if !duplicates.isEmpty { outcome.remarks = try await chooseCopies(in: name, now: now) }
        return outcome
    }

    /// Where two archives have a recording and neither says that it replaces the other, the lower sequence counts if its
    /// copy is whole, and else the one that is.
    /// - Returns: what to tell a person.
    func chooseCopies(in name: ArchiveName, now: Timestamp) async throws -> [String] {
        var remarks: [String] = []
        for copy in try await manifest.displacedCopies(DisplacementFilter(archive: name, reason: .duplicate)) {
            guard let counting = copy.counting else { continue }
            let task = "task \(copy.key.taskID): \(copy.file)"
            if try await isWhole(counting.archive, counting.offset, counting.byteCount, counting.digest) {
                remarks.append("\(task) is in \(counting.archive) and in \(name); the former counts")
                continue
            }
            // Damage to an open archive is found, and made good, when it is sealed.
            guard try await manifest.sealedArchive(counting.archive) != nil,
                try await isWhole(name, copy.offset, copy.byteCount, copy.digest)
            else {
                remarks.append("\(task) is in \(counting.archive), damaged, and in \(name); the former counts")
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

    /// Whether the bytes in this place of an archive, sealed or open, are these; reads them.
    func isWhole(
        _ name: ArchiveName,
        _ offset: Int64,
        _ byteCount: Int64,
        _ digest: ContentDigest
    ) async throws -> Bool {
        do throws(ArchiveError) {
            let place = try root.standingPath(name)
            try await ArchiveReader.check(place, offset: offset, byteCount: byteCount, expecting: digest)
            return true
        } catch {
            guard error.code != .cancelled else { throw CancellationError() }
            return false
        }
    }

    private func leaveOut(_ name: ArchiveName, _ reason: String, now: Timestamp) async throws -> Outcome {
        try await manifest.noteNotTakenIn(name, now: now)
        return Outcome(faults: [notTakenIn(name, reason)])
    }

    private func notTakenIn(_ name: ArchiveName, _ reason: String) -> ArchiveFault {
        ArchiveFault(kind: .notTakenIn, archive: name.description, message: "\(name) is not taken in: \(reason)")
    }
}

/// The records of days that archives were taken in with: of several of a day, that of the latest archive counts.
struct DayCloses: Sendable {
    private var latest: [(name: ArchiveName, record: DayClose)] = []

    /// Archives come in the order of their names.
    mutating func add(_ record: DayClose?, of name: ArchiveName) {
        guard let record else { return }
        if let last = latest.last?.name, last.organization == name.organization, last.day == name.day {
            latest.removeLast()
        }
        latest.append((name, record))
    }

    /// Has `manifest` take them over, which is done after everything that they count is there.
    func restore(into manifest: Manifest, now: Timestamp) async throws {
        for (name, record) in latest { try await manifest.restoreDayClose(record, from: name, now: now) }
    }
}

/// Values that are in memory, as a sequence that is asked for one after the other.
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
