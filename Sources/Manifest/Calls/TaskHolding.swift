/// What is known about a task that the provider lists.
package struct TaskHolding: Hashable, Sendable {
    /// Whether it will be asked about again, so something may still appear.
    package var isOpen: Bool
    /// Recordings that are held, and not known to be damaged.
    package var held: Int
    /// Recordings that were held, and whose bytes are known to be changed or gone.
    package var damaged: Int
    /// Recordings that are known, and neither held nor damaged.
    package var wanted: Int
}
