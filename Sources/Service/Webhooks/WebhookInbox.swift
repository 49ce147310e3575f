import Foundation
import GRDB
import Recordings
import Waiting

/// The provider's events, kept durably until their calls were looked up, and then for a week so that a repeated event is
/// recognized.
struct WebhookInbox: Sendable {
    private let database: ServiceDatabase
    /// Whether an event arrived since someone last looked.
    private let news = WaitingLine<Bool, Void>(false) { isNew in
        guard isNew else { return nil }
        isNew = false
        return ()
    }

    /// How long the ID of an event is remembered.
    static let memory = Duration.hours(7 * 24)
    /// How many events may wait. Then further ones are refused, and the provider's or the next poll's turn comes.
    static let mostWaiting = 50_000
    /// The pauses between the attempts to look up a call. After the last one, polling finds what is still missing.
    static let pauses: [Duration] = [.seconds(30), .minutes(2), .minutes(10), .minutes(30)]

    /// The table of migration 6.
    static let schema = """
        CREATE TABLE webhook_event (
            row INTEGER PRIMARY KEY,
            organization TEXT NOT NULL,
            id TEXT NOT NULL,
            type TEXT NOT NULL,
            task TEXT,
            event_time INTEGER,
            received_time INTEGER NOT NULL,
            is_late INTEGER NOT NULL CHECK (is_late IN (0, 1)),
            attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
            due_time INTEGER,
            UNIQUE (organization, id)
        ) STRICT;
        CREATE INDEX webhook_event_due ON webhook_event (due_time) WHERE due_time IS NOT NULL;
        CREATE INDEX webhook_event_received ON webhook_event (received_time);
        """

    init(_ database: ServiceDatabase) {
        self.database = database
    }

    /// What became of an event.
    enum Receipt: String, Sendable, Encodable {
        /// It is kept; its call will be looked up.
        case noted
        /// It is kept; there is nothing to look up.
        case ignored
        /// It was received before.
        case known
        /// Too many events wait.
        case full
    }

    /// Keeps an event durably. Call it before the event is answered.
    func receive(_ event: WebhookEvent, _ organization: OrganizationName, at now: Timestamp) async throws -> Receipt {
        let isLate = event.isLate(at: now)
        let receipt = try await database.write { db -> Receipt in
            try db.execute(
                sql: "DELETE FROM webhook_event WHERE received_time < ? AND due_time IS NULL",
                arguments: [(now - Self.memory).millisecondsSince1970]
            )
            let isKnown = try Bool.fetchOne(
                db,
                sql: "SELECT EXISTS (SELECT 1 FROM webhook_event WHERE organization = ? AND id = ?)",
                arguments: [organization.description, event.id]
            )
            if isKnown == true { return .known }
            let waiting = "SELECT count(*) FROM webhook_event WHERE due_time IS NOT NULL"
            guard try Int.fetchOne(db, sql: waiting) ?? 0 < Self.mostWaiting else { return .full }
            let due = event.concernsRecordings ? now + event.patience : nil
            try db.execute(
                sql: """
                    INSERT INTO webhook_event (organization, id, type, task, event_time, received_time, is_late, due_time)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    organization.description, event.id, event.type, event.task?.description,
                    event.time?.millisecondsSince1970, now.millisecondsSince1970, isLate, due?.millisecondsSince1970,
                ]
            )
            return due == nil ? .ignored : .noted
        }
        if receipt == .noted { news.change { $0 = true } }
        return receipt
    }

    /// Waits until an event arrives. Returns at once if one arrived since the last call.
    func waitForNews() async { _ = await news.wait() }

    /// A call to look up.
    struct Lookup: Sendable, Hashable {
        var organization: OrganizationName
        var task: TaskID
    }

    /// The calls that are due, oldest first.
    /// - Returns: if there are none, the time at which the next one is due; `nil` if none waits.
    func due(at now: Timestamp, most: Int) async throws -> (calls: [Lookup], next: Timestamp?) {
        try await database.read { db in
            let select = """
                SELECT organization, task, min(due_time) AS due FROM webhook_event WHERE due_time IS NOT NULL
                GROUP BY organization, task ORDER BY due LIMIT ?
                """
            var calls: [Lookup] = []
            var next: Timestamp?
            for row in try Row.fetchAll(db, sql: select, arguments: [most]) {
                let due = Timestamp(millisecondsSince1970: row["due"])
                guard due <= now else {
                    next = due
                    break
                }
                guard let organization = OrganizationName(row["organization"] as String),
                    let task = TaskID(row["task"] as String)
                else { continue }
                calls.append(Lookup(organization: organization, task: task))
            }
            return (calls, next)
        }
    }

    /// Records that nothing is left to look up for events of this call that were received until `time`.
    func settle(_ call: Lookup, receivedBy time: Timestamp) async throws {
        try await database.write { db in
            try db.execute(
                sql:
                    "UPDATE webhook_event SET due_time = NULL WHERE organization = ? AND task = ? AND received_time <= ?",
                arguments: [call.organization.description, call.task.description, time.millisecondsSince1970]
            )
        }
    }

    /// Records that a call has to be looked up again later.
    /// - Parameter isAttempt: whether this counts as one of the attempts, of which there are not many.
    func postpone(_ call: Lookup, isAttempt: Bool, at now: Timestamp) async throws {
        try await database.write { db in
            let key: StatementArguments = [call.organization.description, call.task.description]
            if isAttempt {
                let count = "UPDATE webhook_event SET attempts = attempts + 1 WHERE organization = ? AND task = ?"
                try db.execute(sql: count + " AND due_time IS NOT NULL", arguments: key)
            }
            // Events of one call share its attempts: the newest has the fewest.
            let select = "SELECT min(attempts) FROM webhook_event WHERE organization = ? AND task = ?"
            let attempts = try Int.fetchOne(db, sql: select + " AND due_time IS NOT NULL", arguments: key) ?? 0
            let place = isAttempt ? attempts - 1 : 0
            let due = place < Self.pauses.count ? now + Self.pauses[max(0, place)] : nil
            let update = "UPDATE webhook_event SET due_time = ? WHERE organization = ? AND task = ?"
            try db.execute(sql: update + " AND due_time IS NOT NULL", arguments: [due?.millisecondsSince1970] + key)
        }
    }
}
