import DailyArchive
import Files
import Recordings
import WebexContactCenter

/// What a pass tells whoever watches it, as it happens.
package enum PassEvent: Sendable {
    /// Another pass is at work, and this one waits for it to end, or to step aside.
    case waiting(PassObstruction)
    /// A backfill begins a day: which one of how many, the oldest being the first.
    case backfilling(OrganizationName, ArchiveDay, number: Int, of: Int)
    /// The listing of an organization's window begins.
    case began(OrganizationName, PassWindow)
    /// A page of tasks is in the manifest.
    case listed(OrganizationName, tasks: Int, new: Int)
    /// Something about the listing that a person should know.
    case listingAnomaly(OrganizationName, String)
    /// The listing was held against another source of the provider's.
    case crossChecked(OrganizationName, SecondSourceFinding)
    /// How many tasks this pass asks about in all, those already asked included, as far as is known.
    case due(OrganizationName, tasks: Int)
    /// So many tasks were asked about, and the answers are in the manifest.
    case asked(OrganizationName, tasks: Int)
    /// Recordings that are to be downloaded.
    case found(OrganizationName, recordings: Int)
    /// Another part of the work on an organization begins.
    case step(OrganizationName, PassStep)
    /// A call of the provider's was not answered and waits for its next try.
    case providerPaused(OrganizationName, ProviderPause)
    /// A download failed, and the recording waits for the next attempt, as long as this at least.
    case retrying(RecordingKey, attempt: Int, of: Int, reason: String, delay: Duration)
    /// Bytes of recordings that arrived.
    case received(bytes: Int)
    /// A recording is durable in the spool.
    case stored(RecordingEntry)
    /// A recording is given up for now.
    case failed(OrganizationName, RecordingKey, reason: String, attempts: Int)
    /// The provider refused a question about one task.
    case refused(OrganizationName, TaskID, reason: String)
    /// A day's archive is sealed.
    case sealed(SealedDay)
    /// The number of downloads from a host at once was lowered or raised.
    case paced(host: String, downloads: Int, of: Int, reason: String)
    /// A media host has nothing for any recording: what it does, and what to do about it.
    case mediaTrouble(host: String, reason: String)
    /// No further download begins, because the disk is nearly full.
    case pausedForSpace(DiskShortage, minimumFreeBytes: Int64)
    /// Start-up found and mended what a process left behind when it died.
    case recovered(ArchiveName, String)
    /// The evidence log of an organization was begun.
    case logBegun(EvidenceLogs.Begun)
    /// Archives that the evidence log did not know are in it now.
    case adopted(OrganizationName, archives: Int, recordings: Int)
}

/// Takes events from many tasks at once; returns soon.
package typealias PassObserver = @Sendable (PassEvent) -> Void
