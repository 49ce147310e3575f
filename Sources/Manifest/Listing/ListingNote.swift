/// What a page of the listing brought.
package struct ListingNote: Hashable, Sendable {
    /// Tasks that were not known, or only by their ID.
    package var new = 0
    /// Known tasks whose status, capture request or channel is another.
    package var changed = 0
    /// Tasks that are as they were.
    package var known = 0
}
