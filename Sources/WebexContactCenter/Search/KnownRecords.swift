import Recordings

/// Records that a search has told of, and when each began. There may be more than a hundred thousand, so that the
/// identifiers of most, which are UUIDs, are kept as their bytes.
struct KnownRecords: Sendable {
    /// Epoch milliseconds; of a record without a time, later than all.
    private var uuids: [CanonicalUUID: Int64] = [:]
    private var others: [String: Int64] = [:]

    /// - Parameters:
    ///   - id: what tells the record from all others.
    ///   - time: when it began, where the provider says so.
    /// - Returns: whether it was not there.
    mutating func insert(_ id: String, time: Timestamp?) -> Bool {
        let time = time?.millisecondsSince1970 ?? .max
        return if let uuid = CanonicalUUID(ignoringCaseOf: id) {
            Self.insert(time, for: uuid, in: &uuids)
        } else {
            Self.insert(time, for: id, in: &others)
        }
    }

    /// Of two times that a record is said to have, the later one: it is forgotten too late rather than too early.
    private static func insert<ID: Hashable>(_ time: Int64, for id: ID, in records: inout [ID: Int64]) -> Bool {
        guard let known = records.updateValue(time, forKey: id) else { return true }
        if known > time { records[id] = known }
        return false
    }

    /// Forgets what began earlier. What has no time is kept.
    mutating func forget(before time: Timestamp) {
        uuids = uuids.filter { $0.value >= time.millisecondsSince1970 }
        others = others.filter { $0.value >= time.millisecondsSince1970 }
    }
}
