import Files
import Recordings

/// A line of an archive's metadata that can be read back.
package protocol EntryLine: Sendable {
    init(jsonLine: [UInt8]) throws(EntryLineError)
}

extension RecordingEntry: EntryLine {}
extension TaskEntry: EntryLine {}

/// The entries in a metadata file of a sealed archive, read in batches, so memory does not grow with their number.
package struct EntryLines<Entry: EntryLine>: AsyncSequence, Sendable {
    let path: String
    let range: Range<Int64>

    init(path: String, range: Range<Int64>) {
        self.path = path
        self.range = range
    }

    package func makeAsyncIterator() -> Iterator {
        Iterator(path: path, range: range)
    }

    /// Returns one entry after the other.
    package struct Iterator: AsyncIteratorProtocol {
        private static var batchSize: Int { 256 }

        private let path: String
        /// The part of the file that was not read yet.
        private var range: Range<Int64>
        private var batch: ArraySlice<Entry> = []

        fileprivate init(path: String, range: Range<Int64>) {
            self.path = path
            self.range = range
        }

        /// The next entry; `nil` after the last.
        /// - Throws: ``ArchiveError`` with `.damaged` if a line cannot be read.
        package mutating func next() async throws -> Entry? {
            if batch.isEmpty, !range.isEmpty {
                let (path, rest) = (path, range)
                let (entries, end) = try await BlockingWork.run { progress throws(ArchiveError) in
                    try Self.read(path, rest, progress)
                }
                batch = entries[...]
                range = end..<range.upperBound
            }
            return batch.popFirst()
        }

        private static func read(
            _ path: String,
            _ range: Range<Int64>,
            _ progress: ReadingProgress
        ) throws(ArchiveError) -> ([Entry], end: Int64) {
            let lines = LineReader(try SequentialReader(path, range: range, progress: progress))
            var entries: [Entry] = []
            while entries.count < batchSize, let line = try lines.next() {
                do throws(EntryLineError) {
                    entries.append(try Entry(jsonLine: line.bytes))
                } catch {
                    throw .damaged("\(path) has a bad line at offset \(line.offset): \(error)", path: path)
                }
            }
            return (entries, entries.count < batchSize ? range.upperBound : lines.source.position)
        }
    }
}
