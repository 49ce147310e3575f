import Recordings

/// One step of a search.
package struct SearchPage<Record: SearchRecord>: Sendable {
    /// Records that no earlier page had; may be none. In no order that could be relied on: usually newest first within a
    /// window of time.
    package var records: [Record]
    /// Records from outside the asked time that the provider gave anyway: they exist, and say nothing of what was listed.
    package var strays: [Record]
    /// The beginning of the time that this page was asked for.
    package var from: Timestamp
    /// Every record of the asked time that began before this has been listed, by this page or an earlier one.
    package var coveredUntil: Timestamp
    /// Rows that could not be read, met since the page before.
    package var unreadableRows: Int
    /// Milliseconds with more records than the provider gives of one, met since the page before.
    package var crowded: [Timestamp]
    /// What this provider does not have of what is asked for: `lastQueue.duration`. The records lack it.
    package var undefinedFields: [String]
}
