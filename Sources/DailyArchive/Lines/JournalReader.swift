import Files
import Recordings

/// Reads an open archive's journal, or its beginning.
struct JournalReader: ~Copyable {
    private let lines: LineReader

    /// Reads the lines in the first `byteCount` bytes.
    init(_ path: String, upTo byteCount: Int64) throws(ArchiveError) {
        lines = LineReader(try SequentialReader(path, range: 0..<byteCount))
    }

    /// The part of the next line that the tar is compared with, in a journal that was read before; `nil` after the
    /// last.
    /// - Throws: `.damaged` if a line has changed since then and cannot be read.
    func nextPlace() throws(ArchiveError) -> JournalPlace? {
        guard let line = try lines.next() else { return nil }
        guard let place = JournalPlace(jsonLine: line.bytes) else {
            let path = lines.source.path
            throw .damaged("\(path) has changed at offset \(line.offset) while it was read", path: path)
        }
        return place
    }

    /// The next whole line, in a journal that is read for the first time; `nil` after the last.
    /// - Throws: `.damaged` if a line does not match its own checksum, or cannot be read.
    func nextEntry() throws(ArchiveError) -> RecordingEntry? {
        guard let line = try lines.next() else { return nil }
        do throws(EntryLineError) {
            return try RecordingEntry(jsonLine: line.bytes)
        } catch {
            let path = lines.source.path
            throw .damaged("\(path) has a bad line at offset \(line.offset): \(error)", path: path)
        }
    }
}

/// Where a recording is in the tar, and the size and digest of its bytes, by a line of the journal.
struct JournalPlace {
    var payloadPath: String
    var offset: Int64
    var stored: ByteIdentity

    init?(jsonLine: [UInt8]) {
        guard let object = JSONObject(jsonLine) else { return nil }
        self.init(object)
    }

    init?(_ object: JSONObject) {
        guard let path = object.string("path"),
            let offset = object.integer("offset"), let byteCount = object.integer("bytes"),
            let digest = object.string("sha256").flatMap({ ContentDigest(hexadecimal: $0) })
        else { return nil }
        (payloadPath, self.offset) = (path, offset)
        stored = ByteIdentity(byteCount: byteCount, digest: digest)
    }
}
