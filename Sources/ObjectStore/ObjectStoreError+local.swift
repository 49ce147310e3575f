import Files

extension ObjectStoreError {
    /// A failure with a file of this machine.
    init(_ error: ArchiveError) {
        self.init(error.code == .cancelled ? .cancelled : .local, error.message)
    }
}
