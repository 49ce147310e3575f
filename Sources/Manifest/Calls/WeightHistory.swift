/// What the latest recordings weighed, and how quickly they came.
package struct WeightHistory: Hashable, Sendable {
    /// By call type, as the provider spells it.
    package var byCallType: [String: RecordingWeight] = [:]
    package var all = RecordingWeight()
    /// Bytes that came within ``receivingTime``; without those of long pauses.
    package var receivedBytes: Int64 = 0
    package var receivingTime: Duration = .zero

    package init() {}
}
