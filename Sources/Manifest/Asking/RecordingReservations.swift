/// Which recordings someone is working on. It is called within the transaction that reads whether a recording is
/// wanted, so that nothing can be stored or given up in between.
package protocol RecordingReservations: Sendable {
    /// Reserves the recording for the caller. Must not block.
    /// - Returns: whether no one had reserved it.
    func reserve(_ row: RecordingRowID) -> Bool
    /// Releases the recording. Must not block.
    func release(_ row: RecordingRowID)
}
