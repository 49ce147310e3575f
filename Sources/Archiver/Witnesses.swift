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
    fileprivate func compares(_ source: DayWitness.Source) -> Bool {
        switch source {
        case .search: crossChecksSearch
        case .queueStatistics: crossChecksStatistics
        }
    }
}

extension ListedCount {
    /// Whether this is what the source was told that it agreed with.
    fileprivate func isAs(_ witness: DayWitness) -> Bool {
        witness.figures["tasks"] == tasks && witness.figures["capture_requested"] == captureRequested
    }
}

/// Holds whole days against what Search has of them. What it has and the listing left out is taken up; what it says was
/// recorded and the listing says was not is asked about: each ends as a recording or as a gap with a name, and not as a
/// number.
struct SearchComparison: Sendable {
    private let organization: Organization
    private let context: PassContext
    /// In order; those that have been compared are gone.
    private var due: [ArchiveDay]
    private var counts: [ArchiveDay: SearchCount] = [:]
    /// Records that do not say when their call was created.
    private var undated = 0
    /// The days of which the manifest knows more by this.
    private(set) var changed: Set<ArchiveDay> = []

    /// More than these are not taken up of one day: then the listing is wrong as a whole.
    private static let mostStrangers = 10_000

    init(of days: [ArchiveDay], organization: Organization, context: PassContext) {
        due = days
        self.organization = organization
        self.context = context
    }

    /// When the calls of the days were created.
    var spans: [Range<Timestamp>] { due.map { $0.interval(in: context.rules.timeZone) } }

    /// Counts what there is of the days, and takes up what is missing.
    /// - Returns: the calls that are to be asked about because of this.
    mutating func take(_ records: [SearchTask]) async throws -> Set<TaskID> {
        guard !due.isEmpty else { return [] }
        let days = Set(due)
        var byDay: [ArchiveDay: [SearchTask]] = [:]
        for record in records {
            guard let created = record.createdTime else {
                undated += 1
                continue
            }
            let day = context.rules.day(of: created)
            if days.contains(day) { byDay[day, default: []].append(record) }
        }
        var news: Set<TaskID> = []
        for (day, records) in byDay.sorted(by: { $0.key < $1.key }) {
            let found = try await take(records, into: &counts[day, default: SearchCount()])
            if !found.isEmpty { changed.insert(day) }
            news.formUnion(found)
        }
        return news
    }

    private func take(_ records: [SearchTask], into count: inout SearchCount) async throws -> Set<TaskID> {
        let listed = records.compactMap(ListedTask.init(search:))
        let unknown = try await context.manifest.unknownTasks(
            of: Set(listed.map(\.id)),
            organization: organization.name
        )
        count.contacts += records.count
        count.recorded += listed.count { $0.captureRequest == .requested }
        count.recordings += records.reduce(0) { $0 + ($1.recordingCount ?? 0) }
        count.transfers += records.reduce(0) { $0 + ($1.counts.transfer ?? 0) }
        let strangers = listed.filter { unknown.contains($0.id) }.prefix(Self.mostStrangers - count.notListed)
        if !strangers.isEmpty { try await takeUp(Array(strangers)) }
        count.notListed += strangers.count
        let claimed = try await context.manifest.noteClaimed(
            listed.filter { $0.captureRequest == .requested && !unknown.contains($0.id) }.map(\.id),
            by: DayWitness.Source.search.rawValue,
            organization: organization.name,
            now: context.now()
        )
        count.claimed += claimed.count
        return Set(strangers.map(\.id) + claimed)
    }

    /// Search has been asked about all that was created before `time`. A record without a time may be of any day, so that
    /// none that was asked about with it is one of which Search has nothing.
    mutating func finish(before time: Timestamp) {
        while let day = due.first, day.interval(in: context.rules.timeZone).upperBound <= time {
            due.removeFirst()
            var count = counts.removeValue(forKey: day) ?? SearchCount()
            count.contacts += undated
            context.witnesses.add(count, of: day, for: organization.name)
        }
    }

    /// Search cannot be asked, or not any further.
    func fail(_ error: ProviderError) {
        guard !due.isEmpty else { return }
        context.witnesses.set(absence: error.description, of: .search, for: organization.name)
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

    /// What does not fit, a line each. Search may lag, and counts segments and consultations in its own way, so that only
    /// what it has more of than the listing is a difference, and that the listing has calls and Search none.
    func differences(from counts: DayCounts) -> [String] {
        var differences: [String] = []
        if notListed > 0 { differences.append("\(notListed) calls were missing from the task list: added") }
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
