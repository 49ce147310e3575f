/// A request that failed and is about to be sent again.
package struct StoreRetry: Sendable {
    /// Why the last attempt failed.
    package var cause: ObjectStoreError
    /// The number of the attempt that follows, from 2.
    package var attempt: Int
    /// How many attempts there are at most.
    package var attempts: Int
}
