import Files
import Recordings

/// What is still usable of a damaged sealed archive: the recordings whose metadata line is intact and whose bytes match
/// it, wherever in the archive the damage is. Nothing is written.
package struct SealedSalvage: Sendable {
    package let name: ArchiveName
    package let byteCount: Int64
    /// The whole archive's checksum from the side file or, without one, of the archive as it is now; `nil` if no
    /// recording's metadata line is intact, because the archive is then not read to its end.
    package let digest: ContentDigest?
    /// The provider's identifier of the organization; `nil` if nothing that is intact says it.
    package let organizationID: OrganizationID?
    /// Those whose lines and bytes are intact, in the order of the archive, with the offsets of their bytes.
    package let recordings: [RecordingEntry]
    /// Those whose lines are intact and whose bytes are not: what was there, and where.
    package let damaged: [RecordingEntry]
    /// The tasks whose lines are intact.
    package let tasks: [TaskEntry]
    /// Every fault of the archive, and each recording in it that is not among ``recordings``.
    package let faults: [ArchiveFault]

    /// Reads all of an archive, which takes a while; if no recording's metadata line is intact, it reads only headers
    /// and metadata. Holds the archive's entries in memory, which is acceptable because this is rare and limited to one
    /// day.
    /// - Parameters:
    ///   - name: the file's name, with which its content has to agree.
    ///   - report: what a verification of it found; `nil` if none was made.
    /// - Throws: if the file cannot be opened, or contains an archive of another name.
    package static func read(
        _ path: String,
        as name: ArchiveName,
        report: VerificationReport? = nil
    ) async throws(ArchiveError) -> SealedSalvage {
        let lines = try await BlockingWork.run { progress throws(ArchiveError) in
            var reading = try Reading(path: path, name: name, progress: progress)
            try reading.readLines()
            return reading
        }
        guard !lines.lined.isEmpty else { return SealedSalvage(lines, report ?? VerificationReport(path: path), nil) }
        var report = report
        if report == nil { report = try await ArchiveVerifier().verify(path: path) }
        let found = report ?? VerificationReport(path: path)
        let reading = try await BlockingWork.run { _ throws(ArchiveError) in
            var reading = lines
            try reading.readBytes()
            return reading
        }
        let recorded = try? SideFile.read(besides: path)?.digest
        return SealedSalvage(reading, found, recorded ?? found.digest)
    }

    /// The recordings whose metadata line is intact, at the offsets in their lines. Reads headers and metadata only.
    /// - Throws: if the file cannot be read, or contains an archive of another name.
    package static func listed(in path: String, as name: ArchiveName) async throws(ArchiveError) -> [RecordingEntry] {
        try await BlockingWork.run { progress throws(ArchiveError) in
            var reading = try Reading(path: path, name: name, progress: progress)
            try reading.readLines()
            return reading.lined
        }
    }

    private init(_ reading: Reading, _ report: VerificationReport, _ digest: ContentDigest?) {
        name = reading.name
        byteCount = report.byteCount
        self.digest = digest
        organizationID = reading.recordings.first?.organizationID ?? reading.organizationID
        recordings = reading.recordings
        damaged = reading.damaged
        tasks = reading.tasks
        faults = report.faults + reading.lost(besides: report.faults)
    }
}

/// One salvage in progress.
private struct Reading: Sendable {
    let path: String
    let name: ArchiveName
    let progress: ReadingProgress
    private let source: any ByteSource
    /// The recordings whose line is intact.
    private(set) var lined: [RecordingEntry] = []
    /// Those of them whose bytes are intact too.
    private(set) var recordings: [RecordingEntry] = []
    private(set) var tasks: [TaskEntry] = []
    private(set) var organizationID: OrganizationID?
    /// The recordings whose line is intact and whose bytes are not.
    private(set) var damaged: [RecordingEntry] = []
    /// The recordings that have a header.
    private var payload: [TarMember] = []
    private var tags: [String: TarMember] = [:]

    init(path: String, name: ArchiveName, progress: ReadingProgress) throws(ArchiveError) {
        source = try FileSource(path)
        self.path = path
        self.name = name
        self.progress = progress
    }

    /// Reads headers and metadata.
    mutating func readLines() throws(ArchiveError) {
        try readHeaders()
        if let information = tags[BagLayout.information], information.byteCount <= 1 << 20 {
            let range = information.offset..<(information.offset + information.byteCount)
            let text = try source.bytes(in: range)
            organizationID = BagInformation(text)[BagLayout.organizationID].flatMap { OrganizationID($0) }
        }
        try forEachLine(of: BagLayout.recordings) { line throws(ArchiveError) in
            if let entry = try? RecordingEntry(jsonLine: line), isOurs(entry, line) { lined.append(entry) }
        }
        try forEachLine(of: BagLayout.tasks) { line throws(ArchiveError) in
            if let task = try? TaskEntry(jsonLine: line), task.day == name.day { tasks.append(task) }
        }
    }

    /// Reads the recordings.
    mutating func readBytes() throws(ArchiveError) {
        let prefix = "\(name)/"
        let places = Dictionary(payload.map { ($0.path, $0) }) { first, _ in first }
        var seen = RecordingsSeen()
        for var entry in lined {
            // A line that repeats the name or key of another one is not to be trusted.
            guard seen.insert(entry) else { continue }
            if try holds(entry) {
                recordings.append(entry)
                continue
            }
            // In an archive that was packed again, the bytes may be elsewhere, under the same name.
            let listed = entry
            if let member = places[prefix + entry.payloadPath], member.byteCount == entry.stored.byteCount {
                entry.offset = member.offset
                if try holds(entry) {
                    recordings.append(entry)
                    continue
                }
            }
            damaged.append(listed)
        }
        recordings.sort { $0.offset < $1.offset }
    }

    private mutating func readHeaders() throws(ArchiveError) {
        let reader = SequentialReader(source, windowSize: SequentialReader.smallWindow, progress: progress)
        var tar = TarReader(reader, folder: name.description, checksPadding: false)
        var foreignCount = 0
        while let item = try tar.next() {
            guard case .member(let member) = item, !member.isFolder else { continue }
            guard member.path.hasPrefix("\(name)/") else {
                foreignCount += 1
                continue
            }
            let inBag = String(member.path.dropFirst(name.description.utf8.count + 1))
            if inBag.hasPrefix(BagLayout.payload) { payload.append(member) } else { tags[inBag] = member }
        }
        guard foreignCount == 0 || !payload.isEmpty || !tags.isEmpty else {
            throw .damaged("\(path) contains another archive than \(name)", path: path)
        }
    }

    /// If a metadata file's own header is damaged, its lines are somewhere between its neighbours.
    private func place(of file: String) -> Range<Int64> {
        let end = source.byteCount
        if let member = tags[file] { return member.offset..<min(end, member.offset + member.byteCount) }
        var begin = payload.last?.end ?? 0
        if file == BagLayout.tasks, let recordings = tags[BagLayout.recordings] { begin = recordings.end }
        let next = tags.values.map(\.headerOffset).filter { $0 >= begin }.min() ?? end
        return min(begin, end)..<max(min(begin, end), min(next, end))
    }

    private func forEachLine(
        of file: String,
        _ body: ([UInt8]) throws(ArchiveError) -> Void
    ) throws(ArchiveError) {
        let lines = LineReader(SequentialReader(source, range: place(of: file), progress: progress))
        while let line = try lines.nextOfText() {
            // The bytes of a damaged header come before the first line of its file.
            try body(Array(line.bytes.drop { $0 != UInt8(ascii: "{") }))
        }
    }

    /// A line without a checksum of its own says some things twice. If the two differ, the line is damaged.
    private func isOurs(_ entry: RecordingEntry, _ line: [UInt8]) -> Bool {
        entry.organization == name.organization && entry.day == name.day && entry.isWhole(line)
    }

    private func holds(_ entry: RecordingEntry) throws(ArchiveError) -> Bool {
        do throws(ArchiveError) {
            let (offset, byteCount) = (entry.offset, entry.stored.byteCount)
            return try source.digest(at: offset, byteCount: byteCount, progress: progress) == entry.stored.digest
        } catch  where error.code == .inputOutput {
            return false
        }
    }

    /// A fault for each recording that is skipped, if anything names it: those with damaged bytes, unless another fault
    /// reports them already, and those that no intact line describes.
    func lost(besides faults: [ArchiveFault]) -> [ArchiveFault] {
        let named = Set(faults.filter { $0.kind == .recordingDamaged }.compactMap(\.offset))
        let lines = damaged.filter { !named.contains($0.offset) }.map { entry in
            lost(entry.payloadPath, entry.key.taskID, entry.offset, "its bytes are not those that were archived")
        }
        let known = Set((recordings + damaged).map(\.offset))
        // The member of a damaged recording may be elsewhere than its line says.
        let reported = Set(damaged.map { "\(name)/\($0.payloadPath)" })
        let unlisted = payload.filter { !known.contains($0.offset) && !reported.contains($0.path) }.map { member in
            let path = String(member.path.dropFirst(name.description.utf8.count + 1))
            let task = path.split(separator: "/").dropFirst().first.flatMap { TaskID($0) }
            return lost(path, task, member.offset, "no intact metadata line describes it")
        }
        return lines + unlisted
    }

    private func lost(_ member: String, _ task: TaskID?, _ offset: Int64, _ why: String) -> ArchiveFault {
        ArchiveFault(
            kind: .notTakenIn,
            archive: name.description,
            taskID: task,
            member: member,
            offset: offset,
            message: "\(member) in \(path), at offset \(offset), was skipped: \(why)"
        )
    }
}
