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
    let range: Range<Int64>
    private let open: Opening

    typealias Opening = @Sendable () throws(ArchiveError) -> any ByteSource

    /// - Parameter open: gives what the lines are in. Called for each batch, where it may wait.
    init(in range: Range<Int64>, _ open: @escaping Opening) {
        self.range = range
        self.open = open
    }

    package func makeAsyncIterator() -> Iterator {
        Iterator(open, range)
    }

    /// Returns one entry after the other.
    package struct Iterator: AsyncIteratorProtocol {
        private static var batchSize: Int { 256 }

        private let open: Opening
        /// The part of the file that was not read yet.
        private var range: Range<Int64>
        private var batch: ArraySlice<Entry> = []

        fileprivate init(_ open: @escaping Opening, _ range: Range<Int64>) {
            self.open = open
            self.range = range
        }

        /// The next entry; `nil` after the last.
        /// - Throws: ``ArchiveError`` with `.damaged` if a line cannot be read.
        package mutating func next() async throws -> Entry? {
            if batch.isEmpty, !range.isEmpty {
                let (open, rest) = (open, range)
                let (entries, end) = try await BlockingWork.run { progress throws(ArchiveError) in
                    try Self.read(open(), rest, progress)
                }
                batch = entries[...]
                range = end..<range.upperBound
            }
            return batch.popFirst()
        }

        private static func read(
            _ source: any ByteSource,
            _ range: Range<Int64>,
            _ progress: ReadingProgress
        ) throws(ArchiveError) -> ([Entry], end: Int64) {
            // A batch of lines is far shorter than a large window, and the rest would be read again for the next batch.
            let window = SequentialReader.recordingWindow
            let lines = LineReader(SequentialReader(source, range: range, windowSize: window, progress: progress))
            var entries: [Entry] = []
            while entries.count < batchSize, let line = try lines.next() {
                do throws(EntryLineError) {
                    entries.append(try Entry(jsonLine: line.bytes))
                } catch {
                    let place = "\(source.name) has a bad line at offset \(line.offset)"
                    throw .damaged("\(place): \(error)", path: source.name)
                }
            }
            return (entries, entries.count < batchSize ? range.upperBound : lines.source.position)
        }
    }
}
