import Recordings
import Settings
import Synchronization

/// Limits how often an address may be wrong about a key. Guessing 256 bits is hopeless anyway; this keeps the log readable,
/// and a program with an old key from asking a thousand times a second.
final class FailedLogins: Sendable {
    /// So many in a row are answered as what they are.
    static let most = 10
    /// After this long, one more is.
    static let interval = Duration.seconds(6)
    /// No more addresses are kept; the one that was wrong the longest time ago is forgotten.
    private static let mostAddresses = 10_000

    /// How often an address was wrong lately, as of a time.
    private struct Record {
        var count: Double
        var time: Timestamp
    }

    /// By address, or by the network that a machine with version 6 has for itself.
    private let records = Mutex<[[UInt8]: Record]>([:])

    /// Notes one.
    /// - Returns: after how many seconds to try again, if it were too many; `nil` if it were not.
    func note(_ address: String, now: Timestamp) -> Int? {
        let place = Self.place(of: address)
        return records.withLock { records in
            if records[place] == nil, records.count >= Self.mostAddresses,
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
