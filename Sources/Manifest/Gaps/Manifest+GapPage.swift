import Recordings

extension Manifest {
    /// Some gaps in their order, and the number of all. Only these are in memory.
    /// - Parameters:
    ///   - place: the gaps after it.
    ///   - limit: how many at most.
    /// - Throws: `unknown` if the organization is not registered.
    package func gapPage(
        _ filter: GapFilter,
        at standpoint: Standpoint,
        after place: GapPlace?,
        limit: Int
    ) async throws -> (gaps: [Gap], total: Int) {
        let selection = GapSelection(after: place, limit: limit)
        var found = try await reduceGaps(filter, at: standpoint, into: selection) { $0.add($1) }
        return (found.first(), found.total)
    }
}
