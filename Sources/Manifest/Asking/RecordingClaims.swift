/// Who is at work on which recordings. It is asked within the transaction that reads whether a recording is wanted, so
/// that nothing can be stored or given up between the one and the other.
package protocol RecordingClaims: Sendable {
    /// - Returns: whether the recording was nobody's before; then it is the claimer's. Returns soon.
    func claim(_ row: RecordingRowID) -> Bool
    /// Gives the recording back. Returns soon.
    func release(_ row: RecordingRowID)
}
