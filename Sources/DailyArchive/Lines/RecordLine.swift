import Files
import Recordings

/// A recording's line of metadata, and what the evidence log says about it.
package struct RecordLine: EntryLine, Hashable {
    /// The content of the line.
    package var entry: RecordingEntry
    /// The SHA-256 of the line as it is in the archive, without the recording's place and the line's checksum.
    package var record: ContentDigest

    package init(jsonLine: [UInt8]) throws(EntryLineError) {
        entry = try RecordingEntry(jsonLine: jsonLine)
        record = RecordingEntry.record(ofLine: jsonLine)
    }
}

extension EntryLines<RecordLine> {
    /// The lines of an open archive's journal, up to the part that counts.
    package init(journalOf name: ArchiveName, in root: ArchiveRoot, upTo byteCount: Int64) {
        self.init(in: 0..<byteCount) { () throws(ArchiveError) in try FileSource(root.journalPath(name)) }
    }
}
