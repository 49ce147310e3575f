/// The importance of work on an archive if several tasks of one process want to begin. ``PassQueue`` lets them in; its
/// documentation says what holds between processes.
package enum PassPrecedence: Sendable, Hashable, CaseIterable {
    /// A person waits for it: a fetch, a repair, a pass. Every command of the command line has this precedence.
    case onDemand
    /// The process began it itself, on a schedule.
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
