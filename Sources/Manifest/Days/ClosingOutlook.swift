import Recordings

/// What is known of which days can be closed.
package struct ClosingOutlook: Hashable, Sendable {
    /// The time that was listed without a hole; `nil` before the first such listing.
    package var listed: Range<Timestamp>?
    /// The first day of which there is a record; `nil` where there is none.
    package var firstNoted: ArchiveDay?
    /// Days of which there is a record that does not count any more: they were listed whole once.
    package var reopened: Set<ArchiveDay> = []
    /// Days that are closed.
    package var closed: Set<ArchiveDay> = []
    /// Days of which something that was archived is damaged, and neither repaired nor explained.
    package var damaged: Set<ArchiveDay> = []
    /// Days of which a listing may have left out a task.
    package var doubted: Set<ArchiveDay> = []
    /// Days that were listed whole by themselves, such as by a backfill.
    package var listedAlone: Set<ArchiveDay> = []
    /// All time that any pass has listed, that of ``listed`` included.
    package var listedTime = ListedTime()

    /// Of an organization of which nothing is known.
    package init() {}
}
