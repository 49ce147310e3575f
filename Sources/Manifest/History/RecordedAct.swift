import Recordings

/// Something that a transaction notes in the log of events, and that has to be in the evidence log before the transaction is
/// committed: an act that people answer for.
package struct RecordedAct: Sendable {
    package var event: Event
    /// What an explanation is about, as the gaps are now.
    package var gaps: [Gap] = []
    /// What an acknowledgement is about, as it is now.
    package var suspect: Suspect?
    /// What a day was closed with.
    package var record: DayClose?
}

/// Writes acts down durably. It may wait for the disk. If it throws, nothing of the transaction is kept.
package typealias ActRecorder = @Sendable ([RecordedAct]) throws -> Void

/// Why acts were not recorded: passed through a transaction as it is, because it says nothing about the manifest.
struct ActRefusal: Error {
    var reason: any Error
}

extension Manifest {
    /// Has acts recorded. To be called last in a transaction.
    func record(_ acts: [RecordedAct]) throws {
        guard !acts.isEmpty, let recorder else { return }
        do {
            try recorder(acts)
        } catch {
            throw ActRefusal(reason: error)
        }
    }
}
