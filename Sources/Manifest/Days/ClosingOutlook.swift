import Recordings

/// What is known about which days can be closed.
package struct ClosingOutlook: Hashable, Sendable {
    /// The time that was listed without a hole; `nil` before the first such listing.
    package var listed: Range<Timestamp>?
    /// The first day that has a record; `nil` if none has.
    package var firstNoted: ArchiveDay?
    /// Days with a record that are not closed, because something has changed or is damaged. They were listed completely
    /// once.
    package var reopened: Set<ArchiveDay> = []
    /// Days that are closed.
    package var closed: Set<ArchiveDay> = []
    /// Days on which something that was archived is damaged, and neither repaired nor explained.
    package var damaged: Set<ArchiveDay> = []
    /// Days from which a listing may have left out a task.
    package var doubted: Set<ArchiveDay> = []
    /// Days that were listed completely on their own, such as by a backfill.
    package var listedAlone: Set<ArchiveDay> = []
    /// All time that any pass has listed, including ``listed``.
    package var listedTime = ListedTime()

    /// The outlook of an organization about which nothing is known.
    package init() {}
}
