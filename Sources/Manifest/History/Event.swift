import GRDB
import Recordings

/// Something that happened: a line of the manifest's append-only log. Kept for what people will ask about, and not for
/// each recording that went well.
package struct Event: Hashable, Sendable {
    /// What happened. What the log of evidence notes too has the same name there.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case passBegan = "pass.began"
        case passEnded = "pass.ended"
        case archiveOpened = "archive.opened"
        case archiveSealed = "archive.sealed"
        /// After a crash, what the spool holds was found to differ from the manifest.
        case archiveRecovered = "archive.recovered"
        /// A recording that was stored is not there any more, and is fetched again.
        case recordingLost = "recording.lost"
        case recordingFailed = "recording.failed"
        case recordingSuspect = "recording.suspect"
        /// The provider says by now that a recording that is held ends at another time: it is fetched beside it.
        case recordingChanged = "recording.changed"
        case taskRefused = "task.refused"
        /// The provider listed a recording in a way that gives no way to its bytes.
        case recordingUnusable = "recording.unusable"
        /// The listing had something that a listing should not have.
        case listingAnomaly = "listing.anomaly"
        /// Another source of the provider's names a task that its listing left out.
        case taskNotListed = "task.not_listed"
        /// Another source of the provider's says that a recording was made of a task of which the listing says none was
        /// requested.
        case captureClaimed = "capture.claimed"
        /// `verify` found damage.
        case damageFound = "damage.found"
        /// A recording that was damaged in one archive is whole in another now.
        case recordingReplaced = "recording.replaced"
        /// A damaged recording's bytes are whole again where they were, such as after a backup was restored.
        case recordingReinstated = "recording.reinstated"
        /// A sealed archive that the manifest had not heard of was taken in.
        case archiveAdopted = "archive.adopted"
        case manifestRebuilt = "manifest.rebuilt"
        /// An answer left a task without the recording that it should have, or with one that cannot be used.
        case gapOpened = "gap.opened"
        /// Everything that the provider lists of a task with a gap is held.
        case gapFilled = "gap.filled"
        /// Nothing is to be expected any more where something was.
        case gapWithdrawn = "gap.withdrawn"
        /// An operator said why something is missing.
        case gapExplained = "gap.explained"
        /// An operator took an explanation back.
        case explanationWithdrawn = "explanation.withdrawn"
        /// Everything expected of a day is archived or explained, and its record says so.
        case dayClosed = "day.closed"
        /// A person began to have damage repaired.
        case repairBegan = "repair.began"
        case repairEnded = "repair.ended"
        /// Recordings of a task are about to be given out: noted before their first byte.
        case audioAccessed = "audio.accessed"
        /// Recordings of a task were given out, or could not be.
        case fetchEnded = "fetch.ended"
        case other
    }

    package var time: Timestamp
    package var kind: Kind
    package var organization: OrganizationName?
    package var task: TaskID?
    package var file: FileName?
    /// On whose account it happened; `nil` for what follows from what somebody had begun, such as a pass.
    package var actor: Actor?
    /// What else is known; never a secret.
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
        self.detail = detail
        self.actor = actor
    }
}

extension Event {
    /// The columns that ``init(_:)`` reads, in its order.
    static let columns = """
        event.row, time, kind, organization.name, task, file, detail,
        actor, actor_via, actor_address, actor_uid, actor_claims
        """

    func insert(in db: Database) throws {
        let organization = try organization.map { try OrganizationRow.row(of: $0, in: db) }
        let insert = """
            INSERT INTO event (time, kind, organization, task, file, detail,
                actor, actor_via, actor_address, actor_uid, actor_claims)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """
        let facts: StatementArguments = [
            time.stored, kind.stored, organization, task?.description, file?.description,
            detail.isEmpty ? nil : try JSONColumn.text(detail),
        ]
        let claims = actor?.claims ?? [:]
        let account: StatementArguments = [
            actor?.name, actor?.via.stored, actor?.address, actor?.uid.map { Int64($0) },
            claims.isEmpty ? nil : try JSONColumn.text(claims),
        ]
        try db.cachedStatement(sql: insert).execute(arguments: facts + account)
    }

    init(_ row: Row) throws {
        let detail: String? = try row[6]
        self.init(
            time: try row[1],
            kind: (try? Kind(stored: try row[2])) ?? .other,
            organization: try (row[3] as String?).map(OrganizationName.init(stored:)),
            task: try (row[4] as String?).flatMap { TaskID($0) },
            file: try (row[5] as String?).flatMap { FileName(exactly: $0) },
            detail: try detail.map { try JSONColumn.value([String: String].self, $0) } ?? [:],
            by: try Actor(event: row)
        )
    }
}

extension Actor {
    /// Of a row of ``Event/columns``.
    /// - Returns: `nil` if the event has none.
    fileprivate init?(event row: Row) throws {
        guard let name: String = try row[7] else { return nil }
        self.init(
            name: name,
            via: try Via(stored: try row[8]),
            address: try row[9],
            uid: (try row[10] as Int64?).flatMap(UInt32.init(exactly:)),
            claims: try (row[11] as String?).map { try JSONColumn.value([String: String].self, $0) } ?? [:]
        )
    }
}
