import Crypto
import Files
import Foundation
import Recordings

/// The bytes of an object to be put, with their number and their SHA-256, which are known before the first one is sent.
package struct ObjectBody: Sendable {
    /// Where the bytes are.
    package enum Source: Sendable {
        case file(path: String)
        case bytes([UInt8])
    }

    package let source: Source
    package let byteCount: Int64
    package let digest: ContentDigest

    /// A file that does not change while it is sent. If it does not have these bytes, the store refuses it.
    package static func file(path: String, byteCount: Int64, digest: ContentDigest) -> ObjectBody {
        ObjectBody(source: .file(path: path), byteCount: byteCount, digest: digest)
    }

    /// Bytes in memory.
    package static func bytes(_ bytes: [UInt8]) -> ObjectBody {
        ObjectBody(source: .bytes(bytes), byteCount: Int64(bytes.count), digest: ContentDigest(of: bytes))
    }

    /// A file whose bytes are counted and hashed now.
    /// - Throws: ``ObjectStoreError`` with code `local` if it cannot be read.
    package static func hashing(path: String) async throws(ObjectStoreError) -> ObjectBody {
        try await BlockingWork.run { progress throws(ObjectStoreError) in
            do throws(ArchiveError) {
                let source = try FileSource(path)
                let digest = try source.digest(of: 0..<source.byteCount, progress)
                return .file(path: path, byteCount: source.byteCount, digest: digest)
            } catch {
                throw ObjectStoreError(error)
            }
        }
    }

    private init(source: Source, byteCount: Int64, digest: ContentDigest) {
        self.source = source
        self.byteCount = byteCount
        self.digest = digest
    }
}
