import GRDB
import Recordings

extension Manifest {
    /// Records that a pass over `window` begins. The caller holds the lock for passes. So an earlier pass without an
    /// end has died, and is recorded as abandoned.
    /// - Parameters:
    ///   - isBackfill: whether it is a step of a backfill, which says nothing about the daily work.
    ///   - joinsListing: whether its window begins at or before the end of the earlier listing. Otherwise the pass says
    ///     nothing about the time in between.
    ///   - actor: the actor on whose behalf it runs.
    package func beginPass(
        organization: OrganizationName,
        window: Range<Timestamp>,
        isBackfill: Bool = false,
        joinsListing: Bool = true,
        by actor: Actor,
        now: Timestamp
    ) async throws -> PassID {
        try await write { db in
            let row = try OrganizationRow.row(of: organization, in: db)
            try db.execute(
                sql: "UPDATE pass SET ended_time = ?, outcome = ? WHERE organization = ? AND ended_time IS NULL",
                arguments: [now.stored, PassOutcome.abandoned.stored, row]
            )
            let insert = """
                INSERT INTO pass (organization, window_from, window_to, started_time, is_backfill, joins_listing)
                VALUES (?, ?, ?, ?, ?, ?)
                """
            let bounds: [Int64] = [window.lowerBound.stored, window.upperBound.stored]
            try db.execute(
                sql: insert,
                arguments: [row, bounds[0], bounds[1], now.stored, isBackfill, joinsListing]
            )
            let id = PassID(row: db.lastInsertedRowID)
            let detail = ["from": window.lowerBound.description, "to": window.upperBound.description]
                .adding("backfill", isBackfill ? "true" : nil)
            let event = Event(time: now, kind: .passBegan, organization: organization, detail: detail, by: actor)
            try event.insert(in: db)
            return id
        }
    }

    /// Records that a pass has ended. The change is durable.
    /// - Parameters:
    ///   - reason: why it was not complete, one line for people, without secrets.
    ///   - failure: what has to be fixed, if it could not continue; then its reason replaces `reason`.
    ///   - actor: the actor on whose behalf it ran.
    /// - Throws: `conflict` if it has already ended.
    package func endPass(
        _ id: PassID,
        outcome: PassOutcome,
        summary: PassSummary?,
        reason: String? = nil,
        failure: PassFailure? = nil,
        by actor: Actor,
        now: Timestamp
    ) async throws {
        try await write(.machine) { db in
            let counts = try summary.map(JSONColumn.text)
            let text = (failure?.reason ?? reason).flatMap { $0.isEmpty ? nil : $0 }
            let update = """
                UPDATE pass SET ended_time = ?, outcome = ?, counts = ?, reason = ?, failure = ?
                WHERE row = ? AND ended_time IS NULL
                """
            try db.execute(
                sql: update,
                arguments: [
                    now.stored, outcome.stored, counts, text, failure?.kind.rawValue, id.row,
                ]
            )
            guard db.changesCount == 1 else { throw ManifestError(.conflict, "the pass has ended already") }
            let select = """
                SELECT name FROM organization JOIN pass ON pass.organization = organization.row WHERE pass.row = ?
                """
            let name = try String.fetchOne(db, sql: select, arguments: [id.row]).map(OrganizationName.init(stored:))
            let figures = summary?.recordings
            let detail = ["outcome": outcome.rawValue].adding("reason", text)
                .adding("expected", figures.map { String($0.expected) })
                .adding("held", figures.map { String($0.archived + $0.stored) })
            let event = Event(time: now, kind: .passEnded, organization: name, detail: detail, by: actor)
            try event.insert(in: db)
        }
    }

    /// The last complete pass, apart from steps of a backfill; `nil` before the first.
    /// - Parameter reachingNow: only passes up to the present: those whose window joined what was listed before, and
    ///   reached to within an hour of their start. A pass over past days, or over the last hour alone, says nothing
    ///   about the rest.
    package func lastCompletePass(
        _ organization: OrganizationName,
        reachingNow: Bool = false
    ) async throws -> PassRow? {
        try await lastPass(organization, [.complete], reachingNow: reachingNow)
    }

    /// The last pass that was completed or could not continue, apart from steps of a backfill; `nil` before the first.
    /// A pass that was stopped, or whose process died, does not count: problems of the pass before it are not over.
    /// - Parameter reachingNow: only passes up to the present, as for ``lastCompletePass(_:reachingNow:)``.
    package func lastPass(_ organization: OrganizationName, reachingNow: Bool = false) async throws -> PassRow? {
        try await lastPass(organization, [.complete, .incomplete, .failed], reachingNow: reachingNow)
    }

    private func lastPass(
        _ organization: OrganizationName,
        _ outcomes: [PassOutcome],
        reachingNow: Bool
    ) async throws -> PassRow? {
        try await read { db in
            let codes = outcomes.map { String($0.stored) }.joined(separator: ", ")
            let select = """
                SELECT \(PassRow.columns)
                FROM pass JOIN organization ON organization.row = pass.organization
                WHERE name = ? AND outcome IN (\(codes)) AND NOT is_backfill
                \(reachingNow ? "AND joins_listing AND window_to >= started_time - 3600000" : "")
                ORDER BY pass.row DESC LIMIT 1
                """
            return try Row.fetchOne(db, sql: select, arguments: [organization.description]).map(PassRow.init)
        }
    }

    /// When the first pass began, apart from steps of a backfill; `nil` before that. A rebuilt manifest does not know
    /// earlier passes.
    package func firstPassBegan(_ organization: OrganizationName) async throws -> Timestamp? {
        try await read { db in
            let select = """
                SELECT min(started_time) FROM pass JOIN organization ON organization.row = pass.organization
                WHERE name = ? AND NOT is_backfill
                """
            return try Row.fetchOne(db, sql: select, arguments: [organization.description])?[0]
        }
    }
}
