import Recordings

/// One step of a search.
package struct SearchPage<Record: SearchRecord>: Sendable {
    /// Records that no earlier page had; may be none. Their order is not reliable: usually newest first within a
    /// window.
    package var records: [Record]
    /// Records from outside the requested time that the provider returned anyway: they exist, but say nothing about
    /// what was listed.
    package var strays: [Record]
    /// The beginning of the time that was requested with this page.
    package var from: Timestamp
    /// Every record of the requested time that began before this has been listed, by this page or an earlier one.
    package var coveredUntil: Timestamp
    /// Unreadable rows since the previous page.
    package var unreadableRows: Int
    /// Milliseconds with more records than the provider returns for one, since the previous page.
    package var crowded: [Timestamp]
    /// Requested fields that this provider does not have, such as `lastQueue.duration`; the records lack them.
    package var undefinedFields: [String]
}
