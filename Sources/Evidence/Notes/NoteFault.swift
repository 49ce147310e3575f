/// What is wrong with a signed note, a checkpoint, a key or a proof.
package struct NoteFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// The reason, such as `the signature of NAME is wrong`.
    package var description: String

    package init(_ description: String) { self.description = description }
}
