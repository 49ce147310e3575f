import Files
import Glibc
import Recordings

/// The legacy sessions of one day's calls, beside the day's archives, which never change: a line a session, and a checksum
/// beside it that `sha256sum -c` accepts. The file only grows, and is replaced as a whole each time, so that a crash leaves
/// what was there before or all of it. A crash between the two leaves a checksum of the state before; each line has a
/// checksum of its own, by which the next ``add(_:)`` sees that all is well, and writes the checksum anew.
///
/// One process at a time writes it, the one that holds ``PassLock`` for ``PassLock/Work/legacySessions``.
package struct LegacySessionFile: Sendable, Hashable {
    package let path: String
    package let organization: OrganizationName
    package let day: ArchiveDay

    /// Far more than a day of calls has; beyond, it is no file of ours.
    private static let mostBytes = 4 << 30

    /// The file of that day, which need not be there.
    package init(_ organization: OrganizationName, _ day: ArchiveDay, in root: ArchiveRoot) {
        path = root.legacySessionsPath(organization, day)
        self.organization = organization
        self.day = day
    }

    /// - Returns: `nil` where no day has its file at that path.
    init?(path: String, in root: ArchiveRoot) {
        let suffix = "-legacy.jsonl"
        guard path.hasSuffix(suffix), let file = path.split(separator: "/").last else { return nil }
        // The name is an archive's with another end.
        guard let name = ArchiveName(file.dropLast(suffix.count) + "-001") else { return nil }
        self.init(name.organization, name.day, in: root)
        guard self.path == path else { return nil }
    }

    /// `acme-2025-11-20-legacy`
    package var name: String { ArchiveRoot.legacySessionsName(organization, day) }

    /// The checksum of the file, for `sha256sum -c`.
    package var sideFilePath: String { SideFile.path(besides: path) }

    /// All sessions in it; none where it is missing.
    /// - Throws: ``ArchiveError`` with `.damaged` where a line is not what was written.
    package func sessions() async throws(ArchiveError) -> [LegacySession] {
        try await BlockingWork.run { [self] _ throws(ArchiveError) in
            try Contents(of: self).sessions.map { session throws(ArchiveError) in
                do throws(EntryLineError) {
                    return try session.result.get()
                } catch {
                    throw .damaged("\(path) has a bad line, \(session.line): \(error); \(advice)", path: path)
                }
            }
        }
    }

    /// Where a task's session is, and what it says.
    package struct Place: Sendable, Hashable {
        /// The file that has it.
        package let path: String
        /// The number of its line, from 1 on.
        package let line: Int
        /// Held against the checksum of its line.
        package let session: LegacySession

        /// Writes the provider's record to `destination`, which appears only when it is whole, in the place of what was
        /// there.
        package func copy(to destination: String) async throws(ArchiveError) {
            let bytes = Array("\(session.json)\n".utf8)
            try await BlockingWork.run { _ throws(ArchiveError) in
                try FileReplacement.ofUser(destination).write(bytes)
            }
        }
    }

    /// Looks for one task's session, line by line: only a line that names the task is taken apart.
    /// - Returns: `nil` where there is none, or no file.
    /// - Throws: ``ArchiveError`` with `.damaged` where the line that has it is not what was written.
    package func place(of task: TaskID) async throws(ArchiveError) -> Place? {
        try await BlockingWork.run { [self] progress throws(ArchiveError) in
            guard try FileSystem.size(of: path) != nil else { return nil }
            let name = Self.written(task)
            let lines = LineReader(try SequentialReader(path))
            var number = 0
            var fault: ArchiveError?
            while let line = try lines.next() {
                number += 1
                try progress.checkCancellation(path)
                guard Self.contains(line.bytes, name) else { continue }
                do throws(EntryLineError) {
                    let session = try LegacySession(jsonLine: line.bytes)
                    if session.taskID == task { return Place(path: path, line: number, session: session) }
                } catch {
                    // Another's that only mentions the task, perhaps: its own may still come.
                    fault = fault ?? .damaged("\(path) has a bad line, \(number): \(error); \(advice)", path: path)
                }
            }
            if let fault { throw fault }
            return nil
        }
    }

    /// A task's identifier as a line has it, with its quotes and escapes: the object's `{"":` and `}` are left out.
    private static func written(_ task: TaskID) -> [UInt8] {
        var object = JSONObjectWriter()
        object.add("", task.description)
        return Array(object.line.dropFirst(4).dropLast())
    }

    /// Whether a line has these bytes, which begin with a quote.
    private static func contains(_ line: [UInt8], _ name: [UInt8]) -> Bool {
        line.withUnsafeBytes { line in
            name.withUnsafeBytes { name in
                guard let text = name.baseAddress, var rest = line.baseAddress else { return false }
                let end = rest + line.count
                while end - rest >= name.count, let quote = memchr(rest, Int32(UInt8(ascii: "\"")), end - rest) {
                    let found = UnsafeRawPointer(quote)
                    if end - found >= name.count, memcmp(found, text, name.count) == 0 { return true }
                    rest = found + 1
                }
                return false
            }
        }
    }

    /// Puts sessions behind those that are there, and sees to it that the checksum is the file's. Nothing is done where
    /// both are so already.
    package func add(_ sessions: [LegacySession]) async throws(ArchiveError) {
        try await BlockingWork.run { [self] _ throws(ArchiveError) in
            var bytes = try read() ?? []
            guard !bytes.isEmpty || !sessions.isEmpty else { return }
            if !sessions.isEmpty {
                for session in sessions { bytes += session.jsonLine + [UInt8(ascii: "\n")] }
                try FileSystem.createFolder(FileSystem.folder(of: path))
                try FileReplacement.durable(path, mode: 0o440).write(bytes)
            }
            let line = BagLayout.checksumLine(Digester.digest(of: bytes), "\(name).jsonl")
            let written = try? FileSystem.read(sideFilePath, limit: 4096)
            if written != Array(line.utf8) {
                try FileReplacement.durable(sideFilePath, mode: 0o440).write(Array(line.utf8))
            }
        }
    }

    /// Holds the file against its checksums.
    /// - Parameter quick: looks only whether both files are there.
    package func verify(quick: Bool = false) async throws(ArchiveError) -> VerificationReport {
        try await BlockingWork.run { [self] progress throws(ArchiveError) in
            // It may be growing at this moment, so that a fault counts once it was seen twice.
            for _ in 0..<2 {
                let report = try look(quick: quick, progress)
                if report.isSound { return report }
            }
            return try look(quick: quick, progress)
        }
    }

    private var advice: String { "move the file away, and `callark legacy enrich --day \(day)` makes it anew" }

    private func read() throws(ArchiveError) -> [UInt8]? {
        try FileSystem.read(path, limit: Self.mostBytes)
    }

    private func look(quick: Bool, _ progress: ReadingProgress) throws(ArchiveError) -> VerificationReport {
        var report = VerificationReport(path: path)
        func note(_ kind: ArchiveFault.Kind, _ message: String, _ task: TaskID? = nil) {
            report.faults.append(ArchiveFault(kind: kind, archive: name, taskID: task, message: message))
        }
        do throws(ArchiveError) {
            report.byteCount = try FileSystem.size(of: path) ?? 0
            guard let side = try SideFile.read(besides: path) else {
                note(.sideFile, "\(sideFilePath) is missing; `callark legacy enrich --day \(day)` writes it anew")
                return report
            }
            guard !quick else { return report }
            let contents = try Contents(of: self)
            progress.add(Int(report.byteCount))
            report.digest = contents.digest
            var seen: Set<TaskID> = []
            for (line, result) in contents.sessions {
                do throws(EntryLineError) {
                    let session = try result.get()
                    if session.organization != organization || session.day != day {
                        note(.metadataLine, "line \(line) of \(path) is of another day", session.taskID)
                    }
                    if !seen.insert(session.taskID).inserted {
                        note(.metadataLine, "line \(line) of \(path) repeats a session", session.taskID)
                    }
                } catch {
                    note(.metadataLine, "line \(line) of \(path) is not what was written: \(error); \(advice)")
                }
            }
            if side.digest != contents.digest || side.fileName != "\(name).jsonl" {
                // Where a line is damaged its own fault says what to do.
                let remedy =
                    ", although each line is whole by its own; `callark legacy enrich --day \(day)` writes it anew"
                let advice = report.faults.isEmpty ? remedy : ""
                note(.sideFile, "\(path) has not the checksum of \(sideFilePath)\(advice)")
            }
        } catch  where error.code != .cancelled {
            note(error.code == .damaged ? .sideFile : .archiveUnreadable, error.message)
        }
        return report
    }

    /// The file taken apart.
    private struct Contents {
        var digest: ContentDigest
        var sessions: [(line: Int, result: Result<LegacySession, EntryLineError>)] = []

        init(of file: LegacySessionFile) throws(ArchiveError) {
            let bytes = try file.read() ?? []
            digest = Digester.digest(of: bytes)
            var number = 0
            for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true) {
                number += 1
                let result = Result { () throws(EntryLineError) in try LegacySession(jsonLine: Array(line)) }
                sessions.append((number, result))
            }
            // What has no line break at its end was cut off.
            if let last = bytes.last, last != UInt8(ascii: "\n"), !sessions.isEmpty {
                sessions[sessions.count - 1].result = .failure(EntryLineError(description: "it has no line break"))
            }
        }
    }
}
