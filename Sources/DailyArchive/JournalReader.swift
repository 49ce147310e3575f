import Recordings

/// Reads an open archive's journal, or the same lines inside a sealed one.
struct JournalReader: ~Copyable {
    private let lines: LineReader

    /// Reads the lines in the first `byteCount` bytes.
    init(_ path: String, upTo byteCount: Int64) throws(ArchiveError) {
        lines = LineReader(try SequentialReader(path, range: 0..<byteCount))
    }

    /// The next entry; `nil` after the last.
    /// - Throws: `.damaged` where a line is none.
    func next() throws(ArchiveError) -> RecordingEntry? {
        guard let line = try lines.next() else { return nil }
        do throws(EntryLineError) {
            return try RecordingEntry(jsonLine: line.bytes)
        } catch {
            let path = lines.source.path
            throw .damaged("\(path) has a bad line at offset \(line.offset): \(error)", path: path)
        }
    }
}
