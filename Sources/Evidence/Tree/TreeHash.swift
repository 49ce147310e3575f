import Crypto
import Foundation
import Recordings

/// A hash of the tree: the SHA-256 of a leaf or of two nodes (RFC 6962 section 2.1, RFC 9162 section 2.1.1).
package struct TreeHash: Hashable, Sendable, CustomStringConvertible {
    /// How many bytes a hash has.
    package static let byteCount = 32

    private var words: SIMD4<UInt64>

    private init(_ digest: SHA256Digest) {
        words = .zero
        digest.withUnsafeBytes { bytes in
            withUnsafeMutableBytes(of: &words) { $0.copyMemory(from: bytes) }
        }
    }

    /// - Parameter raw: at least thirty-two bytes, of which the first thirty-two are used.
    init(raw: UnsafeRawBufferPointer) {
        words = .zero
        withUnsafeMutableBytes(of: &words) {
            $0.copyMemory(from: UnsafeRawBufferPointer(rebasing: raw[..<Self.byteCount]))
        }
    }

    /// - Returns: `nil` if `bytes` does not have thirty-two.
    package init?(bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        self = bytes.withUnsafeBytes { TreeHash(raw: $0) }
    }

    /// The hash of a tree without leaves: SHA-256 of nothing.
    package static let empty = TreeHash(SHA256.hash(data: [UInt8]()))

    /// The hash of an entry: SHA-256 of a zero byte and the entry.
    package static func leaf(_ entry: UnsafeRawBufferPointer) -> TreeHash {
        var hash = SHA256()
        withUnsafeBytes(of: UInt8(0)) { hash.update(bufferPointer: $0) }
        hash.update(bufferPointer: entry)
        return TreeHash(hash.finalize())
    }

    /// The same, for an array.
    package static func leaf(_ entry: [UInt8]) -> TreeHash { entry.withUnsafeBytes { leaf($0) } }

    /// The hash of two neighbours: SHA-256 of a one byte, the left and the right.
    package static func node(_ left: TreeHash, _ right: TreeHash) -> TreeHash {
        withUnsafeTemporaryAllocation(byteCount: 1 + 2 * byteCount, alignment: 1) { buffer in
            buffer[0] = 1
            withUnsafeBytes(of: left.words) {
                UnsafeMutableRawBufferPointer(rebasing: buffer[1..<(1 + byteCount)]).copyMemory(from: $0)
            }
            withUnsafeBytes(of: right.words) {
                UnsafeMutableRawBufferPointer(rebasing: buffer[(1 + byteCount)...]).copyMemory(from: $0)
            }
            var hash = SHA256()
            hash.update(bufferPointer: UnsafeRawBufferPointer(buffer))
            return TreeHash(hash.finalize())
        }
    }

    /// The root of the tree over these hashes, whose number is a power of two.
    static func root(ofComplete hashes: ArraySlice<TreeHash>) -> TreeHash {
        precondition(!hashes.isEmpty && hashes.count & (hashes.count - 1) == 0, "not a power of two")
        var level = Array(hashes)
        while level.count > 1 {
            level = stride(from: 0, to: level.count, by: 2).map { node(level[$0], level[$0 + 1]) }
        }
        return level[0]
    }

    /// The thirty-two bytes.
    package var bytes: [UInt8] { withUnsafeBytes(of: words) { Array($0) } }

    /// Standard base64, as in checkpoints and proofs.
    package var base64: String { Data(bytes).base64EncodedString() }

    /// - Returns: `nil` if `base64` is not the canonical form of thirty-two bytes.
    package init?(base64: some StringProtocol) {
        guard let bytes = CanonicalBase64.bytes(base64) else { return nil }
        self.init(bytes: bytes)
    }

    /// Sixty-four hexadecimal digits.
    package var description: String { Hexadecimal.text(bytes) }

    /// Appends the bytes to `bytes`.
    func append(to bytes: inout [UInt8]) {
        withUnsafeBytes(of: words) { bytes.append(contentsOf: $0) }
    }
}
