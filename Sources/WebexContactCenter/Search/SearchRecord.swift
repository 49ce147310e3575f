import Recordings

/// A kind of record that Search lists.
package protocol SearchRecord: Sendable {
    /// Where such records are, and what is asked of each.
    static var source: SearchSource { get }
    /// Reads one; `nil` if it lacks what tells it from others.
    init?(_ row: SearchRow)
    /// What tells it from all others.
    var searchKey: String { get }
    /// When it began, by which it is found; `nil` if the provider gives none.
    var searchTime: Timestamp? { get }
}
