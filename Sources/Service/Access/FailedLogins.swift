import Recordings
import Settings
import Synchronization

/// Limits how many wrong keys an address may send. Guessing 256 bits is hopeless anyway. The limit keeps the log
/// readable, and slows down a program that retries an old key a thousand times a second.
final class FailedLogins: Sendable {
    /// How many wrong keys in a row are answered with 401 before the limit applies.
    static let most = 10
    /// How long it takes until one more is allowed.
    static let interval = Duration.seconds(6)
    /// How many addresses are kept at most. The one whose last failure is oldest is dropped first.
    private static let maxAddresses = 10_000

    /// The recent failures of an address, as of a time.
    private struct Record {
        var count: Double
        var time: Timestamp
    }

    /// By IPv4 address or IPv6 /64 network, because one machine usually has a whole /64.
    private let records = Mutex<[[UInt8]: Record]>([:])

    /// Counts a failure.
    /// - Returns: the number of seconds to wait if there were too many; `nil` otherwise. A failure over the limit is not
    ///   counted.
    func note(_ address: String, now: Timestamp) -> Int? {
        let place = Self.place(of: address)
        return records.withLock { records in
            if records[place] == nil, records.count >= Self.maxAddresses,
                let oldest = records.min(by: { $0.value.time < $1.value.time })?.key
            {
                records[oldest] = nil
            }
            var record = records[place] ?? Record(count: 0, time: now)
            let passed = Double(max(0, (now - record.time).milliseconds)) / Double(Self.interval.milliseconds)
            record.count = max(0, record.count - passed)
            record.time = now
            defer { records[place] = record }
            guard record.count + 1 > Double(Self.most) else {
                record.count += 1
                return nil
            }
            return max(1, Int(((record.count + 1 - Double(Self.most)) * 6).rounded(.up)))
        }
    }

    private static func place(of address: String) -> [UInt8] {
        guard let parsed = IPAddress(address) else { return Array(address.utf8.prefix(64)) }
        return parsed.bytes.count == 16 ? Array(parsed.bytes.prefix(8)) : parsed.bytes
    }
}
