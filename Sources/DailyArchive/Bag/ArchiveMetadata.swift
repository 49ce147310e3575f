import Files
import Recordings

/// What a sealed archive says about itself: its name, its counts and, line by line, its recordings and tasks. All of it
/// was compared with `tagmanifest-sha256.txt`. The recordings themselves were not read; ``ArchiveVerifier`` does that.
package struct ArchiveMetadata: Sendable {
    /// From the folder in the archive, whatever the file is called.
    package let name: ArchiveName
    package let byteCount: Int64
    package let recordingCount: Int
    package let payloadBytes: Int64
    /// Where the header of `metadata/recordings.jsonl` begins, after the last recording.
    package let metadataOffset: Int64
    /// The provider's identifier of the organization; `nil` if the archive has neither recordings nor the record of a
    /// closed day.
    package let organizationID: OrganizationID?
    /// The whole archive's checksum as the store has it, such as in a side file; `nil` if that is missing.
    package let recordedDigest: ContentDigest?
    /// The SHA-256 of `tagmanifest-sha256.txt`, which covers everything else in the bag.
    package let tagDigest: ContentDigest
    /// The record of the day; `nil` if the archive does not close it.
    package let dayClose: DayClose?
    private let source: any ByteSource
    private let recordingsRange: Range<Int64>
    private let tasksRange: Range<Int64>

    /// Reads the headers and the tag files of a sealed archive.
    /// - Throws: `.damaged` if the tar's structure or a tag file is not as it should be.
    package static func open(
        _ name: ArchiveName,
        in store: some ArchiveStore
    ) async throws(ArchiveError) -> ArchiveMetadata {
        try await BlockingWork.run { progress throws(ArchiveError) in
            try ArchiveMetadata(store.open(name), recorded: store.recordedDigest(of: name), progress)
        }
    }

    /// The lines of `metadata/recordings.jsonl`, in the order of the recordings in the archive.
    package var recordings: EntryLines<RecordingEntry> {
        EntryLines(in: recordingsRange) { [source] in source }
    }

    /// The same lines, with what the evidence log says about each.
    package var records: EntryLines<RecordLine> {
        EntryLines(in: recordingsRange) { [source] in source }
    }

    /// The lines of `metadata/tasks.jsonl`.
    package var tasks: EntryLines<TaskEntry> {
        EntryLines(in: tasksRange) { [source] in source }
    }

    /// - Parameters:
    ///   - recorded: the whole archive's checksum, as its store has it.
    ///   - offset: where the metadata is known to begin; with it, the headers of recordings are not read.
    init(
        _ source: any ByteSource,
        recorded: ContentDigest?,
        from offset: Int64? = nil,
        _ progress: ReadingProgress?
    ) throws(ArchiveError) {
        let path = source.name
        let index = try Self.index(of: source, from: offset, progress)
        guard index.damages.isEmpty, index.hasEnd, let name = index.folder.flatMap({ ArchiveName($0) }) else {
            let place = index.damages.first.map { " at offset \($0.offset)" } ?? ""
            throw .damaged("\(path) is incomplete or damaged\(place)", path: path)
        }
        try Self.checkTagFiles(of: index, in: source)
        let information = BagInformation(try Self.text(BagLayout.information, of: index, in: source))
        let format = information["Callark-Format"] ?? "none"
        guard format == BagLayout.format else {
            throw .damaged("\(path) has the format \(format), which this version of Callark does not know", path: path)
        }
        guard let (payloadBytes, recordingCount) = information.payload else {
            throw .damaged("\(BagLayout.information) in \(path) has no Payload-Oxum", path: path)
        }
        tagDigest = Digester.digest(of: try Self.text(BagLayout.tagChecksums, of: index, in: source))
        dayClose = try Self.dayClose(of: index, in: source)
        recordingsRange = try Self.range(BagLayout.recordings, of: index, in: source)
        tasksRange = try Self.range(BagLayout.tasks, of: index, in: source)
        self.name = name
        self.source = source
        self.recordingCount = recordingCount
        self.payloadBytes = payloadBytes
        metadataOffset = index.tags[BagLayout.recordings]?.member.headerOffset ?? recordingsRange.lowerBound
        byteCount = source.byteCount
        organizationID = information[BagLayout.organizationID].flatMap { OrganizationID($0) }
        recordedDigest = recorded
    }

    /// The headers from `offset` on. All of them if that is unknown, or if something else is there.
    private static func index(
        of source: any ByteSource,
        from offset: Int64?,
        _ progress: ReadingProgress?
    ) throws(ArchiveError) -> ArchiveIndex {
        func index(_ begin: Int64) throws(ArchiveError) -> ArchiveIndex {
            let reader = SequentialReader(
                source,
                range: begin..<source.byteCount,
                windowSize: SequentialReader.smallWindow,
                progress: progress
            )
            return try ArchiveIndex(reader, readingContents: false)
        }
        if let offset, (0..<source.byteCount).contains(offset) {
            let found = try index(offset)
            if found.damages.isEmpty, found.hasEnd, found.tags[BagLayout.recordings] != nil { return found }
        }
        return try index(0)
    }

    private static func dayClose(
        of index: ArchiveIndex,
        in source: any ByteSource
    ) throws(ArchiveError) -> DayClose? {
        guard index.tags[BagLayout.dayClose] != nil else { return nil }
        let text = try text(BagLayout.dayClose, of: index, in: source, limit: 64 << 20)
        do {
            return try DayClose(json: text)
        } catch {
            throw .damaged("\(BagLayout.dayClose) in \(source.name) cannot be read: \(error)", path: source.name)
        }
    }

    private static func checkTagFiles(of index: ArchiveIndex, in source: any ByteSource) throws(ArchiveError) {
        let path = source.name
        var digests: [String: ContentDigest] = [:]
        for line in try text(BagLayout.tagChecksums, of: index, in: source).split(separator: UInt8(ascii: "\n")) {
            guard let (digest, file) = ChecksumLine.read(Array(line)) else {
                throw .damaged("\(BagLayout.tagChecksums) in \(path) has a line that is no checksum", path: path)
            }
            digests[file] = digest
        }
        for file in Set(BagLayout.tagFiles).union(index.tags.keys).sorted() where file != BagLayout.tagChecksums {
            let range = try range(file, of: index, in: source)
            let digest = try source.digest(at: range.lowerBound, byteCount: Int64(range.count))
            guard digest != nil, digest == digests[file] else {
                throw .damaged("\(file) in \(path) does not have the checksum that the archive records", path: path)
            }
        }
    }

    private static func range(
        _ file: String,
        of index: ArchiveIndex,
        in source: any ByteSource
    ) throws(ArchiveError) -> Range<Int64> {
        guard let member = index.tags[file]?.member else {
            throw .damaged("\(source.name) has no \(file)", path: source.name)
        }
        return member.offset..<(member.offset + member.byteCount)
    }

    private static func text(
        _ file: String,
        of index: ArchiveIndex,
        in source: any ByteSource,
        limit: Int = 1 << 20
    ) throws(ArchiveError) -> [UInt8] {
        let range = try range(file, of: index, in: source)
        guard range.count <= limit else {
            throw .damaged("\(file) in \(source.name) is far too long", path: source.name)
        }
        return try source.bytes(in: range)
    }
}

/// The fields of `bag-info.txt` (RFC 8493 section 2.2.2).
struct BagInformation {
    private var fields: [String: String] = [:]
    /// The labels that occur more than once. The first value of each counts.
    private(set) var repeated: [String] = []

    init(_ text: [UInt8]) {
        for line in String(decoding: text, as: UTF8.self).split(separator: "\n") {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let label = String(line[..<colon])
            guard fields[label] == nil else {
                repeated.append(label)
                continue
            }
            fields[label] = String(line[line.index(after: colon)...].drop { $0 == " " })
        }
    }

    subscript(field: String) -> String? { fields[field] }

    /// The value of a field for a message: one short line, without control characters.
    func quoted(_ field: String) -> String {
        guard let text = fields[field] else { return "nothing" }
        return String(
            text.unicodeScalars.prefix(80).map { $0.value < 32 || (127..<160).contains($0.value) ? "?" : Character($0) }
        )
    }

    /// `Payload-Oxum`: the number of bytes and of files.
    var payload: (bytes: Int64, files: Int)? {
        let parts = (fields["Payload-Oxum"] ?? "").split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let bytes = Int64(parts[0]), let files = Int(parts[1]), bytes >= 0, files >= 0 else {
            return nil
        }
        return (bytes, files)
    }
}

extension SealedArchive {
    /// Describes an archive whose process ended after sealing it and before recording that. Every byte is read and
    /// compared with the side file and with everything that the archive says about itself.
    /// - Throws: `.damaged` if anything differs.
    init(_ name: ArchiveName, at path: String) throws(ArchiveError) {
        let progress = ReadingProgress(onBytes: nil)
        var verification = ArchiveCheck(path: path, quick: false, expected: nil, progress: progress)
        let report = try verification.run()
        guard report.isWhole, report.name == name, let digest = report.digest else {
            let fault = report.faults.first?.message ?? "\(path) contains another archive than \(name)"
            throw .damaged(fault, path: path)
        }
        let metadata = try ArchiveMetadata(FileSource(path), recorded: digest, nil)
        self.init(
            name: name,
            byteCount: report.byteCount,
            digest: digest,
            recordingCount: metadata.recordingCount,
            payloadBytes: metadata.payloadBytes,
            metadataOffset: metadata.metadataOffset,
            dayClose: metadata.dayClose,
            tagDigest: metadata.tagDigest
        )
    }
}
