/// The size and duration of recordings of one call type.
package struct RecordingWeight: Hashable, Sendable {
    /// How many recordings were counted.
    package var recordings = 0
    package var bytes: Int64 = 0
    /// Their duration according to the provider, of those for which it states one.
    package var statedMilliseconds: Int64 = 0
    /// The size of those recordings.
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
