import Crypto
import Recordings

/// SHA-256 over bytes as they arrive.
struct Digester {
    private var hasher = SHA256()

    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        hasher.update(bufferPointer: bytes)
    }

    /// The digest of everything so far. More may follow.
    var digest: ContentDigest {
        guard let digest = ContentDigest(bytes: hasher.finalize()) else {
            preconditionFailure("a SHA-256 has thirty-two bytes")
        }
        return digest
    }

    static func digest(of bytes: [UInt8]) -> ContentDigest {
        var digester = Digester()
        bytes.withUnsafeBytes { digester.update($0) }
        return digester.digest
    }
}
