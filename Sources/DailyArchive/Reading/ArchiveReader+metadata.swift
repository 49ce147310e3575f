import Files
import Recordings

extension ArchiveReader {
    /// The metadata lines of some recordings, byte for byte as they are in the archive, without their line breaks.
    /// - Parameters:
    ///   - offsets: where the recordings begin in the archive.
    ///   - metadataOffset: where the archive's metadata begins, if that is known. Otherwise all headers before it are
    ///     read.
    /// - Returns: a line for each offset that the metadata has.
    /// - Throws: `.damaged` if the archive's metadata does not match its checksums; `.missing` if there is no such
    ///   archive.
    package static func metadataLines(
        of name: ArchiveName,
        in root: ArchiveRoot,
        at offsets: Set<Int64>,
        metadataOffset: Int64? = nil
    ) async throws(ArchiveError) -> [Int64: [UInt8]] {
        try await BlockingWork.run { progress throws(ArchiveError) in
            let journal = root.journalPath(name)
            if try root.archives.byteCount(of: name) == nil, let size = try FileSystem.size(of: journal) {
                return try lines(in: FileSource(journal), 0..<size, offsets, progress)
            }
            let source: any ByteSource
            do throws(ArchiveError) {
                source = try root.open(.sealed(name))
            } catch {
                guard error.code == .missing else { throw error }
                let place = root.archivePath(name)
                throw ArchiveError(.missing, "there is no archive \(name), open or sealed", path: place)
            }
            if let metadataOffset, (0..<source.byteCount).contains(metadataOffset) {
                // All of it is compared with its checksums.
                source.expect(.soon(metadataOffset..<source.byteCount))
            }
            let metadata = try ArchiveMetadata(source, recorded: nil, from: metadataOffset, progress)
            return try lines(in: source, metadata.recordings.range, offsets, progress)
        }
    }

    private static func lines(
        in source: any ByteSource,
        _ range: Range<Int64>,
        _ offsets: Set<Int64>,
        _ progress: ReadingProgress
    ) throws(ArchiveError) -> [Int64: [UInt8]] {
        let reader = LineReader(SequentialReader(source, range: range, progress: progress))
        var found: [Int64: [UInt8]] = [:]
        while found.count < offsets.count, let line = try reader.next() {
            // A journal may end with a line that is being written.
            guard let place = JournalPlace(jsonLine: line.bytes), offsets.contains(place.offset) else { continue }
            found[place.offset] = line.bytes
        }
        return found
    }

    /// The checksum of a whole file.
    /// - Returns: `nil` if it is missing.
    package static func digest(ofFile path: String) async throws(ArchiveError) -> ContentDigest? {
        try await BlockingWork.run { progress throws(ArchiveError) in
            guard try FileSystem.sizeOfTarget(path) != nil else { return nil }
            return try FileSource(path).digest(progress: progress)
        }
    }
}
