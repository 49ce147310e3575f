import GRDB
import Recordings

extension Manifest {
    /// Records that these days were listed completely, each on its own. A day that was listed before keeps its first
    /// source.
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

    /// Records that all of `span` was listed, by any pass. Its days can be closed without another listing.
    package func noteListedSpan(_ organization: OrganizationName, _ span: Range<Timestamp>) async throws {
        guard !span.isEmpty else { return }
        try await write { db in
            let row = try OrganizationRow.row(of: organization, in: db)
            try ListedSpan.add(span, of: row, in: db)
        }
    }

    /// The days that were listed completely on their own, and from which source.
    package func listedDays(_ organization: OrganizationName) async throws -> [ArchiveDay: ListingSource] {
        try await read { db in
            let row = try OrganizationRow.row(of: organization, in: db)
            let select = "SELECT day, source FROM listed_day WHERE organization = ?"
            return try Row.fetchAll(db, sql: select, arguments: [row]).reduce(into: [:]) { days, row in
                days[try row[0]] = ListingSource(rawValue: try row[1])
            }
        }
    }

    /// Records that another source says that these tasks have a recording. Those for which the task list says the
    /// opposite are asked about from now on nevertheless, until the horizon like all others, and an event is logged for
    /// each. The others are ignored.
    /// - Parameter source: the source that says so, for the event.
    /// - Returns: the tasks that are asked about because of this.
    @discardableResult
    package func noteSighted(
        _ tasks: [TaskID],
        by source: String,
        organization: OrganizationName,
        now: Timestamp
    ) async throws -> [TaskID] {
        guard !tasks.isEmpty else { return [] }
        return try await write { db in
            let row = try OrganizationRow.row(of: organization, in: db)
            var claimed: [TaskID] = []
            try KnownTask.forEach(tasks, about: \.self, organization: row, in: db) { id, known in
                guard let known, known.captureRequest == .notRequested else { return }
                try Sighting.put(known.row, source: source, now: now, in: db)
                try db.cachedStatement(sql: "UPDATE task SET capture_request = ? WHERE row = ?")
                    .execute(arguments: [CaptureRequest.requested.stored, known.row])
                try Question.open(known.row, next: now, in: db)
                // If the day is already sealed, its archive has what the task list says. The next archive corrects
                // that.
                try (UnsealedTask.find(known.row, in: db) ?? UnsealedTask()).put(known.row, in: db)
                let event = Event(
                    time: now,
                    kind: .captureClaimed,
                    organization: organization,
                    task: id,
                    detail: ["claimed_by": source]
                )
                try event.insert(in: db)
                claimed.append(id)
            }
            return claimed
        }
    }
}
