import DailyArchive
import Files
import Logging
import Manifest
import Recordings
import Synchronization
import Transfer
import WebexContactCenter

/// What the steps of a pass share.
struct PassContext: Sendable {
    let root: ArchiveRoot
    let manifest: Manifest
    let evidence: EvidenceLogs
    let writer: ArchiveWriter
    let engine: TransferEngine
    let budget: MemoryBudget
    let rules: PassSettings
    let disk: DiskGuard
    let gate: DownloadGate
    let troubles: HostTroubles
    /// The clock for everything that waits.
    let stopwatch: Stopwatch
    let underWay: RecordingsUnderWay
    let agreement = SpoolAgreement()
    let stop: StopRequest
    let observer: PassObserver
    /// The actor on whose behalf the work is done.
    let actor: Actor
    let now: @Sendable () -> Timestamp
    let logger: Logger
    /// Where sealed archives are also kept; `nil` for the disk only.
    let vault: (any ArchiveVault)?
    /// Whether others in this process wait for the archive.
    let isWanted: @Sendable () -> Bool

    /// The context of a pass over the archive that `setup` describes.
    /// - Parameter clock: the clock for everything that waits, such as a download before its next attempt.
    init(
        _ setup: CallArchive.Setup,
        _ manifest: Manifest,
        _ engine: TransferEngine,
        stop: StopRequest,
        observer: @escaping PassObserver,
        now: @escaping @Sendable () -> Timestamp,
        clock: some Clock<Duration>
    ) {
        root = setup.root
        self.manifest = manifest
        evidence = setup.manifest.logs
        writer = ArchiveWriter(root: setup.root, logger: setup.logger, randomness: setup.randomness)
        self.engine = engine
        budget = MemoryBudget(bytes: setup.rules.downloads.memoryBytes)
        rules = setup.rules
        let disk = DiskGuard(
            root: setup.root,
            minimumFreeBytes: setup.rules.minimumFreeBytes,
            space: setup.root.diskSpace,
            observer: observer
        )
        self.disk = disk
        let stopwatch = Stopwatch(clock)
        self.stopwatch = stopwatch
        gate = DownloadGate(
            ceiling: setup.rules.downloads.concurrency,
            longestHold: setup.rules.downloads.retry.longestRetryAfter,
            stopwatch: stopwatch,
            observer: observer,
            logger: setup.logger
        )
        troubles = HostTroubles(
            patience: setup.rules.downloads.hostPatience,
            stopwatch: stopwatch,
            observer: observer
        )
        underWay = RecordingsUnderWay(onRelease: disk.release)
        self.stop = stop
        self.observer = observer
        actor = setup.actor
        self.now = now
        logger = setup.logger
        vault = setup.vault
        isWanted = { [queue = setup.queue] in queue.waitingCount > 0 }
    }

    /// The standpoint from which the manifest judges an organization at this moment.
    /// - Parameter days: the days whose archives are looked up on the disk; `nil` for all.
    func standpoint(
        of organization: OrganizationName,
        days: ClosedRange<ArchiveDay>? = nil
    ) async throws -> Standpoint {
        let now = now()
        return Standpoint(
            now: now,
            today: rules.day(of: now),
            horizon: rules.askSchedule.horizon,
            retention: rules.retention[organization] ?? GapRule.usualRetention,
            altered: try await ArchiveSurvey(root: root, manifest: manifest)
                .altered(organization: organization, days: days)
        )
    }

    /// For recordings of any organization: unlike gaps, they do not depend on when they are looked at.
    var ignoringDeadlines: Standpoint {
        let now = now()
        return Standpoint(now: now, today: rules.day(of: now), horizon: .zero)
    }

    /// Whether anything new may begin.
    var acceptsWork: Bool { !stop.isMade && !disk.isLow }

    /// The archive that takes recordings of `day`: the open one, or a new one numbered after all those on the disk. An
    /// archive that a rebuild could not read is not in the manifest, but its name is taken.
    func openArchive(for organization: OrganizationName, day: ArchiveDay) async throws -> ArchiveName {
        if let open = try await manifest.openArchive(of: organization, day: day) { return open }
        let taken = try root.archives.lastSequence(of: organization, on: day)
        return try await manifest.openArchive(for: organization, day: day, after: taken, now: now())
    }
}
