import Manifest
import Recordings
import WebexContactCenter

/// Compares whole days with what Search has. A call that Search has and the listing left out is added. A call that
/// Search says was recorded, and the listing says was not, is asked about. Each becomes a recording or a named gap, and
/// not only a number.
struct SearchComparison: Sendable {
    private let organization: Organization
    private let context: PassContext
    /// In order. A day is removed once it is compared.
    private var due: [ArchiveDay]
    private var counts: [ArchiveDay: SearchCount] = [:]
    /// The results of the compared days.
    private(set) var compared: [ArchiveDay: SearchCount] = [:]
    /// Why no further day could be compared; `nil` if all were.
    private(set) var absence: String?
    /// The number of records without a creation time.
    private var undated = 0
    /// The days about which the manifest knows more because of this.
    private(set) var changed: Set<ArchiveDay> = []

    init(of days: [ArchiveDay], organization: Organization, context: PassContext) {
        due = days
        self.organization = organization
        self.context = context
    }

    /// The creation times of the calls of these days.
    var spans: [Range<Timestamp>] { due.map { $0.interval(in: context.rules.timeZone) } }

    /// Counts the calls of the days, and adds those that are missing.
    /// - Returns: the calls to ask about because of this.
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
        let room = SourceComparison.unlistedLimit - count.notListed
        let unlisted = listed.filter { unknown.contains($0.id) }.prefix(room)
        if !unlisted.isEmpty { try await add(Array(unlisted)) }
        count.notListed += unlisted.count
        let sighted = try await context.manifest.noteSighted(
            listed.filter { $0.captureRequest == .requested && !unknown.contains($0.id) }.map(\.id),
            by: DayComparison.Source.search.rawValue,
            organization: organization.name,
            now: context.now()
        )
        count.sighted += sighted.count
        return Set(unlisted.map(\.id) + sighted)
    }

    /// Search was asked about everything that was created before `time`. A record without a creation time may belong to
    /// any day. It is therefore counted in each day that finishes after it arrived, so that Search is not taken to have
    /// nothing for that day.
    mutating func finish(before time: Timestamp) {
        while let day = due.first, day.interval(in: context.rules.timeZone).upperBound <= time {
            due.removeFirst()
            var count = counts.removeValue(forKey: day) ?? SearchCount()
            count.contacts += undated
            compared[day] = count
        }
    }

    /// Search cannot be asked, or no longer.
    mutating func fail(_ error: ProviderError) {
        guard !due.isEmpty else { return }
        absence = error.description
    }

    /// Records each call as named by Search, with an event, and then as listed with what Search knows about it.
    private func add(_ tasks: [ListedTask]) async throws {
        let named = tasks.map { NamedTask(id: $0.id, time: $0.createdTime, channelType: $0.channelType) }
        try await context.addUnlisted(named, by: DayComparison.Source.search.rawValue, of: organization.name)
        _ = try await context.manifest.noteListed(
            tasks,
            organization: organization.name,
            day: context.rules.day(of:),
            now: context.now()
        )
    }
}
