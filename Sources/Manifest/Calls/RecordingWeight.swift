/// What recordings of one call type weighed.
package struct RecordingWeight: Hashable, Sendable {
    /// How many were looked at.
    package var recordings = 0
    package var bytes: Int64 = 0
    /// How long they last by the provider's word, of those of which it says that.
    package var statedMilliseconds: Int64 = 0
    /// The bytes of those.
    package var statedBytes: Int64 = 0

    package init() {}
}

extension RecordingWeight {
    mutating func add(_ bytes: Int64, stated milliseconds: Int64?) {
        recordings += 1
        self.bytes += bytes
        guard let milliseconds, milliseconds > 0 else { return }
        statedMilliseconds += milliseconds
        statedBytes += bytes
    }
}
