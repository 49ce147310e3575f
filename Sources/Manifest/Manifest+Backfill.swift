import GRDB
import Recordings

/// Where tasks are listed.
package enum ListingSource: String, Hashable, Sendable, CaseIterable, Codable {
    /// `GET tasks` (wxcc-api 5).
    case tasks
    /// `POST search` (wxcc-api 11), which reaches further back.
    case search
}

extension Manifest {
    /// The whole of these days was listed, each by itself. A day that had been listed before keeps the first source.
    package func noteListedDays(
        _ organization: OrganizationName,
        days: [ArchiveDay],
        source: ListingSource,
        now: Timestamp
    ) async throws {
        guard !days.isEmpty else { return }
        try await write { db in
            let row = try OrganizationRow.row(of: organization, in: db)
            let insert = "INSERT OR IGNORE INTO listed_day (organization, day, source, time) VALUES (?, ?, ?, ?)"
            for day in days {
                try db.cachedStatement(sql: insert)
                    .execute(arguments: [row, day.stored, source.rawValue, now.stored])
            }
        }
    }

    /// The days that were listed whole by themselves, and where.
    package func listedDays(_ organization: OrganizationName) async throws -> [ArchiveDay: ListingSource] {
        try await read { db in
            let row = try OrganizationRow.row(of: organization, in: db)
            let select = "SELECT day, source FROM listed_day WHERE organization = ?"
            return try Row.fetchAll(db, sql: select, arguments: [row]).reduce(into: [:]) { days, row in
                days[try ArchiveDay(stored: row[0])] = ListingSource(rawValue: try row[1])
            }
        }
    }

    /// Tasks of which another source says that there is a recording: those that the listing says have none are asked about
    /// from now on all the same, until the horizon like any other, and an event tells of each. Others are passed over.
    /// - Parameter source: who says it, for the event.
    /// - Returns: those that are asked about because of this.
    @discardableResult
    package func noteClaimed(
        _ tasks: [TaskID],
        by source: String,
        organization: OrganizationName,
        now: Timestamp
    ) async throws -> [TaskID] {
        guard !tasks.isEmpty else { return [] }
        return try await write { db in
            let row = try OrganizationRow.row(of: organization, in: db)
            return try tasks.filter { id in
                guard let known = try KnownTask.find(id, organization: row, in: db),
                    known.captureRequest == .notRequested
                else { return false }
                try Claim.put(known.row, source: source, now: now, in: db)
                try db.cachedStatement(sql: "UPDATE task SET capture_request = ? WHERE row = ?")
                    .execute(arguments: [CaptureRequest.requested.stored, known.row])
                try Question.open(known.row, next: now, in: db)
                // A day that is sealed has the listing's word for it; its next archive takes this along.
                try (UnsealedTask.find(known.row, in: db) ?? UnsealedTask()).put(known.row, in: db)
                let event = Event(
                    time: now,
                    kind: .captureClaimed,
                    organization: organization,
                    task: id,
                    detail: ["claimed_by": source]
                )
                try event.insert(in: db)
                return true
            }
        }
    }
}

/// The row of `claim`.
enum Claim {
    static func put(_ task: Int64, source: String, now: Timestamp, in db: Database) throws {
        try db.cachedStatement(sql: "INSERT OR IGNORE INTO claim (task, source, time) VALUES (?, ?, ?)")
            .execute(arguments: [task, source, now.stored])
    }

    static func isMade(_ task: Int64, in db: Database) throws -> Bool {
        try Int.fetchOne(db.cachedStatement(sql: "SELECT 1 FROM claim WHERE task = ?"), arguments: [task]) != nil
    }
}
