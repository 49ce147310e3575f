import Manifest
import Recordings
import WebexContactCenter

/// The first step of a pass: lists an organization's tasks, and records each page in the manifest before it requests
/// the next.
struct Discovery: Sendable {
    let organization: Organization
    let context: PassContext

    /// Lists everything that was created in `window`; with Search, if it is older than the task list reaches.
    /// - Parameters:
    ///   - findings: receives what was listed, and each doubt about the listing as it arises.
    ///   - pageNoted: called after each page is durable, so that resolving can begin while the listing continues.
    /// - Throws: errors of the provider's client or of the manifest; pages recorded before that stay.
    /// - Returns: the span that was listed: less than the window if the provider's clock is behind ours.
    func run(
        _ window: PassWindow,
        into findings: inout PassFindings,
        pageNoted: @Sendable () -> Void
    ) async throws -> Range<Timestamp> {
        var covered = window.range.lowerBound
        var report = ListingReport(organization: organization, context: context, window: window)
        for part in ListingPart.parts(of: window.range, now: context.now()) {
            // If a part was not listed to its end, what follows it is not listed either.
            guard covered >= part.range.lowerBound else { break }
            for try await page in part.pages(of: organization.contactCenter, now: context.now()) {
                try await note(page, from: part.source)
                covered = page.coveredUntil
                for anomaly in page.anomalies {
                    try await report.take(anomaly)
                    findings.listingDoubts = report.doubts
                }
                pageNoted()
                if context.stop.isMade { throw context.stop.error("while listing tasks") }
            }
        }
        report.reportOmitted()
        try await settleDoubts(window, until: covered, stillDoubted: report.days)
        try await advanceWatermark(over: window, until: covered, unreadable: report.unlisted)
        let listed = window.range.lowerBound..<max(window.range.lowerBound, min(window.range.upperBound, covered))
        findings.listed = listed
        return listed
    }

    /// Records a page. Search and the task list use the same words differently (wxcc-api 16). What the task list said
    /// about a task therefore stays, unless Search says that there is a recording.
    private func note(_ page: TaskPage, from source: ListingSource) async throws {
        var tasks = page.tasks + page.strays
        let now = context.now()
        if source == .search {
            let unknown = try await context.manifest.unknownTasks(
                of: Set(tasks.map(\.id)),
                organization: organization.name
            )
            let sighted = tasks.filter { $0.captureRequest == .requested && !unknown.contains($0.id) }
            try await context.manifest.noteSighted(
                sighted.map(\.id),
                by: DayComparison.Source.search.rawValue,
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

    /// Records which whole days of `listed` were listed without a doubt, so that they need not be listed again.
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

    /// Clears the doubts about days that were listed completely this time, and without a new doubt. A day that is not
    /// over counts as complete if it was listed up to now; the next pass lists the rest.
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

    /// Moves the watermark. The listing is complete up to the window's end if it was complete up to the window's
    /// beginning. A window that ends in what is complete also extends it back to the window's beginning.
    ///
    /// A row without an ID may have one at the next request, and a time that was given up may be listed then. So the
    /// watermark waits before it, but only until the horizon, as for a recording that does not come. Otherwise a row
    /// that stays as it is would make each pass list more than the one before, and in the end more than the provider
    /// returns. A millisecond with more tasks than a page holds looks the same at every request, so waiting there would
    /// not help.
    /// - Parameters:
    ///   - covered: how far the listing got: not to the window's end if the provider's clock is behind ours.
    ///   - unreadable: the first time with rows without an ID, or that was given up.
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
