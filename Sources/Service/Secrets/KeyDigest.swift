import Crypto
import Foundation

/// The SHA-256 of a secret text: of a key or of a session's token.
struct KeyDigest: Sendable {
    let bytes: [UInt8]

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    init(of text: String) {
        bytes = Array(SHA256.hash(data: Data(text.utf8)))
    }

    /// The first 32 bits, used to look up a secret. They reveal nothing about the rest. The whole digest is then compared in
    /// constant time.
    var selector: Int64 { bytes.prefix(4).reduce(0) { $0 << 8 | Int64($1) } }

    /// Compares in constant time, so that the time does not reveal where the two differ.
    func isEqual(to other: KeyDigest) -> Bool {
        guard bytes.count == other.bytes.count else { return false }
        var difference: UInt8 = 0
        for (mine, theirs) in zip(bytes, other.bytes) { difference |= mine ^ theirs }
        return difference == 0
    }
}
