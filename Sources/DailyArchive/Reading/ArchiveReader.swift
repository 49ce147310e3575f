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
                try attempt(location, in: root) { source throws(ArchiveError) in
                    var written: Int64 = 0
                    announce(offset, byteCount, of: source)
                    try read(source, offset, byteCount, digest, progress) { bytes throws(ArchiveError) in
                        try file.write(bytes, at: written)
                        written += Int64(bytes.count)
                    }
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
            let source = try root.open(location)
            announce(offset, byteCount, of: source)
            try read(source, offset, byteCount, digest, progress) { _ in }
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
            try attempt(location, in: root) { source throws(ArchiveError) in
                bytes.removeAll()
                announce(offset, byteCount, of: source)
                try read(source, offset, byteCount, digest, progress) { piece throws(ArchiveError) in
                    bytes.append(contentsOf: piece)
                }
            }
            return bytes
        }
    }

    /// Copies a whole archive to a file from the place that has it besides the disk, and compares it with its digest.
    /// Durable. After an error there is no file.
    /// - Throws: `.damaged` if these are other bytes; `.missing` if the archive is not kept elsewhere.
    package static func copyWhole(
        _ name: ArchiveName,
        fromElsewhere root: ArchiveRoot,
        expecting digest: ContentDigest,
        to draft: String
    ) async throws(ArchiveError) {
        try await BlockingWork.run { progress throws(ArchiveError) in
            guard let source = try root.elsewhere?.open(name) else {
                throw ArchiveError(.missing, "\(name) is kept on the disk only", path: root.archivePath(name))
            }
            try FileReplacement.durable(draft, mode: 0o440).write { file throws(ArchiveError) in
                var written: Int64 = 0
                try read(source, 0, source.byteCount, digest, progress) { bytes throws(ArchiveError) in
                    try file.write(bytes, at: written)
                    written += Int64(bytes.count)
                }
            }
        }
    }

    /// Runs `body` with the archive. If its bytes on the disk are damaged, `body` runs again with those that are kept
    /// elsewhere.
    private static func attempt(
        _ location: ArchiveLocation,
        in root: ArchiveRoot,
        _ body: (any ByteSource) throws(ArchiveError) -> Void
    ) throws(ArchiveError) {
        let source = try root.open(location)
        do throws(ArchiveError) {
            try body(source)
        } catch {
            guard error.code == .damaged || error.code == .inputOutput, source.status != nil,
                case .sealed(let name) = location, let other = try? root.elsewhere?.open(name)
            else { throw error }
            let first = error
            do throws(ArchiveError) {
                try body(other)
            } catch {
                throw error.code == .cancelled ? error : first
            }
        }
    }

    /// Says which recording is read next: a vault gives all of it in one answer.
    private static func announce(_ offset: Int64, _ byteCount: Int64, of source: any ByteSource) {
        guard offset >= 0, byteCount > 0, offset <= source.byteCount, byteCount <= source.byteCount - offset else {
            return
        }
        source.expect(.soon(offset..<(offset + byteCount)))
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
