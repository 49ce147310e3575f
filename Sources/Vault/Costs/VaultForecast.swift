import Foundation
import Recordings

/// The requests, bytes and months that it takes to put archives into a vault and to keep them there, as stores bill
/// them.
package struct VaultForecast: Hashable, Sendable {
    package var archives = 0
    /// The bytes of the archives.
    package var byteCount: Int64 = 0
    /// Requests that put something. Most stores charge more for these.
    package var putRequests = 0
    /// Requests that ask or read.
    package var readRequests = 0
    /// How many bytes are read back.
    package var readBytes: Int64 = 0
    /// Bytes times months, until the locks end. An archive without a lock counts for one month.
    package var byteMonths: Double = 0

    /// The size of the parts in which a larger archive is put.
    package static let partBytes: Int64 = 64 << 20
    /// About the size of a side file.
    private static let sideBytes: Int64 = 96

    package init() {}

    /// Counts one archive.
    /// - Parameters:
    ///   - readsBack: whether all bytes are read back.
    ///   - retainedUntil: the end of its lock.
    package mutating func add(
        byteCount: Int64,
        readsBack: Bool,
        retainedUntil: Timestamp?,
        now: Timestamp
    ) {
        let parts = max(1, Int((byteCount + Self.partBytes - 1) / Self.partBytes))
        archives += 1
        self.byteCount += byteCount
        // The parts of the archive, with a request to begin them and one to put them together. One for the side file.
        putRequests += (parts == 1 ? 1 : parts + 2) + 1
        // For the archive and its side file: what the vault has before the put and after it. Who may write, twice. If
        // all bytes are read back, one request for each of the two files.
        readRequests += 6 + (readsBack ? 2 : 0)
        // Which uploads of the key already exist, and whether the store has kept the tags.
        if parts > 1 { readRequests += 2 }
        if readsBack { readBytes += byteCount + Self.sideBytes }
        let months = retainedUntil.map { max(0, ($0 - now).seconds / Self.secondsOfMonth) } ?? 1
        byteMonths += Double(byteCount + Self.sideBytes) * months
    }

    private static let secondsOfMonth = 365.25 / 12 * 86_400

    /// How long it takes to put the archives at this speed; `nil` if there is no limit.
    package func duration(bytesPerSecond: Int64?) -> Duration? {
        bytesPerSecond.map { .seconds(Double(byteCount) / Double(max(1, $0))) }
    }

    /// Gigabytes times months, as stores bill them.
    package var gigabyteMonths: Double { byteMonths / 1e9 }
}
