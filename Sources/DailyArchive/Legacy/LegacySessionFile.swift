import Files
import Glibc
import Recordings

/// A numbered file of legacy sessions of one day's calls, one per line, next to the day's archives. Like them, it never
/// changes.
///
/// A side file with its checksum is written right after it, so a crash in between leaves the file without one. Each line has
/// its own checksum, so ``settle()`` can check the lines and then write the side file.
package struct LegacySessionFile: Sendable, Hashable {
    package let path: String
    package let organization: OrganizationName
    package let day: ArchiveDay
    /// Counted from 1 for each day.
    package let number: Int

    /// Far more than the calls of a day need. Callark did not write a larger file.
    private static let maxBytes = 4 << 30

    /// The file of that day with that number, which need not exist.
    package init(_ organization: OrganizationName, _ day: ArchiveDay, _ number: Int, in root: ArchiveRoot) {
        path = root.legacySessionsPath(organization, day, number)
        self.organization = organization
        self.day = day
        self.number = number
    }

    /// - Returns: `nil` if `path` is not where such a file belongs.
    init?(path: String, in root: ArchiveRoot) {
        let (ending, mark) = (".jsonl", "-legacy")
        guard path.hasSuffix(ending), let file = path.split(separator: "/").last else { return nil }
        // The name is that of an archive, with `-legacy` before the number.
        let name = file.dropLast(ending.count)
        guard let dash = name.lastIndex(of: "-"), name[..<dash].hasSuffix(mark),
            let archive = ArchiveName(name[..<dash].dropLast(mark.count) + name[dash...])
        else { return nil }
        self.init(archive.organization, archive.day, archive.sequence, in: root)
        guard self.path == path else { return nil }
    }

    /// `acme-2025-11-20-legacy-001`
    package var name: String { ArchiveRoot.legacySessionsName(organization, day, number) }

    /// The last component of its path: `acme-2025-11-20-legacy-001.jsonl`
    package var fileName: String { "\(name).jsonl" }

    /// The path of the file with the checksum, for `sha256sum -c`.
    package var sideFilePath: String { SideFile.path(besides: path) }

    /// A file's checksum and number of sessions.
    package struct Summary: Sendable, Hashable {
        package let file: LegacySessionFile
        package let digest: ContentDigest
        package let sessionCount: Int
    }

    /// Whether the file exists. If it does not, its checksum file may still exist.
    func exists() throws(ArchiveError) -> Bool { try FileSystem.size(of: path) != nil }

    /// All sessions in the file.
    /// - Throws: `.damaged` if the file is damaged.
    func sessions() throws(ArchiveError) -> [LegacySession] { try readWhole().sessions }

    /// Writes the file, which must not exist, and then its checksum file.
    func write(_ sessions: [LegacySession]) throws(ArchiveError) {
        var bytes: [UInt8] = []
        for session in sessions { bytes += session.jsonLine + [UInt8(ascii: "\n")] }
        try FileSystem.createFolder(FileSystem.folder(of: path))
        try FileReplacement.durable(path, mode: 0o440).write(bytes)
        try SideFile.write(Digester.digest(of: bytes), besides: path)
    }

    /// Writes the checksum file if it is missing.
    /// - Throws: `.damaged` if the file is damaged.
    func settle() throws(ArchiveError) -> Summary {
        let (contents, sessions) = try readWhole()
        if try FileSystem.size(of: sideFilePath) == nil {
            try SideFile.write(contents.digest, besides: path)
        }
        return Summary(file: self, digest: contents.digest, sessionCount: sessions.count)
    }

    /// A task's session and its location.
    package struct Place: Sendable, Hashable {
        /// The file that contains it.
        package let path: String
        /// The number of its line, counted from 1.
        package let line: Int
        /// The session, checked against its line's checksum.
        package let session: LegacySession

        /// Writes the provider's record to `destination`, replacing an existing file. The new file appears only when it is
        /// complete.
        package func copy(to destination: String) async throws(ArchiveError) {
            let bytes = Array("\(session.json)\n".utf8)
            try await BlockingWork.run { _ throws(ArchiveError) in
                try FileReplacement.ofUser(destination).write(bytes)
            }
        }
    }

    /// Searches for one task's session, line by line; only a line that names the task is parsed.
    /// - Returns: `nil` if none exists.
    /// - Throws: ``ArchiveError`` with `.damaged` if no session of the task can be read and a line that names the task
    ///   is damaged, or if only the checksum file is left.
    func place(of task: TaskID, _ progress: ReadingProgress) throws(ArchiveError) -> Place? {
        guard try exists() else { throw .damaged(missing, path: path) }
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
                // The line may belong to another task and only mention this one. This task's line may still follow.
                fault = fault ?? bad(number, error)
            }
        }
        if let fault { throw fault }
        return nil
    }

    /// A task's ID as it appears in a line, with quotes and escapes: a JSON object without its `{"":` and `}`.
    private static func written(_ task: TaskID) -> [UInt8] {
        var object = JSONObjectWriter()
        object.add("", task.description)
        return Array(object.line.dropFirst(4).dropLast())
    }

    /// Whether a line contains these bytes, which begin with a quotation mark.
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

    /// Checks the file against its checksums.
    /// - Parameter quick: checks only whether the side file exists and can be read.
    package func verify(quick: Bool = false) async throws(ArchiveError) -> VerificationReport {
        try await BlockingWork.run { [self] progress throws(ArchiveError) in try look(quick: quick, progress) }
    }

    private var missing: String {
        "\(path) is missing, and its checksum file is still there: put it back, or else "
            + "`callark legacy enrich --day \(day)` asks for its sessions again"
    }

    private var advice: String { "move the file away, and `callark legacy enrich --day \(day)` asks for them again" }

    private var wrongChecksum: String {
        "\(path) has not the checksum of \(sideFilePath), although each line is whole by its own: put back the one that was "
            + "changed, or move both away, and `callark legacy enrich --day \(day)` asks for the sessions again"
    }

    private func bad(_ line: Int, _ error: EntryLineError) -> ArchiveError {
        .damaged("\(path) has a bad line, \(line): \(error); \(advice)", path: path)
    }

    /// Reads the file and checks it against the checksums of its lines and, if that exists, its checksum file.
    private func readWhole() throws(ArchiveError) -> (contents: Contents, sessions: [LegacySession]) {
        let contents = try Contents(of: self)
        let sessions = try contents.sessions.map { session throws(ArchiveError) in
            do throws(EntryLineError) { return try session.result.get() } catch { throw bad(session.line, error) }
        }
        if let side = try SideFile.read(besides: path), !isOurs(side, contents) {
            throw .damaged(wrongChecksum, path: path)
        }
        return (contents, sessions)
    }

    private func isOurs(_ side: SideFile, _ contents: Contents) -> Bool {
        side.digest == contents.digest && side.fileName == fileName
    }

    /// Reads the checksum file. It is written right after the file, so if it is missing, wait for it briefly.
    private func sideFile() throws(ArchiveError) -> SideFile? {
        for _ in 0..<Self.maxLooks {
            if let side = try SideFile.read(besides: path) { return side }
            usleep(25_000)
        }
        return nil
    }

    private static let maxLooks = 20

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
            guard let side = try sideFile() else {
                note(.sideFile, "\(sideFilePath) is missing; `callark legacy enrich --day \(day)` writes it")
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
            // If a line is damaged, its fault already says what to do.
            if !isOurs(side, contents) {
                let isWhole = report.faults.isEmpty
                note(.sideFile, isWhole ? wrongChecksum : "\(path) has not the checksum of \(sideFilePath)")
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
            let bytes = try FileSystem.read(file.path, limit: LegacySessionFile.maxBytes) ?? []
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

extension LegacySessionFile: Comparable {
    package static func < (lhs: Self, rhs: Self) -> Bool {
        (lhs.organization, lhs.day, lhs.number) < (rhs.organization, rhs.day, rhs.number)
    }
}
