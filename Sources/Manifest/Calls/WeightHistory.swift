/// The size of the latest recordings, and how quickly they arrived.
package struct WeightHistory: Hashable, Sendable {
    /// By call type, as the provider spells it.
    package var byCallType: [String: RecordingWeight] = [:]
    package var all = RecordingWeight()
    /// Bytes that arrived within ``receivingTime``. Neither includes long pauses.
    package var receivedBytes: Int64 = 0
    package var receivingTime: Duration = .zero

    package init() {}
}
