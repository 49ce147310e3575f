import Files
import Recordings

extension ArchiveMetadata {
    /// Reads the tag files of a sealed archive out of any source.
    /// - Parameters:
    ///   - digest: the whole archive's checksum, as its store has it.
    ///   - offset: where the metadata is known to begin; with it, the headers of recordings are not read.
    /// - Throws: as ``open(_:in:)``.
    package static func open(
        _ source: any ByteSource,
        recorded digest: ContentDigest,
        from offset: Int64?
    ) async throws(ArchiveError) -> ArchiveMetadata {
        try await BlockingWork.run { progress throws(ArchiveError) in
            try ArchiveMetadata(source, recorded: digest, from: offset, progress)
        }
    }
}
