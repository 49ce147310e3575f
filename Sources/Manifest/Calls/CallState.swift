import Recordings

/// The state of a call as a whole.
package enum CallState: String, Hashable, Sendable, Codable, CaseIterable {
    /// Everything that is known of it is held.
    case complete
    /// Something may still appear.
    case pending
    /// Something that should exist is not held, and not explained.
    case missing
    /// What is missing is explained.
    case explained
    /// Something was held, and is known to be changed or gone.
    case damaged
    /// There is nothing that should have been recorded.
    case none

    /// - Parameters:
    ///   - gaps: what the call lacks, including failed recordings.
    ///   - isOpen: whether the provider may still have something of it.
    package init(recordings: [RecordingState], gaps: [Gap], isOpen: Bool) {
        let unexplained = gaps.filter { $0.explanation == nil }
        let explainedDamage = gaps.count { $0.wasHeld && $0.explanation != nil }
        self =
            if recordings.count(where: { $0 == .damaged }) > explainedDamage {
                .damaged
            } else if unexplained.contains(where: { !$0.isPending }) {
                .missing
            } else if recordings.contains(.pending) || !unexplained.isEmpty || recordings.isEmpty && isOpen {
                .pending
            } else if !gaps.isEmpty {
                .explained
            } else {
                recordings.isEmpty ? .none : .complete
            }
    }
}
