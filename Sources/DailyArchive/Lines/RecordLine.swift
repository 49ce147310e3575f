import Files
import Recordings

/// A recording's line of metadata, and what the evidence log says of that line.
package struct RecordLine: EntryLine, Hashable {
    /// What the line says.
    package var entry: RecordingEntry
    /// The SHA-256 of the line as it is there, without the recording's place and the line's checksum.
    package var record: ContentDigest

    package init(jsonLine: [UInt8]) throws(EntryLineError) {
        entry = try RecordingEntry(jsonLine: jsonLine)
        record = RecordingEntry.record(ofLine: jsonLine)
    }
}

extension EntryLines<RecordLine> {
    /// The lines of an open archive's journal, as far as they count.
    package init(journalOf name: ArchiveName, in root: ArchiveRoot, upTo byteCount: Int64) {
        self.init(path: root.journalPath(name), range: 0..<byteCount)
    }
}
