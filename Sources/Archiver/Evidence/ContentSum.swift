import Evidence
import Recordings

/// Many recordings as one value, whatever their order: two collections with the same sum have the same recordings.
struct ContentSum: Hashable, Sendable {
    private(set) var count = 0
    private var high: UInt64 = 0
    private var low: UInt64 = 0

    /// Adds a recording: its path in the bag, and the SHA-256 of its bytes in hexadecimal.
    mutating func add(_ path: String, _ sha256: String) throws(EvidenceError) {
        let (more, rest) = try Self.number(path, sha256)
        let (sum, carry) = low.addingReportingOverflow(rest)
        (low, high) = (sum, high &+ more &+ (carry ? 1 : 0))
        count += 1
    }

    /// Removes one.
    mutating func remove(_ path: String, _ sha256: String) throws(EvidenceError) {
        let (more, rest) = try Self.number(path, sha256)
        let (difference, borrow) = low.subtractingReportingOverflow(rest)
        (low, high) = (difference, high &- more &- (borrow ? 1 : 0))
        count -= 1
    }

    private static func number(_ path: String, _ sha256: String) throws(EvidenceError) -> (UInt64, UInt64) {
        let digest = try FileDigest.digest(of: Array("\(sha256) \(path)".utf8)).bytes
        let words = [digest.prefix(8), digest.dropFirst(8).prefix(8)].map {
            $0.reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
        }
        return (words[0], words[1])
    }
}
