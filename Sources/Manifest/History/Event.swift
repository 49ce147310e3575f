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
        /// Recordings of a task are about to be given out.
        case callFetchBegan = "call_fetch_began"
        /// Recordings of a task were given out, or could not be.
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

extension Event {
    func insert(in db: Database) throws {
        let organization = try organization.map { try OrganizationRow.row(of: $0, in: db) }
        let insert = "INSERT INTO event (time, kind, organization, task, file, detail) VALUES (?, ?, ?, ?, ?, ?)"
        try db.cachedStatement(sql: insert).execute(arguments: [
            time.stored, kind.stored, organization, task?.description, file?.description,
            detail.isEmpty ? nil : try JSONColumn.text(detail),
        ])
    }

    init(_ row: Row) throws {
        let detail: String? = try row[6]
        self.init(
            time: try row[1],
            kind: (try? Kind(stored: try row[2])) ?? .other,
            organization: try (row[3] as String?).map(OrganizationName.init(stored:)),
            task: try (row[4] as String?).flatMap { TaskID($0) },
            file: try (row[5] as String?).flatMap { FileName(exactly: $0) },
            detail: try detail.map { try JSONColumn.value([String: String].self, $0) } ?? [:]
        )
    }
}
