import Files
import Glibc
import Recordings

/// The legacy sessions of one day's calls, one per line, in a file next to the day's archives, which never change. Next
/// to the file is a checksum that `sha256sum -c` accepts. The file only grows. It is replaced as a whole each time, so
/// a crash leaves either the previous state or the complete file. A crash between the file and its checksum leaves the
/// checksum of the previous state. Each line also has a checksum of its own, so the next ``add(_:)`` can rely on the
/// lines, and writes the file's checksum again.
///
/// One process at a time writes it: the one that holds ``PassLock`` for ``PassLock/Work/legacySessions``.
package struct LegacySessionFile: Sendable, Hashable {
    package let path: String
    package let organization: OrganizationName
    package let day: ArchiveDay

    /// Far more than the calls of a day need. A larger file is not ours.
    private static let mostBytes = 4 << 30

    /// The file of that day, which need not exist.
    package init(_ organization: OrganizationName, _ day: ArchiveDay, in root: ArchiveRoot) {
        path = root.legacySessionsPath(organization, day)
        self.organization = organization
        self.day = day
    }

    /// - Returns: `nil` if `path` is not where the file of a day belongs.
    init?(path: String, in root: ArchiveRoot) {
        let suffix = "-legacy.jsonl"
        guard path.hasSuffix(suffix), let file = path.split(separator: "/").last else { return nil }
        // The name is an archive's with another ending.
        guard let name = ArchiveName(file.dropLast(suffix.count) + "-001") else { return nil }
        self.init(name.organization, name.day, in: root)
        guard self.path == path else { return nil }
    }

    /// `acme-2025-11-20-legacy`
    package var name: String { ArchiveRoot.legacySessionsName(organization, day) }

    /// The file with the checksum, for `sha256sum -c`.
    package var sideFilePath: String { SideFile.path(besides: path) }

    /// All sessions in it; none if the file is missing.
    /// - Throws: ``ArchiveError`` with `.damaged` if a line is not what was written.
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

    /// Where a task's session is, and its content.
    package struct Place: Sendable, Hashable {
        /// The file that contains it.
        package let path: String
        /// The number of its line, counted from 1.
        package let line: Int
        /// Compared with the checksum of its line.
        package let session: LegacySession

        /// Writes the provider's record to `destination`, replacing what was there. The file appears only when it is
        /// complete.
        package func copy(to destination: String) async throws(ArchiveError) {
            let bytes = Array("\(session.json)\n".utf8)
            try await BlockingWork.run { _ throws(ArchiveError) in
                try FileReplacement.ofUser(destination).write(bytes)
            }
        }
    }

    /// Searches for one task's session, line by line; only a line that names the task is parsed.
    /// - Returns: `nil` if there is none, or no file.
    /// - Throws: ``ArchiveError`` with `.damaged` if no session of the task can be read and a line that names the task
    ///   is not what was written, or if only the checksum file is left.
    package func place(of task: TaskID) async throws(ArchiveError) -> Place? {
        try await BlockingWork.run { [self] progress throws(ArchiveError) in
            guard try FileSystem.size(of: path) != nil else {
                guard try FileSystem.size(of: sideFilePath) == nil else { throw .damaged(missing, path: path) }
                return nil
            }
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
                    // The line may belong to another task and only mention this one, whose own line may still follow.
                    fault = fault ?? .damaged("\(path) has a bad line, \(number): \(error); \(advice)", path: path)
                }
            }
            if let fault { throw fault }
            return nil
        }
    }

    /// A task's identifier as a line has it, with its quotes and escapes. The object's `{"":` and `}` are cut off.
    private static func written(_ task: TaskID) -> [UInt8] {
        var object = JSONObjectWriter()
        object.add("", task.description)
        return Array(object.line.dropFirst(4).dropLast())
    }

    /// Whether a line contains these bytes, which begin with a quote.
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

    /// Appends sessions, and makes sure that the checksum is that of the file. If there is nothing to append and the
    /// checksum is right, nothing is written.
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

    /// Compares the file with its checksums.
    /// - Parameter quick: checks only whether the side file exists and can be read.
    package func verify(quick: Bool = false) async throws(ArchiveError) -> VerificationReport {
        try await BlockingWork.run { [self] progress throws(ArchiveError) in
            // The file may be growing right now, so a fault counts only if a third reading still finds one.
            for _ in 0..<2 {
                let report = try look(quick: quick, progress)
                if report.isSound { return report }
            }
            return try look(quick: quick, progress)
        }
    }

    private var missing: String {
        "\(path) is missing, and its checksum file is still there: put it back, or else "
            + "`callark legacy enrich --day \(day)` makes it anew"
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
            guard let byteCount = try FileSystem.size(of: path) else {
                note(.archiveMissing, missing)
                return report
            }
            report.byteCount = byteCount
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
                // The fault of a damaged line already says what to do.
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

    /// The parsed file.
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
            // A last line without a line break was cut off.
            if let last = bytes.last, last != UInt8(ascii: "\n"), !sessions.isEmpty {
                sessions[sessions.count - 1].result = .failure(EntryLineError(description: "it has no line break"))
            }
        }
    }
}
