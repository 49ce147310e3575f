import Archiver
import Files
import Recordings
import Settings

extension EvidenceLogs.Setup {
    /// The configuration of the evidence logs of a root.
    init(_ loaded: LoadedSettings, of root: ArchiveRoot) {
        let settings = loaded.settings
        self.init(
            keyFile: settings.evidence.keyFile ?? root.logKeyPath,
            origin: settings.evidence.origin,
            checkpointSeconds: settings.evidence.checkpointSeconds,
            configurations: Dictionary(
                uniqueKeysWithValues: settings.organizations.map { ($0.name, loaded.configuration(of: $0.name)) }
            )
        )
    }
}

extension LoadedSettings {
    /// The present configuration of one organization, one line per key. Secrets are masked.
    fileprivate func configuration(of organization: OrganizationName) -> String {
        let own = "organizations.\(organization)."
        let lines = values.filter { !$0.key.hasPrefix("organizations.") || $0.key.hasPrefix(own) }
            .map { "\($0.key): \($0.value ?? "")\n" }
        return lines.sorted().joined()
    }
}
