/// How far a recording has come. It moves in one direction, from `pending` to `archived`; `failed` is a pause on the
/// way.
package enum RecordingState: String, Hashable, Sendable, Codable, CaseIterable {
    /// Known, not yet received.
    case pending
    /// Received, checked, and durable in the spool: in an open daily archive.
    case stored
    /// In a sealed daily archive.
    case archived
    /// Given up for now, with a reason. The next pass tries again.
    case failed
    /// Was held; its bytes are known to be changed or gone, and are not repaired yet.
    case damaged
}
