import Crypto
import Glibc
import Recordings

/// The SHA-256 of a file of any size, or of bytes.
package enum FileDigest {
    /// The digest of bytes in memory.
    package static func digest(of bytes: [UInt8]) throws(EvidenceError) -> ContentDigest {
        guard let digest = ContentDigest(bytes: SHA256.hash(data: bytes)) else {
            throw EvidenceError(.bug, "SHA-256 has 32 bytes", path: "")
        }
        return digest
    }

    /// The digest of the file at `path`.
    /// - Throws: ``EvidenceError`` if it cannot be read.
    package static func digest(ofFileAt path: String) throws(EvidenceError) -> ContentDigest {
        // Non-blocking: a named pipe in a file's place would otherwise be waited for.
        let file = try LogFile(path, O_RDONLY | O_NONBLOCK)
        var hash = SHA256()
        var position = Int64(0)
        while case let part = try file.bytes(from: position, count: 1 << 20), !part.isEmpty {
            hash.update(data: part)
            position += Int64(part.count)
        }
        guard let digest = ContentDigest(bytes: hash.finalize()) else {
            throw EvidenceError(.bug, "SHA-256 has 32 bytes", path: path)
        }
        return digest
    }
}
