/// What is known of a task that the provider lists.
package struct TaskHolding: Hashable, Sendable {
    /// Whether something may still come of it.
    package var isOpen: Bool
    /// Recordings that are held, and not known to be damaged.
    package var held: Int
    /// Recordings that were held, and whose bytes are known to be changed or gone.
    package var damaged: Int
    /// Recordings that are known and not held.
    package var wanted: Int
}
