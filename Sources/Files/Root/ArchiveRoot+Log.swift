extension ArchiveRoot {
    /// Where the evidence logs are, one for each organization.
    package var logsPath: String { "\(path)/log" }

    /// Where the key of the evidence logs is, if the configuration does not say otherwise: not in a log's own folder.
    package var logKeyPath: String { "\(credentialsFolder)/log.key" }
}
