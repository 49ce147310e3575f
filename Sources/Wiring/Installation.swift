import Archiver
import Files
import Foundation
import Logging
import Manifest
import Recordings
import Settings
import Transfer
import WebexContactCenter

/// One configured archive: its settings, turned into what the modules below need. A command creates one, and so does a
/// service.
///
/// It prints nothing, and knows no options and no exit codes.
package struct Installation: Sendable {
    package let loaded: LoadedSettings
    /// Also reads what only the vault has.
    package let root: ArchiveRoot
    /// Where sealed archives are also kept; `nil` if none is configured.
    package let vault: (any ArchiveVault)?
    /// The process's evidence logs.
    package let evidence: EvidenceLogs
    /// The process's only open manifest.
    package let manifest: SharedManifest
    /// Decides which part of this process works on the archive next.
    package let queue: PassQueue
    package let logger: Logger
    /// The name of this process's work as people know it, for reports of what is running: `archive`.
    package private(set) var command: String
    /// The version of Callark, as servers see it, and as reports and exported cases name it.
    package let version: String
    /// The process's clients of the provider; all its requests go through them.
    package let contactCenters: ContactCenters
    /// Whether recordings of unknown format are kept too, because a person has said so.
    package var acceptsUnknown = false
    /// Whether the manifest and the connections stay open after work is done, because others in the process use them.
    private(set) var staysOpen = false
    private var findActor: @Sendable () -> Actor

    /// Reads and creates nothing yet.
    /// - Parameters:
    ///   - actor: the actor on whose behalf the work is done. Evaluated when needed: looking up an account takes
    ///     longer than some commands.
    ///   - version: the version of Callark.
    ///   - vault: where sealed archives are also kept; `nil` for what the settings say.
    package init(
        _ loaded: LoadedSettings,
        actor: @autoclosure @escaping @Sendable () -> Actor,
        logger: Logger,
        command: String,
        version: String,
        vault: (any ArchiveVault)? = nil
    ) {
        self.loaded = loaded
        var root = ArchiveRoot(path: loaded.settings.archive.root)
        let logs = EvidenceLogs(root: root, setup: EvidenceLogs.Setup(loaded, of: root), actor: actor())
        let shared = SharedManifest(of: root, logs: logs) {
            logger.notice("the manifest is being brought up to date: about half a minute for each million calls")
        }
        let kept = vault ?? Self.makeVault(loaded, of: root, version: version, logger: logger)
        if let kept { root.elsewhere = VaultedArchives(kept, known: shared) }
        evidence = logs
        manifest = shared
        self.vault = kept
        self.root = root
        queue = PassQueue(for: root)
        findActor = actor
        self.logger = logger
        self.command = command
        self.version = version
        let downloads = loaded.settings.downloads
        contactCenters = ContactCenters(
            engine: TransferEngine.Configuration(
                additionalCertificatesFile: downloads.additionalCertificatesFile,
                userAgent: "callark/\(version)",
                maximumConnectionsPerHost: downloads.concurrency
            ),
            logger: logger
        )
    }

    /// The same installation for work that a service does on behalf of somebody else.
    /// - Parameter command: the name of that work, for reports of what is running.
    package func lent(to actor: Actor, command: String) -> Installation {
        var lent = self
        (lent.findActor, lent.command, lent.staysOpen) = ({ actor }, command, true)
        return lent
    }

    package var settings: Settings { loaded.settings }
    /// The time zone in which times are shown, and by which calls belong to days.
    package var timeZone: TimeZone { settings.archive.timeZone }
    /// The actor on whose behalf the work is done.
    package var actor: Actor { findActor() }
    package var now: Timestamp { Timestamp(Date()) }

    /// A warning if the root is on a network file system; `nil` if it is not, or if that is unknown.
    package var rootWarning: String? {
        guard let name = try? root.networkFileSystem() else { return nil }
        return "\(root.path) is on a network file system (\(name)), on which SQLite's write-ahead log is not reliable; "
            + "choose an archive.root on a local disk"
    }

    /// The settings of one organization; `nil` if the configuration does not have it.
    package func organization(_ name: OrganizationName) -> OrganizationSettings? {
        settings.organizations.first { $0.name == name }
    }

    /// Requires the root if an organization's tokens are kept below it; a bearer token is not kept anywhere.
    /// - Throws: `ArchiveError` if the organization's tokens are renewed, and there is no root, or this account could not
    ///   leave new tokens there for the account of the root.
    package func requireRoot(forTokensOf organization: OrganizationSettings) throws(ArchiveError) {
        guard case .refreshing = organization.credentials else { return }
        try root.identity()
        try root.requireOwnAccount()
    }
}
