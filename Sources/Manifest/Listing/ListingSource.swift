/// The source from which tasks are listed.
package enum ListingSource: String, Hashable, Sendable, CaseIterable, Codable {
    /// `GET tasks` (wxcc-api 5).
    case tasks
    /// `POST search` (wxcc-api 11), which reaches further back.
    case search
}
