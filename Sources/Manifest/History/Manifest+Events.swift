import Foundation
import GRDB
import Recordings

extension Manifest {
    /// Adds an entry to the log of events.
    /// - Parameter isRecorded: whether it is an act that is recorded first; then it is durable too, before what it says is
    ///   done.
    /// - Throws: `unknown` if the event's organization is not registered; what the recorder throws.
    package func appendEvent(_ event: Event, isRecorded: Bool = false) async throws {
        try await appendEvents([event], areRecorded: isRecorded)
    }

    /// Adds entries to the log of events, all or none of them: see ``appendEvent(_:isRecorded:)``.
    package func appendEvents(_ events: [Event], areRecorded: Bool) async throws {
        try await write(areRecorded ? .machine : .process) { [self] db in
            for event in events { try event.insert(in: db) }
            if areRecorded { try record(events.map { RecordedAct(event: $0) }) }
        }
    }

    /// Keeps the digest of the configuration that an organization is archived with, and records it if it is another one than
    /// before. The change is durable.
    package func noteConfiguration(
        _ digest: ContentDigest,
        of organization: OrganizationName,
        now: Timestamp
    ) async throws {
        try await write(.machine) { [self] db in
            let update = "UPDATE organization SET configuration = ? WHERE name = ? AND configuration IS NOT ?"
            let arguments: StatementArguments = [digest.stored, organization.description, digest.stored]
            try db.execute(sql: update, arguments: arguments)
            guard db.changesCount == 1 else { return }
            let event = Event(
                time: now,
                kind: .configurationChanged,
                organization: organization,
                detail: ["sha256": digest.description]
            )
            try event.insert(in: db)
            try record([RecordedAct(event: event)])
        }
    }

    /// The log of events, oldest first.
    /// - Parameters:
    ///   - organization: only events of this one; `nil` for all.
    ///   - task: only events of this task, in any spelling of its ID.
    ///   - since: only events at or after this time.
    ///   - until: only events before this time.
    package func events(
        organization: OrganizationName? = nil,
        task: TaskID? = nil,
        since: Timestamp? = nil,
        until: Timestamp? = nil
    ) -> RowSequence<Event> {
        RowSequence(from: Int64(0)) { [self] last in
            try await read { db in
                let select = """
                    SELECT \(Event.columns)
                    FROM event LEFT JOIN organization ON organization.row = event.organization
                    WHERE event.row > :last AND time >= :since AND time < :until \(task == nil ? "" : "AND task IN (:task, :small, :large, :known)")
                        \(organization == nil ? "" : "AND organization.name = :organization")
                    ORDER BY event.row LIMIT 500
                    """
                var arguments: StatementArguments = [
                    "last": last, "since": since?.stored ?? .min, "until": until?.stored ?? .max,
                ]
                if let task {
                    arguments += [
                        "task": task.description, "small": task.description.lowercased(),
                        "large": task.description.uppercased(),
                        "known": StoredIdentifier.text(try task.known(in: db)),
                    ]
                }
                if let organization { arguments += ["organization": organization.description] }
                let rows = try Row.fetchAll(db, sql: select, arguments: arguments)
                return RowSequence.Batch(rows: try rows.map(Event.init), next: try rows.last.map { try $0[0] })
            }
        }
    }
}
