/// What a pass waits for before it begins.
package enum PassWait: Sendable, Hashable {
    /// A backfill, which steps aside.
    case backfill
    /// Another pass.
    case pass
}
