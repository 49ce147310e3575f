import GRDB
import Recordings

/// Something that happened: an entry of the manifest's log of events, which is only added to. It has what people will
/// ask about, and not every recording that was fetched successfully.
package struct Event: Hashable, Sendable {
    /// What happened. Acts that the evidence log has too have the same name there.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case passBegan = "pass.began"
        case passEnded = "pass.ended"
        case archiveOpened = "archive.opened"
        case archiveSealed = "archive.sealed"
        /// What the spool holds was found to differ from the manifest, such as after a crash.
        case archiveRecovered = "archive.recovered"
        /// A recording that was stored is gone, and is fetched again.
        case recordingLost = "recording.lost"
        case recordingFailed = "recording.failed"
        case recordingSuspect = "recording.suspect"
        /// The provider now has another version of a held recording: one that ends at another time, or has other bytes.
        /// It is kept next to the first one.
        case recordingChanged = "recording.changed"
        case taskRefused = "task.refused"
        /// The provider listed a recording without a way to its bytes.
        case recordingUnusable = "recording.unusable"
        /// A listing had something unexpected in it.
        case listingAnomaly = "listing.anomaly"
        /// Another source of the provider names a task that the task list left out.
        case taskNotListed = "task.not_listed"
        /// Another source of the provider says that a task was recorded, although the task list says that no recording
        /// was requested.
        case captureClaimed = "capture.claimed"
        /// Damage was found, such as by `verify` or `fetch`.
        case damageFound = "damage.found"
        /// A recording that was damaged in one archive is now intact in another.
        case recordingReplaced = "recording.replaced"
        /// Damaged bytes are intact again, such as after a backup was restored; or another copy of the recording counts
        /// now.
        case recordingReinstated = "recording.reinstated"
        /// A sealed archive that the manifest did not know was adopted.
        case archiveAdopted = "archive.adopted"
        /// The vault has an archive: its bytes were read back, and its lock was confirmed.
        case archivePlaced = "archive.placed"
        /// A copy in the vault that had no lock was locked.
        case archiveLocked = "archive.locked"
        /// An archive was removed from the disk, because the vault has it.
        case archiveEvicted = "archive.evicted"
        case manifestRebuilt = "manifest.rebuilt"
        /// A task lacks a recording that it should have: an answer did not have it or listed it as unusable, or it
        /// could not be fetched.
        case gapOpened = "gap.opened"
        /// Everything that the provider lists for a task with a gap is held.
        case gapFilled = "gap.filled"
        /// Something was expected, and nothing is any more.
        case gapWithdrawn = "gap.withdrawn"
        /// An operator explained why something is missing, or acknowledged a suspect recording.
        case gapExplained = "gap.explained"
        /// An operator withdrew an explanation or an acknowledgement.
        case explanationWithdrawn = "explanation.withdrawn"
        /// Everything expected of a day is archived or explained, and its record says so.
        case dayClosed = "day.closed"
        /// A closed day has changed, and could not be closed again.
        case dayReopened = "day.reopened"
        /// A person started a repair.
        case repairBegan = "repair.began"
        case repairEnded = "repair.ended"
        /// Recordings of a task are about to be handed out; logged before the first byte.
        case audioAccessed = "audio.accessed"
        /// Recordings of a task were given out, or could not be.
        case fetchEnded = "fetch.ended"
        /// The evidence log of an organization was begun, or an epoch of it.
        case logBegun = "log.begun"
        /// An organization is archived with another configuration than before.
        case configurationChanged = "config.changed"
        case other
    }

    package var time: Timestamp
    package var kind: Kind
    package var organization: OrganizationName?
    package var task: TaskID?
    package var file: FileName?
    /// The actor on whose behalf it happened; `nil` for consequences of something that was started earlier, such as a
    /// pass.
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
    /// Reads a row of ``Event/columns``.
    /// - Returns: `nil` if the event has no actor.
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
