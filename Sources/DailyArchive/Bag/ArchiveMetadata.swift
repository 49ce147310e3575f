import Files
import Recordings

/// What a sealed archive says about itself: its name, its counts and, line by line, its recordings and tasks. All of it
/// was compared with `tagmanifest-sha256.txt`. The recordings themselves were not read; ``ArchiveVerifier`` does that.
package struct ArchiveMetadata: Sendable, Hashable {
    /// From the folder in the archive, whatever the file is called.
    package let name: ArchiveName
    package let path: String
    package let byteCount: Int64
    package let recordingCount: Int
    package let payloadBytes: Int64
    /// Where the header of `metadata/recordings.jsonl` begins, after the last recording.
    package let metadataOffset: Int64
    /// The provider's identifier of the organization; `nil` if the archive has neither recordings nor the record of a
    /// closed day.
    package let organizationID: OrganizationID?
    /// The whole archive's checksum from its side file; `nil` if that is missing.
    package let recordedDigest: ContentDigest?
    /// The SHA-256 of `tagmanifest-sha256.txt`, which covers everything else in the bag.
    package let tagDigest: ContentDigest
    /// The record of the day; `nil` if the archive does not close it.
    package let dayClose: DayClose?
    private let recordingsRange: Range<Int64>
    private let tasksRange: Range<Int64>

    /// Reads the headers, the tag files and the side file of a sealed archive.
    /// - Throws: `.damaged` if the tar's structure or a tag file is not as it should be.
    package static func open(_ path: String) async throws(ArchiveError) -> ArchiveMetadata {
        try await BlockingWork.run { progress throws(ArchiveError) in try ArchiveMetadata(path, progress) }
    }

    /// The lines of `metadata/recordings.jsonl`, in the order of the recordings in the archive.
    package var recordings: EntryLines<RecordingEntry> {
        EntryLines(path: path, range: recordingsRange)
    }

    /// The same lines, with what the evidence log says about each.
    package var records: EntryLines<RecordLine> {
        EntryLines(path: path, range: recordingsRange)
    }

    /// The lines of `metadata/tasks.jsonl`.
    package var tasks: EntryLines<TaskEntry> {
        EntryLines(path: path, range: tasksRange)
    }

    init(_ path: String, _ progress: ReadingProgress?) throws(ArchiveError) {
        let source = try SequentialReader(path, windowSize: SequentialReader.smallWindow, progress: progress)
        let index = try ArchiveIndex(source, readingContents: false)
        guard index.damages.isEmpty, index.hasEnd, let name = index.folder.flatMap({ ArchiveName($0) }) else {
            let place = index.damages.first.map { " at offset \($0.offset)" } ?? ""
            throw .damaged("\(path) is incomplete or damaged\(place)", path: path)
        }
        try Self.checkTagFiles(of: index, at: path)
        let information = BagInformation(try Self.text(BagLayout.information, of: index, at: path))
        let format = information["Callark-Format"] ?? "none"
        guard format == BagLayout.format else {
            throw .damaged("\(path) has the format \(format), which this version of Callark does not know", path: path)
        }
        guard let (payloadBytes, recordingCount) = information.payload else {
            throw .damaged("\(BagLayout.information) in \(path) has no Payload-Oxum", path: path)
        }
        tagDigest = Digester.digest(of: try Self.text(BagLayout.tagChecksums, of: index, at: path))
        dayClose = try Self.dayClose(of: index, at: path)
        recordingsRange = try Self.range(BagLayout.recordings, of: index, at: path)
        tasksRange = try Self.range(BagLayout.tasks, of: index, at: path)
        self.name = name
        self.path = path
        self.recordingCount = recordingCount
        self.payloadBytes = payloadBytes
        metadataOffset = index.tags[BagLayout.recordings]?.member.headerOffset ?? recordingsRange.lowerBound
        byteCount = source.end
        organizationID = information[BagLayout.organizationID].flatMap { OrganizationID($0) }
        recordedDigest = try SideFile.read(besides: path)?.digest
    }

    private static func dayClose(of index: ArchiveIndex, at path: String) throws(ArchiveError) -> DayClose? {
        guard index.tags[BagLayout.dayClose] != nil else { return nil }
        let text = try text(BagLayout.dayClose, of: index, at: path, limit: 64 << 20)
        do {
            return try DayClose(json: text)
        } catch {
            throw .damaged("\(BagLayout.dayClose) in \(path) cannot be read: \(error)", path: path)
        }
    }

    private static func checkTagFiles(of index: ArchiveIndex, at path: String) throws(ArchiveError) {
        var digests: [String: ContentDigest] = [:]
        for line in try text(BagLayout.tagChecksums, of: index, at: path).split(separator: UInt8(ascii: "\n")) {
            guard let (digest, file) = BagLayout.readChecksumLine(Array(line)) else {
                throw .damaged("\(BagLayout.tagChecksums) in \(path) has a line that is no checksum", path: path)
            }
            digests[file] = digest
        }
        for file in Set(BagLayout.tagFiles).union(index.tags.keys).sorted() where file != BagLayout.tagChecksums {
            let source = try SequentialReader(path, range: range(file, of: index, at: path), options: .digesting)
            _ = try source.skip(source.end - source.position)
            guard source.digest == digests[file] else {
                throw .damaged("\(file) in \(path) does not have the checksum that the archive records", path: path)
            }
        }
    }

    private static func range(
        _ file: String,
        of index: ArchiveIndex,
        at path: String
    ) throws(ArchiveError) -> Range<Int64> {
        guard let member = index.tags[file]?.member else { throw .damaged("\(path) has no \(file)", path: path) }
        return member.offset..<(member.offset + member.byteCount)
    }

    private static func text(
        _ file: String,
        of index: ArchiveIndex,
        at path: String,
        limit: Int = 1 << 20
    ) throws(ArchiveError) -> [UInt8] {
        let range = try range(file, of: index, at: path)
        guard range.count <= limit else { throw .damaged("\(file) in \(path) is far too long", path: path) }
        return try FileSystem.bytes(of: OpenFile(path, 0), in: range)
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
        let metadata = try ArchiveMetadata(path, nil)
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
