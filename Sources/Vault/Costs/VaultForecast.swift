import Foundation
import Recordings

/// What it takes to put archives into a vault and to keep them there: stores bill requests, bytes and months.
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
    /// Bytes times months, until the locks end. Without a lock nothing ends, and this counts one month.
    package var byteMonths: Double = 0

    /// A larger archive goes out in parts of this size.
    package static let partBytes: Int64 = 64 << 20
    /// The side file.
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
        // The parts, their beginning and their end; and the side file.
        putRequests += (parts == 1 ? 1 : parts + 2) + 1
        // What is there before, and what is there after, for both; who may write, which two tell; and the bytes.
        readRequests += 6 + (readsBack ? 2 : 0)
        // Which uploads were begun before, and whether the store has kept the tags.
        if parts > 1 { readRequests += 2 }
        if readsBack { readBytes += byteCount + Self.sideBytes }
        let months = retainedUntil.map { max(0, ($0 - now).seconds / Self.secondsOfMonth) } ?? 1
        byteMonths += Double(byteCount + Self.sideBytes) * months
    }

    private static let secondsOfMonth = 365.25 / 12 * 86_400

    /// How long putting it takes at this speed; `nil` for as fast as it goes.
    package func duration(bytesPerSecond: Int64?) -> Duration? {
        bytesPerSecond.map { .seconds(Double(byteCount) / Double(max(1, $0))) }
    }

    /// Gigabytes times months, as stores bill them.
    package var gigabyteMonths: Double { byteMonths / 1e9 }
}
