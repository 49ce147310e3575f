import Manifest
import Recordings
import WebexContactCenter

/// Compares a window with the provider's other sources: agents' activities (wxcc-api 7) over all of it; for its finished
/// days Search (wxcc-api 11), which also knows calls that no agent touched, and the counts of its queues (wxcc-api 8).
struct SourceComparison: Sendable {
    let organization: Organization
    let context: PassContext

    /// The latest calls settle late in all sources, so nothing is compared until it has been over for this long.
    static let settlingTime = Duration.minutes(10)
    /// At most this many missing tasks are added per window of activities, or per day of Search. If there are more, the
    /// listing as a whole is wrong.
    static let unlistedLimit = 10_000

    /// Compares the listing of each day that is due, and adds what it left out. Asks Search about calls about which it
    /// has said nothing yet.
    /// - Parameters:
    ///   - listed: the part of the window that was listed.
    ///   - findings: gets what the sources said.
    ///   - noted: called when there is something new to ask about.
    /// - Throws: what the manifest throws, and cancellation. If the provider does not allow it, or fails, that is a
    ///   finding, and the pass does not fail.
    func run(
        _ window: PassWindow,
        listed: Range<Timestamp>,
        into findings: inout PassFindings,
        noted: @Sendable () -> Void
    ) async throws {
        try await ActivityComparison(organization: organization, context: context)
            .run(window, into: &findings.sources, noted: noted)
        let due = try await days(of: window)
        let searching = Searching(organization: organization, context: context)
        let changed = try await searching.run(listed, comparing: due[.search] ?? [], into: &findings, noted: noted)
        // Days about which Search has just added something are compared with the queues at once.
        let forStatistics = organization.crossChecksStatistics ? changed.union(due[.queueStatistics] ?? []) : []
        let statistics = StatisticsComparison(organization: organization, context: context)
        try await statistics.run(forStatistics.sorted(), into: &findings.sources)
    }

    /// The days to compare, for each source that is enabled: those that are whole in the window and over, and that have
    /// not been found to agree with their present counts.
    ///
    /// A day is counted at most once for all sources, and only if one of them agreed with it before.
    private func days(of window: PassWindow) async throws -> [DayComparison.Source: [ArchiveDay]] {
        let sources = DayComparison.Source.allCases.filter(organization.compares)
        let candidates = candidates(in: window.range)
        guard !sources.isEmpty, let first = candidates.first, let last = candidates.last else { return [:] }
        let comparisons = try await context.manifest.comparisons(organization.name, days: first...last)
        let known = Dictionary(grouping: comparisons.filter(\.fits), by: \.day)
        var due: [DayComparison.Source: [ArchiveDay]] = [:]
        for day in candidates {
            let agreeing = (known[day] ?? []).filter { sources.contains($0.source) }
            let standing =
                agreeing.isEmpty ? nil : try await context.manifest.listedCount(organization.name, day: day)
            for source in sources {
                let isKnown = agreeing.contains { $0.source == source && standing?.matches($0) == true }
                if !isKnown { due[source, default: []].append(day) }
            }
        }
        return due
    }

    private func candidates(in range: Range<Timestamp>) -> [ArchiveDay] {
        guard !range.isEmpty else { return [] }
        let (zone, now) = (context.rules.timeZone, context.now())
        let last = context.rules.day(of: range.upperBound - .milliseconds(1))
        return context.rules.day(of: range.lowerBound).through(last).filter { day in
            let interval = day.interval(in: zone)
            // Days that were listed by Search cannot be compared with Search.
            return range.lowerBound <= interval.lowerBound && interval.upperBound <= range.upperBound
                && interval.upperBound + Self.settlingTime <= now
                && interval.lowerBound > now - ListingPart.listingReach
        }
    }
}

extension Organization {
    /// Whether days are compared with this source.
    func compares(_ source: DayComparison.Source) -> Bool {
        switch source {
        case .search: crossChecksSearch
        case .queueStatistics: crossChecksStatistics
        }
    }
}

extension ListedCount {
    /// Whether these are the counts with which the source agreed.
    func matches(_ comparison: DayComparison) -> Bool {
        comparison.figures["tasks"] == tasks && comparison.figures["capture_requested"] == captureRequested
    }
}

extension PassContext {
    /// Adds tasks that another source names and that the listing left out, with an event for each.
    /// - Parameter source: who names them, as events say it.
    func addUnlisted(_ tasks: [NamedTask], by source: String, of organization: OrganizationName) async throws {
        try await manifest.noteNamed(
            tasks,
            by: source,
            organization: organization,
            day: rules.day(of:),
            now: now()
        )
    }

    /// Compares the other sources' counts with what is known at the end of a pass, and keeps the result.
    /// - Returns: a row for each compared day and source, oldest day first.
    func note(_ account: SourceFindings, of organization: OrganizationName) async throws -> [DayComparison] {
        var rows: [DayComparison] = []
        for day in Set(account.search.keys).union(account.statistics.keys).sorted() {
            let counts = try await manifest.dayCounts(organization, day: day)
            func add(_ source: DayComparison.Source, _ figures: [String: Int], _ differences: [String]) {
                let row = DayComparison(
                    organization: organization,
                    day: day,
                    source: source,
                    time: now(),
                    figures: figures,
                    differences: differences
                )
                rows.append(row)
            }
            if let count = account.search[day] {
                add(.search, count.figures(beside: counts), count.differences(from: counts))
            }
            if let count = account.statistics[day] {
                let transfers = account.search[day]?.transfers
                add(
                    .queueStatistics,
                    count.figures(beside: counts),
                    count.differences(from: counts, transfers: transfers)
                )
            }
        }
        for row in rows { try await manifest.noteComparison(row) }
        return rows
    }
}
