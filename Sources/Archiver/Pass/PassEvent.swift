import DailyArchive
import Files
import Recordings
import WebexContactCenter

/// What a pass reports to its observer, as it happens.
package enum PassEvent: Sendable {
    /// Another pass is running, and this one waits for it to end or to step aside.
    case waiting(PassWait)
    /// A backfill begins a day; `number` counts from the oldest day.
    case backfilling(OrganizationName, ArchiveDay, number: Int, of: Int)
    /// The listing of an organization's window begins.
    case began(OrganizationName, PassWindow)
    /// A page of tasks is in the manifest.
    case listed(OrganizationName, tasks: Int, new: Int)
    /// Something unusual about the listing that a person should know.
    case listingAnomaly(OrganizationName, String)
    /// The listing was compared with another source of the provider's.
    case activitiesCompared(OrganizationName, ActivityFinding)
    /// How many tasks this pass asks about in total, including those already asked about, as far as is known.
    case due(OrganizationName, tasks: Int)
    /// Tasks were asked about, and the answers are in the manifest.
    case asked(OrganizationName, tasks: Int)
    /// Recordings to download.
    case found(OrganizationName, recordings: Int)
    /// Another step of the work on an organization begins.
    case step(OrganizationName, PassStep)
    /// A request to the provider was not answered and waits for its retry.
    case providerPaused(OrganizationName, ProviderPause)
    /// A download failed, and the recording waits at least `delay` for the next attempt.
    case retrying(RecordingKey, attempt: Int, of: Int, reason: String, delay: Duration)
    /// Bytes of recordings that arrived.
    case received(bytes: Int)
    /// A recording is durable in the spool.
    case stored(RecordingEntry)
    /// A recording was given up for now.
    case failed(OrganizationName, RecordingKey, reason: String, attempts: Int)
    /// The provider refused a question about one task.
    case refused(OrganizationName, TaskID, reason: String)
    /// A day's archive is sealed.
    case sealed(SealedArchiveSummary)
    /// The vault has an archive, and its lock is confirmed.
    case placed(ArchiveName, bytes: Int64)
    /// An archive was removed from the disk, because the vault has it.
    case evicted(ArchiveName)
    /// The number of downloads from a host at once was lowered or raised.
    case paced(host: String, downloads: Int, of: Int, reason: String)
    /// A media host delivers nothing for any recording: what it does, and what to do about it.
    case mediaTrouble(host: String, reason: String)
    /// No further download begins, because the disk is nearly full.
    case pausedForSpace(DiskShortage, minimumFreeBytes: Int64)
    /// Start-up found and repaired what a process left behind when it died.
    case recovered(ArchiveName, String)
    /// The evidence log of an organization was begun.
    case logBegun(EvidenceLogs.Begun)
    /// Archives that the evidence log did not know are now in it.
    case adopted(OrganizationName, archives: Int, recordings: Int)
}

/// Takes events from many tasks at once; must return quickly.
package typealias PassObserver = @Sendable (PassEvent) -> Void
