import Archiver
import Files
import Foundation
import Logging
import Manifest
import Recordings
import Settings
import Transfer
import WebexContactCenter

/// One configured archive: its settings, turned into what the modules below need. A command makes one, and so does a service.
///
/// It prints nothing, and knows no options and no exit codes.
package struct Installation: Sendable {
    package let loaded: LoadedSettings
    package let root: ArchiveRoot
    package let logger: Logger
    /// What people call the work that this process does, for those who ask what is running: `archive`.
    package let command: String
    /// Of Callark, as the provider and the media hosts are told it.
    package let version: String
    /// Whether recordings in no known format are kept too, because a person has said so.
    package var acceptsUnknown = false
    private let findActor: @Sendable () -> Actor

    /// Reads and makes nothing yet.
    /// - Parameter actor: on whose account the work is done. Evaluated when it is needed: looking up an account takes longer
    ///   than some commands.
    package init(
        _ loaded: LoadedSettings,
        actor: @autoclosure @escaping @Sendable () -> Actor,
        logger: Logger,
        command: String,
        version: String
    ) {
        self.loaded = loaded
        root = ArchiveRoot(path: loaded.settings.archive.root)
        findActor = actor
        self.logger = logger
        self.command = command
        self.version = version
    }

    package var settings: Settings { loaded.settings }
    /// In which people are told times, and by which calls belong to days.
    package var timeZone: TimeZone { settings.archive.timeZone }
    /// On whose account the work is done.
    package var actor: Actor { findActor() }
    package var now: Timestamp { Timestamp(Date()) }

    /// A warning if the root is on a network file system; `nil` if it is not, or if nobody can tell.
    package var rootWarning: String? {
        guard let name = try? root.networkFileSystem() else { return nil }
        return "\(root.path) is on a network file system (\(name)), on which SQLite's write-ahead log is not reliable; "
            + "choose an archive.root on a local disk"
    }

    /// The settings of one organization; `nil` if the configuration does not have it.
    package func organization(_ name: OrganizationName) -> OrganizationSettings? {
        settings.organizations.first { $0.name == name }
    }

    /// Requires the root if an organization's tokens are kept below it; one bearer token is kept nowhere.
    /// - Throws: `ArchiveError` if the organization's tokens are renewed, and there is no root.
    package func requireRoot(forTokensOf organization: OrganizationSettings) throws(ArchiveError) {
        if case .refreshing = organization.credentials { try root.identity() }
    }
}
