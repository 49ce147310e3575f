import Foundation
import GRDB
import Recordings

/// Something that happened: a line of the manifest's append-only log. Kept for what people will ask about, and not for
/// each recording that went well.
package struct Event: Hashable, Sendable {
    /// What happened.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case passBegan = "pass_began"
        case passEnded = "pass_ended"
        case archiveOpened = "archive_opened"
        case archiveSealed = "archive_sealed"
        /// After a crash, what the spool holds was found to differ from the manifest.
        case archiveRecovered = "archive_recovered"
        /// A recording that was stored is not there any more, and is fetched again.
        case recordingLost = "recording_lost"
        case recordingFailed = "recording_failed"
        case recordingSuspect = "recording_suspect"
        /// The provider says by now that a recording that is held ends at another time: it is fetched beside it.
        case recordingChanged = "recording_changed"
        case taskRefused = "task_refused"
        /// The provider listed a recording in a way that gives no way to its bytes.
        case recordingUnusable = "recording_unusable"
        /// The listing had something that a listing should not have.
        case listingAnomaly = "listing_anomaly"
        /// Another source of the provider's names a task that its listing left out.
        case taskNotListed = "task_not_listed"
        /// Another source of the provider's says that a recording was made of a task of which the listing says none was
        /// requested.
        case captureClaimed = "capture_claimed"
        /// `verify` found damage.
        case damageFound = "damage_found"
        /// A recording that was damaged in one archive is whole in another now.
        case recordingRepaired = "recording_repaired"
        /// A damaged recording's bytes are whole again where they were, such as after a backup was restored.
        case recordingReinstated = "recording_reinstated"
        /// A sealed archive that the manifest had not heard of was taken in.
        case archiveTakenIn = "archive_taken_in"
        case rebuilt
        /// An answer left a task without the recording that it should have, or with one that cannot be used.
        case gapOpened = "gap_opened"
        /// Everything that the provider lists of a task with a gap is held.
        case gapFilled = "gap_filled"
        /// Nothing is to be expected any more where something was.
        case gapWithdrawn = "gap_withdrawn"
        /// An operator said why something is missing.
        case gapExplained = "gap_explained"
        /// An operator took an explanation back.
        case explanationWithdrawn = "explanation_withdrawn"
        /// Everything expected of a day is archived or explained, and its record says so.
        case dayClosed = "day_closed"
        /// A person began to have damage repaired.
        case repairBegan = "repair_began"
        case repairEnded = "repair_ended"
        /// Recordings of a task were given out.
        case callFetched = "call_fetched"
        case other
    }

    package var time: Timestamp
    package var kind: Kind
    package var organization: OrganizationName?
    package var task: TaskID?
    package var file: FileName?
    /// What else is known, the actor included (`Actor.eventDetail`); never a secret.
    package var detail: [String: String]

    package init(
        time: Timestamp,
        kind: Kind,
        organization: OrganizationName? = nil,
        task: TaskID? = nil,
        file: FileName? = nil,
        detail: [String: String] = [:],
        by actor: Actor? = nil
    ) {
        self.time = time
        self.kind = kind
        self.organization = organization
        self.task = task
        self.file = file
        self.detail = detail.merging(actor?.eventDetail ?? [:]) { $1 }
    }
}

extension Manifest {
    /// Adds a line to the log of events.
    /// - Throws: `unknown` where the event's organization is not registered.
    package func appendEvent(_ event: Event) async throws {
        try await write { db in try event.insert(in: db) }
    }

    /// The log of events, oldest first.
    /// - Parameters:
    ///   - organization: only this one's; `nil` for all.
    ///   - task: only those of this task.
    ///   - since: only those at or after this moment.
    ///   - until: only those before this moment.
    package func events(
        organization: OrganizationName? = nil,
        task: TaskID? = nil,
        since: Timestamp? = nil,
        until: Timestamp? = nil
    ) -> RowSequence<Event> {
        RowSequence(from: Int64(0)) { [self] last in
            try await read { db in
                let select = """
                    SELECT event.row, time, kind, organization.name, task, file, detail
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

extension Event {
    func insert(in db: Database) throws {
        let organization = try organization.map { try OrganizationRow.row(of: $0, in: db) }
        let insert = "INSERT INTO event (time, kind, organization, task, file, detail) VALUES (?, ?, ?, ?, ?, ?)"
        try db.cachedStatement(sql: insert).execute(arguments: [
            time.stored, kind.stored, organization, task?.description, file?.description,
            detail.isEmpty ? nil : try JSONObject.text(detail),
        ])
    }

    fileprivate init(_ row: Row) throws {
        let detail: String? = try row[6]
        self.init(
            time: Timestamp(stored: try row[1]),
            kind: (try? Kind(stored: try row[2])) ?? .other,
            organization: try (row[3] as String?).map(OrganizationName.init(stored:)),
            task: try (row[4] as String?).flatMap { TaskID($0) },
            file: try (row[5] as String?).flatMap { FileName(exactly: $0) },
            detail: try detail.map { try JSONObject.value([String: String].self, $0) } ?? [:]
        )
    }
}

/// Small values as one line of JSON in a column, with sorted keys.
enum JSONObject {
    static func text(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    static func value<Value: Decodable>(_ type: Value.Type, _ text: String) throws(ManifestError) -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(text.utf8))
        } catch {
            throw .unreadable("JSON", text.databaseValue)
        }
    }
}
