import Foundation
import Manifest
import Recordings
import Transfer
import WebexContactCenter

/// What the configuration says of a pass.
package struct PassRules: Sendable {
    package var timeZone: TimeZone
    package var captureOptions: CaptureOptions
    package var askSchedule: AskSchedule
    /// How far before the last pass's end the next one begins.
    package var lookBack: Duration
    package var downloads: Downloads
    /// Below this, no further download begins.
    package var minimumFreeBytes: Int64
    /// How long the provider keeps an organization's recordings, where it is not the usual time.
    package var retention: [OrganizationName: Duration]
    /// Whether the provider's Search is asked about the calls of a window.
    package var searchesCalls: Bool
    /// How often a passing failure of the provider's API is tried again.
    package var apiRetry: RetryPolicy

    /// How recordings are fetched.
    package struct Downloads: Sendable {
        package var concurrency: Int
        package var retry: RetryPolicy
        package var stallTimeout: Duration
        package var hosts: HostPolicy
        /// What recordings on their way may hold of the memory, all together.
        package var memoryBytes: Int
        /// A download that brings fewer bytes a second than this, over the stall timeout, is broken off.
        package var leastBytesPerSecond: Int
        /// How long a media host may fail in passing, with nothing coming from it, before a pass leaves it alone.
        package var hostPatience: Duration
        /// Whether what is in no format that is known is kept, with a suspicion, because somebody said so.
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
        apiRetry: RetryPolicy = RetryPolicy(attempts: 6)
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
    }

    var windowRules: PassWindow.Rules {
        PassWindow.Rules(timeZone: timeZone, lookBack: lookBack, firstReach: askSchedule.horizon)
    }

    func day(of instant: Timestamp) -> ArchiveDay { ArchiveDay(instant, in: timeZone) }
}
