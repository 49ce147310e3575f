import Foundation
import Manifest
import Recordings
import Transfer
import WebexContactCenter

/// The configuration of a pass.
package struct PassSettings: Sendable {
    package var timeZone: TimeZone
    package var captureOptions: CaptureOptions
    package var askSchedule: AskSchedule
    /// How far before the end of the last pass the next one begins.
    package var lookBack: Duration
    package var downloads: Downloads
    /// With less free space, no further download begins.
    package var minimumFreeBytes: Int64
    /// How long the provider keeps an organization's recordings, if not for the usual time.
    package var retention: [OrganizationName: Duration]
    /// Whether the provider's Search is asked about the calls of a window.
    package var searchesCalls: Bool
    /// How transient failures of the provider's API are retried.
    package var apiRetry: RetryPolicy
    /// What is done with the vault; has no effect without one.
    package var vault: VaultRules

    /// How recordings are fetched.
    package struct Downloads: Sendable {
        package var concurrency: Int
        package var retry: RetryPolicy
        package var stallTimeout: Duration
        package var hosts: HostPolicy
        /// The memory that all recordings in transit may hold together.
        package var memoryBytes: Int
        /// A download that averages fewer bytes a second than this over the stall timeout is aborted.
        package var leastBytesPerSecond: Int
        /// How long a media host may fail transiently and deliver nothing before a pass stops asking it.
        package var hostPatience: Duration
        /// Whether content of unknown format is kept, with a suspicion, because the configuration says so.
        package var acceptsUnknown: Bool

        package init(
            concurrency: Int,
            retry: RetryPolicy,
            stallTimeout: Duration,
            hosts: HostPolicy,
            memoryBytes: Int,
            leastBytesPerSecond: Int = 1024,
            hostPatience: Duration = .minutes(15),
            acceptsUnknown: Bool = false
        ) {
            self.concurrency = concurrency
            self.retry = retry
            self.stallTimeout = stallTimeout
            self.hosts = hosts
            self.memoryBytes = memoryBytes
            self.leastBytesPerSecond = leastBytesPerSecond
            self.hostPatience = hostPatience
            self.acceptsUnknown = acceptsUnknown
        }
    }

    package init(
        timeZone: TimeZone,
        captureOptions: CaptureOptions,
        askSchedule: AskSchedule,
        lookBack: Duration,
        downloads: Downloads,
        minimumFreeBytes: Int64,
        retention: [OrganizationName: Duration] = [:],
        searchesCalls: Bool = false,
        apiRetry: RetryPolicy = RetryPolicy(attempts: 6),
        vault: VaultRules = VaultRules()
    ) {
        self.timeZone = timeZone
        self.captureOptions = captureOptions
        self.askSchedule = askSchedule
        self.lookBack = lookBack
        self.downloads = downloads
        self.minimumFreeBytes = minimumFreeBytes
        self.retention = retention
        self.searchesCalls = searchesCalls
        self.apiRetry = apiRetry
        self.vault = vault
    }

    var windowRules: PassWindow.Rules {
        PassWindow.Rules(timeZone: timeZone, lookBack: lookBack, firstReach: askSchedule.horizon)
    }

    func day(of instant: Timestamp) -> ArchiveDay { ArchiveDay(instant, in: timeZone) }
}
