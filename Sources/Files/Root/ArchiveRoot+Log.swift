extension ArchiveRoot {
    /// Where the evidence logs are, one for each organization.
    package var logsPath: String { "\(path)/log" }

    /// The key of the evidence logs, which is not in a log's own folder.
    package var logKeyPath: String { "\(credentialsFolder)/log.key" }
}
