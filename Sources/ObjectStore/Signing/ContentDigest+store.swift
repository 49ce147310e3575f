import Crypto
import Files
import Foundation
import Recordings

extension ContentDigest {
    /// The SHA-256 of bytes in memory.
    init(of bytes: some Sequence<UInt8>) {
        self.init(SHA256.hash(data: Array(bytes)))
    }

    init(_ digest: SHA256.Digest) {
        guard let value = ContentDigest(bytes: digest) else { preconditionFailure("a SHA-256 has 32 bytes") }
        self = value
    }

    /// As S3 writes it.
    var base64: String { Data(bytes).base64EncodedString() }
}

extension ByteSource {
    /// The SHA-256 of a range, read in constant memory.
    func digest(of range: Range<Int64>, _ progress: ReadingProgress) throws(ArchiveError) -> ContentDigest {
        var hash = SHA256()
        try forEachPiece(of: range, progress) { hash.update(bufferPointer: $0) }
        return ContentDigest(hash.finalize())
    }

    /// Reads a range piece by piece.
    /// - Throws: ``ArchiveError`` also if there are fewer bytes.
    func forEachPiece(
        of range: Range<Int64>,
        _ progress: ReadingProgress,
        _ body: (UnsafeRawBufferPointer) -> Void
    ) throws(ArchiveError) {
        expect(.forwards)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)
        defer { buffer.deallocate() }
        var place = range.lowerBound
        while place < range.upperBound {
            try progress.checkCancellation(name)
            let wanted = Int(min(Int64(buffer.count), range.upperBound - place))
            let piece = UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted])
            guard try read(into: piece, at: place) == wanted else {
                throw .damaged("\(name) has fewer bytes than it should have", path: name)
            }
            body(UnsafeRawBufferPointer(piece))
            place += Int64(wanted)
        }
    }
}
