import Manifest
import Recordings
import Synchronization
import WebexContactCenter

/// Holds the days of a window that are over against other sources of the provider's: Search (wxcc-api 11), which knows
/// calls that no agent touched too, and the counts of its queues (wxcc-api 8).
struct Witnesses: Sendable {
    let organization: Organization
    let context: PassContext

    /// What the latest calls come to settles late: a day is looked at when it has been over for this long.
    private static let settlingTime = Duration.minutes(10)

    /// Compares the listing of each day that is to be compared, and takes up what is missing in it; and asks Search about
    /// calls of which it has said nothing yet.
    /// - Parameters:
    ///   - listed: what of the window has been listed.
    ///   - noted: called when there is something new to be asked about.
    /// - Throws: what the manifest throws, and cancellation. That the provider does not allow it, or fails, is a finding
    ///   and no failure of the pass.
    func run(_ window: PassWindow, listed: Range<Timestamp>, noted: @Sendable () -> Void) async throws {
        let due = try await days(of: window)
        let searching = Searching(organization: organization, context: context)
        let changed = try await searching.run(listed, comparing: due[.search] ?? [], noted: noted)
        // What Search has made known is held against the queues at once.
        let forStatistics = organization.crossChecksStatistics ? changed.union(due[.queueStatistics] ?? []) : []
        let statistics = StatisticsWitness(organization: organization, context: context)
        try await statistics.run(forStatistics.sorted())
    }

    /// The days that lie whole in the window and are over, and that have not been found to agree as they stand: for each
    /// source that is to be asked at all.
    ///
    /// A day is counted at most once for all sources, and only where all of them agreed with it before.
    private func days(of window: PassWindow) async throws -> [DayWitness.Source: [ArchiveDay]] {
        let sources = DayWitness.Source.allCases.filter(organization.compares)
        let candidates = candidates(in: window.range)
        guard !sources.isEmpty, let first = candidates.first, let last = candidates.last else { return [:] }
        let witnesses = try await context.manifest.witnesses(organization.name, days: first...last)
        let known = Dictionary(grouping: witnesses.filter(\.fits), by: \.day)
        var due: [DayWitness.Source: [ArchiveDay]] = [:]
        for day in candidates {
            let agreeing = (known[day] ?? []).filter { sources.contains($0.source) }
            let standing =
                agreeing.isEmpty ? nil : try await context.manifest.listedCount(organization.name, day: day)
            for source in sources {
                let isKnown = agreeing.contains { $0.source == source && standing?.isAs($0) == true }
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
            // What Search listed cannot be held against Search.
            return range.lowerBound <= interval.lowerBound && interval.upperBound <= range.upperBound
                && interval.upperBound + Self.settlingTime <= now
                && interval.lowerBound > now - ListingPart.listingReach
        }
    }
}

extension Organization {
    /// Whether days are held against this source.
    func compares(_ source: DayWitness.Source) -> Bool {
        switch source {
        case .search: crossChecksSearch
        case .queueStatistics: crossChecksStatistics
        }
    }
}

extension ListedCount {
    /// Whether this is what the source was told that it agreed with.
    func isAs(_ witness: DayWitness) -> Bool {
        witness.figures["tasks"] == tasks && witness.figures["capture_requested"] == captureRequested
    }
}

extension PassContext {
    /// Holds what the witnesses said against what is known at the end of a pass, and keeps it.
    /// - Returns: a row for each day that was compared, oldest first.
    func noteWitnesses(of organization: OrganizationName) async throws -> [DayWitness] {
        var rows: [DayWitness] = []
        let account = witnesses[organization]
        for day in Set(account.search.keys).union(account.statistics.keys).sorted() {
            let counts = try await manifest.dayCounts(organization, day: day)
            func add(_ source: DayWitness.Source, _ figures: [String: Int], _ differences: [String]) {
                let row = DayWitness(
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
        for row in rows { try await manifest.noteWitness(row) }
        return rows
    }
}
