import DailyArchive
import Files
import Foundation
import Manifest
import Recordings

/// Returns recordings: from a sealed archive by their offset, otherwise from the spool.
package struct Retrieval: Sendable {
    let root: ArchiveRoot
    let manifest: Manifest

    /// One file that was written.
    package struct File: Sendable {
        package var row: RecordingRow
        package var path: String
        /// Whether it replaced a file with other bytes.
        package var isReplacement = false
    }

    package init(root: ArchiveRoot, manifest: Manifest) {
        self.root = root
        self.manifest = manifest
    }

    /// What is known about a task's recordings, in the order of their file names; of several versions of one recording,
    /// the better one first.
    package func recordings(of task: TaskID, organization: OrganizationName?) async throws -> [RecordingRow] {
        try await manifest.recordings(of: task, organization: organization).betterFirst
    }

    /// What is known about a task as a call, by organization: nearly always one, or none.
    package func calls(
        of task: TaskID,
        organization: OrganizationName?,
        at standpoint: (OrganizationName) -> Standpoint
    ) async throws -> [CallRow] {
        var calls: [CallRow] = []
        for row in try await manifest.tasks(task, organization: organization) {
            let filter = ListFilter(organization: row.organization, task: task)
            calls += try await manifest.calls(filter, at: standpoint(row.organization)).collected()
        }
        return calls
    }

    /// The legacy sessions that are attached to the tasks of these recordings, from the files of their days. No other
    /// file is read.
    /// - Throws: `ArchiveError` with code `damaged` if one exists and is not what was written.
    package func legacySessions(of rows: [RecordingRow]) async throws -> [LegacySessionFile.Place] {
        try await Self.legacySessions(of: rows.map { ($0.key.taskID, $0.organization, $0.day) }, in: root)
    }

    /// The legacy sessions that are attached to these tasks, each once.
    package static func legacySessions(
        of tasks: [(task: TaskID, organization: OrganizationName, day: ArchiveDay)],
        in root: ArchiveRoot
    ) async throws -> [LegacySessionFile.Place] {
        var places: [LegacySessionFile.Place] = []
        for (task, organization, day) in tasks {
            // A task has many recordings, all of one day.
            let isFound = places.contains {
                $0.session.taskID == task && $0.session.organization == organization && $0.session.day == day
            }
            guard !isFound else { continue }
            if let place = try await LegacyDay(organization, day, in: root).place(of: task) { places.append(place) }
        }
        return places
    }

    /// Writes `folder/<task id>/legacy-session.json`: the provider's record as it is kept.
    /// - Returns: its path.
    package func copy(_ place: LegacySessionFile.Place, into folder: String) async throws -> String {
        let destination = "\(try taskFolder(place.session.taskID, in: folder))/legacy-session.json"
        try await place.copy(to: destination)
        return destination
    }

    /// Writes `folder/<task id>/<file>` for a recording that is held. A file with the same bytes is replaced.
    ///
    /// A recording that was found damaged may have been restored since, so its bytes are compared with their checksum
    /// like any others.
    /// - Parameter force: whether a file with other bytes is replaced too.
    /// - Throws: ``ArchiverError`` with code `damaged` if the archive no longer has the bytes, in which case no file is
    ///   left; with code `notAvailable` for a recording that is not held; `ArchiveError`, with code `occupied` for a
    ///   file with other bytes.
    package func copy(_ row: RecordingRow, into folder: String, force: Bool = false) async throws -> File {
        let held = try held(row)
        let destination = "\(try taskFolder(row.key.taskID, in: folder))/\(row.file)"
        let present = try await ArchiveReader.digest(ofFile: destination)
        let isReplacement = present.map { $0 != held.digest } ?? false
        guard force || !isReplacement else {
            throw ArchiveError(
                .occupied,
                "\(destination) exists with other bytes; move it away, or pass --force to replace it",
                path: destination
            )
        }
        try await copy(row, to: destination)
        return File(row: row, path: destination, isReplacement: isReplacement)
    }

    /// Writes a recording that is held to a file, and replaces what is there.
    /// - Throws: ``ArchiverError`` with code `damaged` if the archive no longer has the bytes, in which case no file is
    ///   left; with code `notAvailable` for a recording that is not held, or only in a vault that is not configured;
    ///   `ArchiveError`.
    package func copy(_ row: RecordingRow, to destination: String) async throws {
        let held = try held(row)
        do {
            try await copy(held, to: destination)
        } catch let error as ArchiveError
            where error.code == .missing && held.copies.isOnlyInVault && root.elsewhere == nil
        {
            throw ArchiverError(
                .notAvailable,
                "\(Self.subject(row)) only in the vault: configure `vault`, which is missing"
            )
        } catch let error as ArchiveError where held.isSealed && FailedRead(error, of: row, in: root).isLoss {
            let repair = "`callark verify --repair --day \(row.day)` fetches it again"
            let advice = error.code == .missing ? "put the file back or mount its disk; else \(repair)" : repair
            throw ArchiverError(.damaged, "\(Self.subject(row)) damaged: \(error.message); \(advice)")
        }
    }

    private static func subject(_ row: RecordingRow) -> String { "task \(row.key.taskID): \(row.file) is" }

    /// Where the recording is.
    private func held(_ row: RecordingRow) throws -> RecordingRow.Held {
        if let held = row.held { return held }
        let reason = row.reason.map { ": \($0)" } ?? ""
        let code: ArchiverError.Code = row.state == .damaged ? .damaged : .notAvailable
        throw ArchiverError(code, "\(Self.subject(row)) \(row.state.rawValue)\(reason)")
    }

    /// The metadata lines of these recordings. Each begins with the archive that has the recording and, if that is
    /// sealed, the checksum of the whole archive. The rest is the line as it is in the archive. If the archive's
    /// metadata is damaged, lines that are intact are used, and the others are made from what the manifest knows.
    /// - Parameter unreadable: called for each archive whose metadata lacks some of these lines, with how many, and why.
    package func metadata(
        of rows: [RecordingRow],
        unreadable: (ArchiveName, _ lines: Int, any Error) -> Void
    ) async throws -> [[UInt8]] {
        var lines: [[UInt8]] = []
        var held: [ArchiveName: [RecordingRow]] = [:]
        for row in rows { if let name = row.held?.archive { held[name, default: []].append(row) } }
        for (name, rows) in held.sorted(by: { $0.key < $1.key }) {
            let offsets = Set(rows.compactMap(\.held?.offset))
            var (found, failure) = await intactLines(of: name, at: offsets)
            if found.count < offsets.count {
                let contradiction = ArchiverError(.damaged, "it does not list what the manifest has there")
                unreadable(name, offsets.count - found.count, failure ?? contradiction)
            }
            for row in rows {
                guard let offset = row.held?.offset, found[offset] == nil else { continue }
                found[offset] = try await manifest.entry(of: row)?.jsonLine
            }
            let digest = try await manifest.sealedArchive(name)?.digest
            lines += found.sorted { $0.key < $1.key }.map { Self.line($0.value, of: name, digest) }
        }
        return lines
    }

    /// A line's keys are sorted, and these two come before all others.
    private static func line(_ line: [UInt8], of name: ArchiveName, _ digest: ContentDigest?) -> [UInt8] {
        let sum = digest.map { "\"archive_sha256\":\"\($0)\"," } ?? ""
        return Array("{\"archive\":\"\(name)\",\(sum)".utf8) + line.drop { $0 == UInt8(ascii: "{") }
    }

    /// The folder for a task's files, created if it is missing.
    private func taskFolder(_ task: TaskID, in folder: String) throws -> String {
        let path = "\(folder)/\(FileName(sanitizing: task.description))"
        try FileSystem.createFolder(path)
        return path
    }

    /// An archive may be sealed between the lookup and the read. It is then in its final place, and nowhere else.
    private func copy(_ held: RecordingRow.Held, to destination: String) async throws {
        do {
            try await copy(held, from: held.location, to: destination)
        } catch let error as ArchiveError where error.code == .missing && !held.isSealed {
            try await copy(held, from: .sealed(held.archive), to: destination)
        }
    }

    private func copy(_ held: RecordingRow.Held, from location: ArchiveLocation, to destination: String) async throws {
        try await ArchiveReader.copy(
            from: location,
            in: root,
            offset: held.offset,
            byteCount: held.byteCount,
            expecting: held.digest,
            to: destination
        )
    }
}

extension [RecordingRow] {
    /// Each recording followed by its other versions: those without a suspicion first, then those with more bytes, then
    /// the one that was received first. Damaged ones, and those that are not held, come last.
    package var betterFirst: [RecordingRow] {
        var groups: [(key: RecordingKey, rows: [RecordingRow])] = []
        for row in self {
            let key = row.key.withoutDigest ?? row.key
            if let place = groups.firstIndex(where: { $0.key == key }) {
                groups[place].rows.append(row)
            } else {
                groups.append((key, [row]))
            }
        }
        return groups.flatMap { $0.rows.sorted(by: Self.isBetter) }
    }

    private static func isBetter(_ lhs: RecordingRow, _ rhs: RecordingRow) -> Bool {
        func rank(_ row: RecordingRow) -> (Int, Int64, Int64) {
            guard let held = row.held, row.state != .damaged else { return (2, 0, 0) }
            return (held.suspicion == nil ? 0 : 1, -held.byteCount, held.receivedTime.millisecondsSince1970)
        }
        return rank(lhs) < rank(rhs)
    }
}
