/// How important a pass is if another one wants to begin.
package enum PassPrecedence: Sendable, Hashable {
    /// A person or a schedule waits for it: the daily job, a fetch, a repair.
    case usual
    /// It steps aside for any other: a backfill.
    case low
}
