import Manifest
import Recordings
import Synchronization
import WebexContactCenter

/// Holds the days of a window that are over against Search (wxcc-api 11), a source that knows calls that no agent touched
/// too. What it has and the listing left out is taken up; what it says was recorded and the listing says was not is asked
/// about: each ends as a recording or as a gap with a name, and not as a number.
struct Witnesses: Sendable {
    let organization: Organization
    let context: PassContext

    /// What the latest calls come to settles late: a day is looked at when it has been over for this long.
    private static let settlingTime = Duration.minutes(10)
    /// More than these are not taken up of one day: then the listing is wrong as a whole.
    private static let mostStrangers = 10_000

    /// Compares the listing of each day that is to be compared, and takes up what is missing in it.
    /// - Parameter noted: called when tasks have been taken up, so that they can be asked about.
    /// - Throws: what the manifest throws, and cancellation. That the provider does not allow it, or fails, is a finding
    ///   and no failure of the pass.
    func run(_ window: PassWindow, noted: @Sendable () -> Void) async throws {
        try await search(try await days(of: window, against: .search), noted: noted)
        let statistics = StatisticsWitness(organization: organization, context: context)
        try await statistics.run(try await days(of: window, against: .queueStatistics))
    }

    private func search(_ days: [ArchiveDay], noted: @Sendable () -> Void) async throws {
        guard organization.crossChecksSearch else { return }
        for day in days {
            if context.stop.isMade { throw ArchiverError(.stopped, "stopped while searching calls") }
            var count = SearchCount()
            let interval = day.interval(in: context.rules.timeZone)
            let pages = organization.contactCenter.searchTaskPages(from: interval.lowerBound, to: interval.upperBound)
            var iterator = pages.makeAsyncIterator()
            do {
                while let page = try await iterator.next() { try await take(page, into: &count) }
            } catch let error as ProviderError {
                if error.code == .cancelled { throw CancellationError() }
                if count.hasNews { noted() }
                return context.witnesses.set(absence: error.description, of: .search, for: organization.name)
            }
            if count.hasNews { noted() }
            context.witnesses.add(count, of: day, for: organization.name)
        }
    }

    /// The days that lie whole in the window and are over, and that have not been found to agree as they stand.
    private func days(of window: PassWindow, against source: DayWitness.Source) async throws -> [ArchiveDay] {
        let (zone, now) = (context.rules.timeZone, context.now())
        let range = window.range
        guard !range.isEmpty else { return [] }
        let last = context.rules.day(of: range.upperBound - .milliseconds(1))
        var days: [ArchiveDay] = []
        for day in context.rules.day(of: range.lowerBound).through(last) {
            let interval = day.interval(in: zone)
            // What Search listed cannot be held against Search.
            guard range.lowerBound <= interval.lowerBound, interval.upperBound <= range.upperBound,
                interval.upperBound + Self.settlingTime <= now,
                interval.lowerBound > now - ListingPart.listingReach
            else { continue }
            let counts = try await context.manifest.dayCounts(organization.name, day: day)
            let known = try await context.manifest.witnesses(organization.name, days: day...day)
                .first { $0.source == source }
            if let known, known.fits, known.figures["tasks"] == counts.tasks,
                known.figures["capture_requested"] == counts.captureRequested
            {
                continue
            }
            days.append(day)
        }
        return days
    }

    private func take(_ page: SearchPage<SearchTask>, into count: inout SearchCount) async throws {
        let listed = page.records.compactMap(ListedTask.init(search:))
        let unknown = try await context.manifest.unknownTasks(
            of: Set(listed.map(\.id)),
            organization: organization.name
        )
        count.contacts += page.records.count
        count.recorded += listed.count { $0.captureRequest == .requested }
        count.recordings += page.records.reduce(0) { $0 + ($1.recordingCount ?? 0) }
        count.transfers += page.records.reduce(0) { $0 + ($1.counts.transfer ?? 0) }
        let strangers = listed.filter { unknown.contains($0.id) }.prefix(Self.mostStrangers - count.notListed)
        if !strangers.isEmpty { try await takeUp(Array(strangers)) }
        count.notListed += strangers.count
        let claimed = listed.filter { $0.captureRequest == .requested && !unknown.contains($0.id) }
        count.claimed += try await context.manifest.noteClaimed(
            claimed.map(\.id),
            by: DayWitness.Source.search.rawValue,
            organization: organization.name,
            now: context.now()
        ).count
    }

    /// An event tells of each, and then it is known as Search knows it.
    private func takeUp(_ tasks: [ListedTask]) async throws {
        try await context.manifest.noteNamed(
            tasks.map { NamedTask(id: $0.id, time: $0.createdTime, channelType: $0.channelType) },
            by: DayWitness.Source.search.rawValue,
            organization: organization.name,
            day: context.rules.day(of:),
            now: context.now()
        )
        _ = try await context.manifest.noteListed(
            tasks,
            organization: organization.name,
            day: context.rules.day(of:),
            now: context.now()
        )
    }
}

/// What Search has of a day.
struct SearchCount: Hashable, Sendable {
    var contacts = 0
    /// Of them, those that it says were recorded.
    var recorded = 0
    var recordings = 0
    var transfers = 0
    /// Of them, those that the listing left out.
    var notListed = 0
    /// Of them, those that the listing says were not to be recorded.
    var claimed = 0

    /// Whether there is something to ask about that was not before.
    var hasNews: Bool { notListed + claimed > 0 }

    /// What does not fit, a line each. Search may lag, and counts segments and consultations in its own way, so that only
    /// what it has more of than the listing is a difference, and that the listing has calls and Search none.
    func differences(from counts: DayCounts) -> [String] {
        var differences: [String] = []
        if notListed > 0 { differences.append("\(notListed) calls were left out of the listing: taken up") }
        if claimed > 0 {
            differences.append("\(claimed) calls were recorded, and not requested by the listing: asked about")
        }
        if contacts == 0, counts.tasks > 0 { differences.append("none of the \(counts.tasks) calls is known there") }
        if recorded > counts.captureRequested {
            let requested = counts.captureRequested
            differences.append("\(recorded) calls were recorded, and \(requested) requested by the listing")
        }
        return differences
    }

    /// Both sides' figures.
    func figures(beside counts: DayCounts) -> [String: Int] {
        [
            "search_contacts": contacts, "search_recorded": recorded, "search_recordings": recordings,
            "search_transfers": transfers, "not_listed": notListed, "claimed": claimed, "tasks": counts.tasks,
            "capture_requested": counts.captureRequested, "recordings": counts.recordings,
        ]
    }
}

/// What the witnesses of a pass have said, by organization.
final class WitnessAccounts: Sendable {
    struct Account: Sendable {
        var search: [ArchiveDay: SearchCount] = [:]
        var statistics: [ArchiveDay: StatisticsCount] = [:]
        /// Why nothing could be compared with a source from some day on.
        var absences: [DayWitness.Source: String] = [:]
    }

    private let accounts = Mutex<[OrganizationName: Account]>([:])

    func add(_ count: SearchCount, of day: ArchiveDay, for organization: OrganizationName) {
        accounts.withLock { $0[organization, default: Account()].search[day] = count }
    }

    func add(_ count: StatisticsCount, of day: ArchiveDay, for organization: OrganizationName) {
        accounts.withLock { $0[organization, default: Account()].statistics[day] = count }
    }

    func set(absence: String, of source: DayWitness.Source, for organization: OrganizationName) {
        accounts.withLock { $0[organization, default: Account()].absences[source] = absence }
    }

    subscript(organization: OrganizationName) -> Account {
        accounts.withLock { $0[organization] ?? Account() }
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
