/// How much a pass matters where another wants to begin.
package enum PassPrecedence: Sendable, Hashable {
    /// Somebody waits for it, or a schedule: the daily job, a fetch, a repair.
    case usual
    /// It steps aside for any other: a backfill.
    case low
}
