import Foundation
import Recordings

/// What Callark is told to do: the configuration file with the environment laid over it, read, checked and complete.
package struct Settings: Sendable {
    package var archive: ArchiveSettings
    /// At least one; no two have the same name.
    package var organizations: [OrganizationSettings]
    package var captures: CaptureSettings
    package var downloads: DownloadSettings
    package var alarms: AlarmSettings

    package init(
        archive: ArchiveSettings,
        organizations: [OrganizationSettings],
        captures: CaptureSettings,
        downloads: DownloadSettings,
        alarms: AlarmSettings
    ) {
        self.archive = archive
        self.organizations = organizations
        self.captures = captures
        self.downloads = downloads
        self.alarms = alarms
    }
}

extension Settings {
    /// How long the provider keeps the recordings of `organization`.
    package func retention(of organization: OrganizationName) -> Duration {
        organizations.first { $0.name == organization }?.providerRetention ?? captures.providerRetention
    }
}

/// Where recordings are kept, and which day they belong to.
package struct ArchiveSettings: Sendable, Hashable {
    /// The folder that holds the manifest, the spool and the daily archives: an absolute path.
    package var root: String
    /// The zone whose calendar decides which day a call belongs to.
    package var timeZone: TimeZone
    /// Downloads pause while the root's file system has fewer bytes than this to give.
    package var minimumFreeBytes: Int64

    package init(root: String, timeZone: TimeZone, minimumFreeBytes: Int64) {
        self.root = root
        self.timeZone = timeZone
        self.minimumFreeBytes = minimumFreeBytes
    }
}

/// What is asked of the provider about captures, and for how long.
package struct CaptureSettings: Sendable, Hashable {
    /// Whether a call's segments are asked for beside the whole.
    package var includeSegments: Bool
    /// Whether recordings of virtual agents are asked for.
    package var includeVirtualAgent: Bool
    /// How long signed URLs shall last: whole minutes, one to sixty (wxcc-api 6).
    package var urlExpiration: Duration
    /// How long a recording that should exist is asked for before it becomes a gap.
    package var horizon: Duration
    /// How far before the end of the last complete pass the next one begins.
    package var lookBack: Duration
    /// How long the provider keeps recordings, where an organization has no time of its own.
    package var providerRetention: Duration
    /// Where the facts come from that people look calls up by.
    package var callMetadata: CallMetadata

    /// Whom to ask about a call.
    package enum CallMetadata: String, CaseIterable, Sendable {
        /// The provider's Search, where the token may use it, and the listing of tasks for what it does not say.
        case search
        /// The listing of tasks only.
        case task
    }

    package init(
        includeSegments: Bool,
        includeVirtualAgent: Bool,
        urlExpiration: Duration,
        horizon: Duration,
        lookBack: Duration,
        providerRetention: Duration,
        callMetadata: CallMetadata
    ) {
        self.includeSegments = includeSegments
        self.includeVirtualAgent = includeVirtualAgent
        self.urlExpiration = urlExpiration
        self.horizon = horizon
        self.lookBack = lookBack
        self.providerRetention = providerRetention
        self.callMetadata = callMetadata
    }
}

/// How recordings are fetched from the provider's media host.
package struct DownloadSettings: Sendable, Hashable {
    /// How many downloads run at once.
    package var concurrency: Int
    /// How often one pass begins the download of one recording before it gives up for now.
    package var attempts: Int
    /// A download that brings no byte for this long is broken off and tried again.
    package var stallTimeout: Duration
    /// The same for one that brings fewer bytes a second than this, over that time.
    package var leastBytesPerSecond: Int
    /// Hosts that recordings may be fetched from, `*.example.com` for all below it; empty for any.
    package var allowedHosts: [String]
    /// How many bytes of recordings on their way are held in memory, all downloads together.
    package var memoryBytes: Int
    /// PEM certificates that are trusted beside those of the system: an absolute path.
    package var additionalCertificatesFile: String?

    package init(
        concurrency: Int,
        attempts: Int,
        stallTimeout: Duration,
        leastBytesPerSecond: Int,
        allowedHosts: [String],
        memoryBytes: Int,
        additionalCertificatesFile: String?
    ) {
        self.concurrency = concurrency
        self.attempts = attempts
        self.stallTimeout = stallTimeout
        self.leastBytesPerSecond = leastBytesPerSecond
        self.allowedHosts = allowedHosts
        self.memoryBytes = memoryBytes
        self.additionalCertificatesFile = additionalCertificatesFile
    }
}
