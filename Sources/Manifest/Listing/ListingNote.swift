/// The result of recording one page of a listing.
package struct ListingNote: Hashable, Sendable {
    /// Tasks that were not known, or only by their ID.
    package var new = 0
    /// Known tasks whose status, capture request or channel has changed.
    package var changed = 0
    /// Tasks that have not changed.
    package var known = 0
}
