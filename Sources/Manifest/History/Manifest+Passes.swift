import GRDB
import Recordings

extension Manifest {
    /// A pass over `window` begins. Whoever begins one holds the lock for it, so that an earlier pass without an end
    /// has died, and is noted as abandoned.
    /// - Parameters:
    ///   - isBackfill: whether it is a step of a backfill, which says nothing of the daily work.
    ///   - joinsListing: whether its window begins where the listing had come to, or before: else it says nothing of the
    ///     time between.
    ///   - actor: on whose account it runs.
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

    /// A pass has ended. Durable.
    /// - Parameters:
    ///   - reason: why it was not complete, one line for people, free of secrets.
    ///   - failure: what has to be mended, where it could not go on; its reason counts then.
    ///   - actor: on whose account it ran.
    /// - Throws: `conflict` where it has ended before.
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

    /// The last pass that ended as complete, steps of a backfill left out; `nil` before the first such.
    /// - Parameter reachingNow: only passes up to the present: whose window joined what had been listed and reached to within
    ///   an hour of their beginning. One over days long past, or over the last hour alone, says nothing of the rest.
    package func lastCompletePass(
        _ organization: OrganizationName,
        reachingNow: Bool = false
    ) async throws -> PassRow? {
        try await lastPass(organization, [.complete], reachingNow: reachingNow)
    }

    /// The last pass that went through or could not go on, steps of a backfill left out; `nil` before the first such. One
    /// that was stopped, or whose process died, ends nothing that one before it has met with.
    /// - Parameter reachingNow: only passes up to the present, as of ``lastCompletePass(_:reachingNow:)``.
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

    /// When the first pass of all began, steps of a backfill left out; `nil` before that, and in a manifest that was rebuilt.
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
