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
        var covered = window.range.lowerBound
        var report = ListingReport(organization: organization, context: context, window: window)
        for part in ListingPart.parts(of: window.range, now: context.now()) {
            // What lies after a part that was not listed to its end is not listed either.
            guard covered >= part.range.lowerBound else { break }
            for try await page in part.pages(of: organization.contactCenter, now: context.now()) {
                try await note(page, from: part.source)
                covered = page.coveredUntil
                for anomaly in page.anomalies { try await report.take(anomaly) }
                pageNoted()
                if context.stop.isMade { throw context.stop.error("while listing tasks") }
            }
        }
        report.tellRest()
        try await settleDoubts(window, until: covered, stillDoubted: report.days)
        try await advanceWatermark(over: window, until: covered, unreadable: report.unlisted)
        return window.range.lowerBound..<max(window.range.lowerBound, min(window.range.upperBound, covered))
    }

    /// Search and the listing do not mean the same by their words (wxcc-api 16): what the listing said of a task stays,
    /// unless Search says that there is a recording.
    private func note(_ page: TaskPage, from source: ListingSource) async throws {
        var tasks = page.tasks + page.strays
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

    /// Days that were in doubt and have been listed whole without one are so no more. Of a day that is not over, that is
    /// as far as there is anything to list: what comes after is listed by the next pass.
    private func settleDoubts(
        _ window: PassWindow,
        until covered: Timestamp,
        stillDoubted: Set<ArchiveDay>
    ) async throws {
        let doubted = try await context.manifest.closingOutlook(organization.name).doubted.subtracting(stillDoubted)
        let settled = doubted.filter { day in
            let interval = day.interval(in: context.rules.timeZone)
            let isListed = window.endsNow ? interval.lowerBound < covered : interval.upperBound <= covered
            return window.range.lowerBound <= interval.lowerBound && isListed
        }
        try await context.manifest.clearListingDoubts(organization.name, days: settled.sorted())
    }

    /// The listing is complete up to the window's end if it was complete up to the window's beginning; and a window that
    /// ends in what is complete makes it complete from its own beginning.
    ///
    /// A row without an ID may have one when it is asked for again, and a time that was given up may be listed then. So the
    /// watermark waits before it, but for no longer
    /// than the horizon, as for a recording that does not come: a row that stays as it is would else have every pass list
    /// more than the one before, in the end more than the provider gives. A millisecond with more tasks than a page has
    /// looks the same however often it is asked for, so that waiting there would mend nothing.
    /// - Parameters:
    ///   - covered: how far the listing got: not to the window's end where the provider's clock is behind ours.
    ///   - unreadable: from when on there are rows without an ID, or times that were given up.
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
