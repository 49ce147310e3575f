import Files
import Recordings

/// Reads single recordings from archives, open or sealed.
package enum ArchiveReader {
    /// Copies one recording to a file, and compares it with its digest. The file appears under its name only when it is
    /// complete: after `.damaged`, or any other error, there is none. An existing file at `destination` is replaced.
    /// - Parameter offset: where the recording's first byte is in the archive.
    package static func copy(
        from location: ArchiveLocation,
        in root: ArchiveRoot,
        offset: Int64,
        byteCount: Int64,
        expecting digest: ContentDigest,
        to destination: String
    ) async throws(ArchiveError) {
        try await BlockingWork.run { progress throws(ArchiveError) in
            try FileReplacement.ofUser(destination).write { file throws(ArchiveError) in
                var written: Int64 = 0
                try read(root.open(location), offset, byteCount, digest, progress) { bytes throws(ArchiveError) in
                    try file.write(bytes, at: written)
                    written += Int64(bytes.count)
                }
            }
        }
    }

    /// Reads one recording and compares it with its digest.
    /// - Throws: `.damaged` if the archive has other bytes there, or too few.
    package static func check(
        _ location: ArchiveLocation,
        in root: ArchiveRoot,
        offset: Int64,
        byteCount: Int64,
        expecting digest: ContentDigest
    ) async throws(ArchiveError) {
        try await BlockingWork.run { progress throws(ArchiveError) in
            try read(root.open(location), offset, byteCount, digest, progress) { _ in }
        }
    }

    /// One recording's bytes in memory, compared with its digest; for small ones.
    /// - Throws: `.damaged` if the archive has other bytes there, or too few.
    package static func bytes(
        from location: ArchiveLocation,
        in root: ArchiveRoot,
        offset: Int64,
        byteCount: Int64,
        expecting digest: ContentDigest
    ) async throws(ArchiveError) -> [UInt8] {
        try await BlockingWork.run { progress throws(ArchiveError) in
            var bytes: [UInt8] = []
            try read(root.open(location), offset, byteCount, digest, progress) { piece throws(ArchiveError) in
                bytes.append(contentsOf: piece)
            }
            return bytes
        }
    }

    private static func read(
        _ source: any ByteSource,
        _ offset: Int64,
        _ byteCount: Int64,
        _ digest: ContentDigest,
        _ progress: ReadingProgress,
        _ body: (UnsafeRawBufferPointer) throws(ArchiveError) -> Void
    ) throws(ArchiveError) {
        let found = try source.read(
            at: offset,
            byteCount: byteCount,
            windowSize: Int(min(max(byteCount, 1), Int64(SequentialReader.recordingWindow))),
            progress: progress,
            body
        )
        guard found == digest else {
            throw .damaged(
                "the \(byteCount) bytes at offset \(offset) of \(source.name) do not have the checksum \(digest)",
                path: source.name
            )
        }
    }
}
