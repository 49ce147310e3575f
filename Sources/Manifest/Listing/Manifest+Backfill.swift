import GRDB
import Recordings

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

    /// All of `span` was listed, by whatever pass: its days need no other to be closed.
    package func noteListedSpan(_ organization: OrganizationName, _ span: Range<Timestamp>) async throws {
        guard !span.isEmpty else { return }
        try await write { db in
            let row = try OrganizationRow.row(of: organization, in: db)
            try ListedSpan.add(span, of: row, in: db)
        }
    }

    /// The days that were listed whole by themselves, and where.
    package func listedDays(_ organization: OrganizationName) async throws -> [ArchiveDay: ListingSource] {
        try await read { db in
            let row = try OrganizationRow.row(of: organization, in: db)
            let select = "SELECT day, source FROM listed_day WHERE organization = ?"
            return try Row.fetchAll(db, sql: select, arguments: [row]).reduce(into: [:]) { days, row in
                days[try row[0]] = ListingSource(rawValue: try row[1])
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
