import Manifest
import Recordings
import WebexContactCenter

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
