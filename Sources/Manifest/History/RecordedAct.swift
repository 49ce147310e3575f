import Recordings

/// Something that a transaction writes to the log of events, and that the evidence log must have before the transaction
/// is committed: an act that people answer for.
package struct RecordedAct: Sendable {
    package var event: Event
    /// The gaps that an explanation is about, in their present state.
    package var gaps: [Gap] = []
    /// The recording that an acknowledgement is about, in its present state.
    package var suspect: Suspect?
    /// The record that a day was closed with.
    package var record: DayClose?
}

/// Durably records acts. It may wait for the disk. If it throws, nothing of the transaction is kept.
package typealias ActRecorder = @Sendable ([RecordedAct]) throws -> Void

/// Why acts were not recorded. Passed through a transaction unchanged, because it says nothing about the manifest.
struct ActRefusal: Error {
    var reason: any Error
}

extension Manifest {
    /// Records acts. Call it last in a transaction.
    func record(_ acts: [RecordedAct]) throws {
        guard !acts.isEmpty, let recorder else { return }
        do {
            try recorder(acts)
        } catch {
            throw ActRefusal(reason: error)
        }
    }
}
