import Manifest
import Recordings

/// The recordings of a pass's window, or of a day of it.
struct RecordingFigures: Encodable {
    /// How many there should be; a pass's summary does not have it.
    private let expected: Int?
    private let known: Int
    private let archived: Int
    private let stored: Int
    private let pending: Int
    private let failed: Int
    private let damaged: Int
    private let gaps: Int
    private let awaited: Int
    private let explained: Int
    private let unexplained: Int
    private let suspect: Int
    private let reasons: [GapReason: Int]

    init(_ recordings: PassSummary.Recordings, expected: Int? = nil) {
        self.expected = expected
        known = recordings.known
        archived = recordings.archived
        stored = recordings.stored
        pending = recordings.pending
        failed = recordings.failed
        damaged = recordings.damaged
        gaps = recordings.gaps
        awaited = recordings.awaited
        explained = recordings.explained
        unexplained = recordings.unexplained
        suspect = recordings.suspect
        reasons = recordings.reasons
    }
}
