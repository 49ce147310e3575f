/// How important work on an archive is if several tasks of one process want to begin: ``PassQueue`` lets them in, and says
/// what holds among processes.
package enum PassPrecedence: Sendable, Hashable, CaseIterable {
    /// A person waits for it: a fetch, a repair, a pass. Every command of the command line is this.
    case onDemand
    /// The process itself has begun it, by a schedule.
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
