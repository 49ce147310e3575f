/// How important work on an archive is if several want to begin.
package enum PassPrecedence: Sendable, Hashable, CaseIterable {
    /// A person waits for it: a fetch, a repair, a pass that was asked for.
    case onDemand
    /// A schedule has begun it.
    case scheduled
    /// It steps aside for any other.
    case backfill

    /// Higher goes first.
    var rank: Int {
        switch self {
        case .onDemand: 2
        case .scheduled: 1
        case .backfill: 0
        }
    }
}
