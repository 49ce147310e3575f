/// How long a store may take.
package struct StorePatience: Hashable, Sendable {
    /// For a whole request that moves few bytes.
    package var request: Duration
    /// Without a byte, while bytes should move.
    package var stall: Duration
    /// Until the answer begins, once the store has everything. Putting the parts of a large object together takes minutes.
    package var answer: Duration

    package init(
        request: Duration = .seconds(60),
        stall: Duration = .seconds(60),
        answer: Duration = .seconds(600)
    ) {
        self.request = request
        self.stall = stall
        self.answer = answer
    }
}
