import GRDB
import Recordings

/// Finds the tasks that may have a recording or a gap in some state. The row of each decides.
struct StateSearch {
    /// On `task`.
    private(set) var condition: String
    private(set) var arguments: StatementArguments = [:]
    /// The tasks, if an index has them.
    private(set) var feeds: [CandidateFeed]?
    /// When all of them were created; `nil` if nothing is known about that.
    private(set) var ranges: [Range<Timestamp>]?

    init(_ state: ListFilter.State, _ organization: OrganizationRow, _ altered: AlteredArchives, in db: Database) throws
    {
        switch state {
        case .recording(.failed): self.init(of: Self.wanted)
        case .recording(.pending), .missing: self.init(of: Self.unfinished)
        case .explained: self.init(of: [("explanation", "TRUE")])
        case .suspect: self.init(of: [("suspect", "better IS NULL")])
        case .recording(.damaged), .gap:
            self.init(of: state == .gap ? Self.unfinished + Self.damaged : Self.damaged)
            guard !altered.isEmpty else { return }
            condition += """
                 OR EXISTS (SELECT 1 FROM recording WHERE recording.task = task.row AND archive IN (\(AlteredArchives.rows)))
                """
            arguments = altered.argument
            feeds? += altered.times(of: organization.name).map { .time($0) }
        case .recording(.stored), .recording(.archived):
            let isWanted = state == .recording(.archived) ? VaultRule.isArchived() : "NOT \(VaultRule.isArchived())"
            self.init(of: [])
            feeds = nil
            condition = """
                EXISTS (SELECT 1 FROM recording JOIN archive ON archive.row = recording.archive
                    WHERE recording.task = task.row AND \(isWanted))
                """
            let select = "SELECT DISTINCT day FROM archive WHERE organization = ? AND \(isWanted)"
            let days = try Row.fetchAll(db.cachedStatement(sql: select), arguments: [organization.row])
            ranges = Self.times(of: try days.map { try $0[0] })
        }
    }

    private init(of tables: [(name: String, condition: String)]) {
        condition = tables.map {
            "EXISTS (SELECT 1 FROM \($0.name) WHERE \($0.name).task = task.row AND \($0.condition))"
        }
        .joined(separator: " OR ")
        feeds = tables.map { .rows("SELECT task FROM \($0.name) WHERE \($0.condition)") }
    }

    private static let wanted = [("recording", "archive IS NULL")]
    private static let unfinished = [("question", "TRUE")] + wanted
    private static let damaged = [("damage", "TRUE")]

    /// When the tasks of these days can have been created, without overlaps, the earliest first.
    static func times(of days: some Sequence<ArchiveDay>) -> [Range<Timestamp>] {
        days.map(TaskRange.instants).sorted { $0.lowerBound < $1.lowerBound }.reduce(into: []) { times, time in
            if let last = times.last, time.lowerBound <= last.upperBound {
                times[times.count - 1] = last.lowerBound..<max(last.upperBound, time.upperBound)
            } else {
                times.append(time)
            }
        }
    }
}

extension AlteredArchives {
    /// When the tasks of their days can have been created, without overlaps.
    fileprivate func times(of organization: OrganizationName) -> [Range<Timestamp>] {
        StateSearch.times(of: all.map(\.name).filter { $0.organization == organization }.map(\.day))
    }
}
