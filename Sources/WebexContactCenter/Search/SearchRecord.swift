import Recordings

/// A kind of record that Search lists.
package protocol SearchRecord: Sendable {
    /// The kind of record in Search, and the fields that are requested.
    static var source: SearchSource { get }
    /// Reads one; `nil` if it has no identifier.
    init?(_ row: SearchRow)
    /// What distinguishes it from all others.
    var searchKey: String { get }
    /// When it began; records are found by this time. `nil` if the provider gives none.
    var searchTime: Timestamp? { get }
}
