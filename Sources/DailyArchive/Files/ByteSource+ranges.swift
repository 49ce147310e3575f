import Files
import Recordings

extension ByteSource {
    /// Reads a range and passes it on piece by piece. Each piece is valid during the call only.
    /// - Returns: the digest of the range; `nil` if not all of it is there, so that comparing it with a digest fails.
    func read(
        at offset: Int64,
        byteCount: Int64,
        windowSize: Int = SequentialReader.largeWindow,
        progress: ReadingProgress? = nil,
        _ body: (UnsafeRawBufferPointer) throws(ArchiveError) -> Void
    ) throws(ArchiveError) -> ContentDigest? {
        guard offset >= 0, byteCount >= 0, offset <= Int64.max - byteCount else { return nil }
        let reader = SequentialReader(
            self,
            range: offset..<(offset + byteCount),
            options: .digesting,
            windowSize: windowSize,
            progress: progress
        )
        while true {
            let piece = try reader.next(reader.windowSize)
            if piece.isEmpty { break }
            try body(piece)
        }
        return reader.position == offset + byteCount ? reader.digest : nil
    }

    /// The digest of a range; `nil` if not all of it is there.
    func digest(
        at offset: Int64,
        byteCount: Int64,
        progress: ReadingProgress? = nil
    ) throws(ArchiveError) -> ContentDigest? {
        try read(at: offset, byteCount: byteCount, progress: progress) { _ in }
    }

    /// The digest of all bytes.
    /// - Throws: `.damaged` if some are missing that were there when it was opened.
    func digest(progress: ReadingProgress? = nil) throws(ArchiveError) -> ContentDigest {
        guard let digest = try digest(at: 0, byteCount: byteCount, progress: progress) else {
            throw .damaged("\(name) has become shorter while it was read", path: name)
        }
        return digest
    }

    /// The bytes of a small range, or as many of them as there are.
    func bytes(in range: Range<Int64>) throws(ArchiveError) -> [UInt8] {
        let reader = SequentialReader(self, range: range, windowSize: SequentialReader.recordingWindow)
        var bytes: [UInt8] = []
        while true {
            let piece = try reader.next(reader.windowSize)
            if piece.isEmpty { return bytes }
            bytes.append(contentsOf: piece)
        }
    }
}
