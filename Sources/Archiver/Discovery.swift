import Manifest
import Recordings
import WebexContactCenter

/// The first step of a pass: lists an organization's tasks and notes each page in the manifest before the next is
/// asked for.
struct Discovery: Sendable {
    let organization: Organization
    let context: PassContext

    /// Lists everything created in `window`: what is older than the listing of tasks reaches by Search.
    /// - Parameter pageNoted: called after each page is durable, so that resolving can begin while listing goes on.
    /// - Throws: what the provider's client or the manifest throws; what was noted by then stays.
    /// - Returns: what has been listed: less than the window where the provider's clock is behind ours.
    @discardableResult
    func run(_ window: PassWindow, pageNoted: @Sendable () -> Void) async throws -> Range<Timestamp> {
        var unreadable: Timestamp?
        var doubted: Set<ArchiveDay> = []
        var covered = window.range.lowerBound
        for part in ListingPart.parts(of: window.range, now: context.now()) {
            for try await page in part.pages(of: organization.contactCenter) {
                try await note(page, from: part.source)
                covered = page.coveredUntil
                for anomaly in page.anomalies {
                    let days = daysInDoubt(anomaly, window)
                    try await tell(of: anomaly, doubting: days)
                    doubted.formUnion(days)
                    if anomaly.code == .unreadableTask { unreadable = min(anomaly.at, unreadable ?? anomaly.at) }
                }
                pageNoted()
                if context.stop.isMade { throw ArchiverError(.stopped, "stopped while listing tasks") }
            }
        }
        try await settleDoubts(window, until: covered, stillDoubted: doubted)
        try await advanceWatermark(over: window, until: covered, unreadable: unreadable)
        return window.range.lowerBound..<max(window.range.lowerBound, min(window.range.upperBound, covered))
    }

    /// Search and the listing do not mean the same by their words (wxcc-api 16): what the listing said of a task stays,
    /// unless Search says that there is a recording.
    private func note(_ page: TaskPage, from source: ListingSource) async throws {
        var tasks = page.tasks
        let now = context.now()
        if source == .search {
            let unknown = try await context.manifest.unknownTasks(
                of: Set(tasks.map(\.id)),
                organization: organization.name
            )
            let claimed = tasks.filter { $0.captureRequest == .requested && !unknown.contains($0.id) }
            try await context.manifest.noteClaimed(
                claimed.map(\.id),
                by: DayWitness.Source.search.rawValue,
                organization: organization.name,
                now: now
            )
            tasks = tasks.filter { unknown.contains($0.id) }
        }
        let note = try await context.manifest.noteListed(
            tasks,
            organization: organization.name,
            day: context.rules.day(of:),
            now: now
        )
        context.observer(.listed(organization.name, tasks: page.tasks.count, new: note.new))
    }

    /// Keeps which whole days of `listed` have been listed without a doubt, so that they need not be again.
    func noteDays(_ listed: Range<Timestamp>) async throws {
        guard !listed.isEmpty else { return }
        let doubted = try await context.manifest.closingOutlook(organization.name).doubted
        let zone = context.rules.timeZone
        let last = context.rules.day(of: listed.upperBound - .milliseconds(1))
        let whole = context.rules.day(of: listed.lowerBound).through(last).filter { day in
            let interval = day.interval(in: zone)
            return listed.lowerBound <= interval.lowerBound && interval.upperBound <= listed.upperBound
                && !doubted.contains(day)
        }
        let boundary = context.now() - ListingPart.listingReach
        for source in ListingSource.allCases {
            let days = whole.filter { ($0.interval(in: zone).lowerBound < boundary) == (source == .search) }
            try await context.manifest.noteListedDays(
                organization.name,
                days: days,
                source: source,
                now: context.now()
            )
        }
    }

    /// Tells of what is not as it should be, and keeps it. A pass that may have missed a task is not complete.
    private func tell(of anomaly: ListingAnomaly, doubting days: [ArchiveDay]) async throws {
        context.observer(.listingAnomaly(organization.name, anomaly.description))
        let event = Event(
            time: context.now(),
            kind: .listingAnomaly,
            organization: organization.name,
            detail: ["at": anomaly.at.description, "code": anomaly.code.rawValue, "reason": anomaly.message]
        )
        try await context.manifest.appendEvent(event)
        guard anomaly.mayHideTask else { return }
        context.listingDoubts.add(organization.name)
        try await context.manifest.noteListingDoubts(organization.name, days: days, now: context.now())
    }

    /// The days of which a task may be missing. A row without an ID stands anywhere after its neighbour.
    private func daysInDoubt(_ anomaly: ListingAnomaly, _ window: PassWindow) -> [ArchiveDay] {
        guard anomaly.mayHideTask else { return [] }
        let day = context.rules.day(of: anomaly.at)
        let end = window.range.upperBound - .milliseconds(1)
        return day.through(anomaly.code == .unreadableTask ? max(day, context.rules.day(of: end)) : day)
    }

    /// Days that were in doubt and have been listed whole without one are so no more.
    private func settleDoubts(
        _ window: PassWindow,
        until covered: Timestamp,
        stillDoubted: Set<ArchiveDay>
    ) async throws {
        let doubted = try await context.manifest.closingOutlook(organization.name).doubted.subtracting(stillDoubted)
        let settled = doubted.filter { day in
            let interval = day.interval(in: context.rules.timeZone)
            return window.range.lowerBound <= interval.lowerBound && interval.upperBound <= covered
        }
        try await context.manifest.clearListingDoubts(organization.name, days: settled.sorted())
    }

    /// The listing is complete up to the window's end if it was complete up to the window's beginning; and a window that
    /// ends in what is complete makes it complete from its own beginning.
    ///
    /// A row without an ID may have one when it is asked for again. So the watermark waits before it, but for no longer
    /// than the horizon, as for a recording that does not come: a row that stays as it is would else have every pass list
    /// more than the one before, in the end more than the provider gives. A millisecond with more tasks than a page has
    /// looks the same however often it is asked for, so that waiting there would mend nothing.
    /// - Parameters:
    ///   - covered: how far the listing got: not to the window's end where the provider's clock is behind ours.
    ///   - unreadable: from when on there are rows without an ID.
    private func advanceWatermark(
        over window: PassWindow,
        until covered: Timestamp,
        unreadable: Timestamp?
    ) async throws {
        guard covered > context.now() - ListingPart.listingReach else { return }
        let horizon = context.now() - context.rules.askSchedule.horizon
        let listed = min(window.range.upperBound, covered)
        let end = min(listed, unreadable.map { max($0, horizon) } ?? listed)
        let listedThrough = try await context.manifest.watermark(organization.name)
        let isContinuous = listedThrough.map { window.range.lowerBound <= $0 } ?? !window.isExplicit
        let listedFrom = try await context.manifest.closingOutlook(organization.name).listed?.lowerBound
        let reachesBack = listedFrom.map { window.range.lowerBound < $0 && $0 <= end } ?? false
        guard reachesBack || (isContinuous && end > listedThrough ?? window.range.lowerBound) else { return }
        try await context.manifest.setWatermark(
            organization.name,
            listedFrom: listedFrom.map { min($0, window.range.lowerBound) } ?? window.range.lowerBound,
            listedThrough: max(end, listedThrough ?? end)
        )
    }
}

extension ListingAnomaly {
    /// Whether there may be a task that the listing did not bring. One in the wrong place is known all the same, and one
    /// out of order or out of the window is brought by the question for its own time.
    fileprivate var mayHideTask: Bool {
        switch code {
        case .crowdedMillisecond, .unreadableTask, .clocksApart: true
        case .missingCreatedTime, .outsideWindow, .unordered: false
        }
    }
}
