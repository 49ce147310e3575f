import GRDB
import Recordings

/// Tasks from which a page is made, the newest first, in chunks.
struct PageCandidates {
    /// Some tasks, and no other tasks that were created since the oldest of them.
    struct Chunk {
        /// Selects them from `task`.
        var condition: String
        var arguments: StatementArguments
        /// When the oldest of them was created.
        var oldest: Int64
        /// About how many tasks could have been read in the order of time meanwhile.
        var effort: Int
    }

    private let scope: CandidateScope
    private var merge: CandidateMerge?
    /// Without a merge, the times that are left to read.
    private var times: [ClosedRange<Int64>]

    /// - Parameters:
    ///   - feeds: the way to the tasks; `nil` reads all in the order of time.
    ///   - ranges: the only times to read then; `nil` reads all times.
    init(_ feeds: [CandidateFeed]?, _ ranges: [Range<Timestamp>]?, _ scope: CandidateScope, in db: Database) throws {
        self.scope = scope
        merge = try feeds.map { try CandidateMerge($0, scope, in: db) }
        let all = scope.from <= scope.through ? [scope.from...scope.through] : []
        times =
            ranges.map { ranges in
                ranges.compactMap { range in
                    let (first, last) = (
                        max(range.lowerBound.stored, scope.from), min(range.upperBound.stored, scope.through)
                    )
                    return first <= last ? first...last : nil
                }
            } ?? all
    }

    /// - Parameters:
    ///   - count: about how many tasks the chunk has; at least one, if any are left.
    ///   - effort: how much the chunk may cost.
    /// - Returns: `nil` after the last one.
    mutating func next(_ count: Int, effort: Int, in db: Database) throws -> Chunk? {
        guard merge == nil else { return try merged(max(1, min(count, effort / CandidateMerge.cost)), in: db) }
        let count = max(1, min(count, effort))
        guard let time = times.popLast() else { return nil }
        let select = """
            SELECT created_time FROM task WHERE organization = :organization AND created_time >= :first
                AND created_time <= :last ORDER BY created_time DESC LIMIT 1 OFFSET :count
            """
        var arguments: StatementArguments = [
            "organization": scope.organization, "first": time.lowerBound, "last": time.upperBound,
        ]
        let oldest = try Int64.fetchOne(db.cachedStatement(sql: select), arguments: arguments + ["count": count - 1])
        if let oldest, oldest > time.lowerBound { times.append(time.lowerBound...(oldest - 1)) }
        arguments = arguments &+ ["first": oldest ?? time.lowerBound]
        return Chunk(
            condition: "organization = :organization AND created_time >= :first AND created_time <= :last",
            arguments: arguments,
            oldest: oldest ?? time.lowerBound,
            effort: count
        )
    }

    private mutating func merged(_ count: Int, in db: Database) throws -> Chunk? {
        let before = merge?.effort ?? 0
        guard let candidates = try merge?.next(count, in: db), let last = candidates.last else { return nil }
        return Chunk(
            condition: "row IN (SELECT value FROM json_each(:rows)) AND +organization = :organization",
            arguments: [
                "rows": "[\(ProfileSearch.list(candidates.map(\.row)))]", "organization": scope.organization,
            ],
            oldest: last.time,
            effort: (merge?.effort ?? 0) - before
        )
    }
}
