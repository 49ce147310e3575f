import Crypto
import Files
import Recordings

extension FileSource {
    /// The SHA-256 of all its bytes. Blocks.
    func digestOfAll() throws(ArchiveError) -> ContentDigest {
        var hash = SHA256()
        var position: Int64 = 0
        let window = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { window.deallocate() }
        while position < byteCount {
            let count = try read(into: window, at: position)
            guard count > 0 else { break }
            hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: window[..<count]))
            position += Int64(count)
        }
        guard let digest = ContentDigest(bytes: hash.finalize()) else {
            preconditionFailure("a SHA-256 has thirty-two bytes")
        }
        return digest
    }
}
