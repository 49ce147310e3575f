import Recordings

/// Records that a search has reported, and when each began. There may be more than a hundred thousand, so identifiers
/// that are UUIDs, which most are, are kept as bytes.
struct KnownRecords: Sendable {
    /// Epoch milliseconds; for a record without a time, later than all others.
    private var uuids: [CanonicalUUID: Int64] = [:]
    private var others: [String: Int64] = [:]

    /// - Parameters:
    ///   - id: the identifier of the record.
    ///   - time: when it began, if the provider says so.
    /// - Returns: whether it is new.
    mutating func insert(_ id: String, time: Timestamp?) -> Bool {
        let time = time?.millisecondsSince1970 ?? .max
        return if let uuid = CanonicalUUID(ignoringCaseOf: id) {
            Self.insert(time, for: uuid, in: &uuids)
        } else {
            Self.insert(time, for: id, in: &others)
        }
    }

    /// If a record has two times, the later one counts: it is better forgotten too late than too early.
    private static func insert<ID: Hashable>(_ time: Int64, for id: ID, in records: inout [ID: Int64]) -> Bool {
        guard let known = records.updateValue(time, forKey: id) else { return true }
        if known > time { records[id] = known }
        return false
    }

    /// Forgets records that began earlier. Records without a time are kept.
    mutating func forget(before time: Timestamp) {
        uuids = uuids.filter { $0.value >= time.millisecondsSince1970 }
        others = others.filter { $0.value >= time.millisecondsSince1970 }
    }
}
