/// Something that should exist and is not held: the recording of a task that has none, what the provider lists of a
/// task in a way that cannot be used, or one recording that could not be fetched.
package struct Gap: Hashable, Sendable, Codable {
    package var organization: OrganizationName
    package var day: ArchiveDay
    package var taskID: TaskID
    /// When the task was created.
    package var createdTime: Timestamp
    package var reason: GapReason
    /// The recording that could not be fetched; `nil` where none is known by name.
    package var recording: RecordingKey?
    /// In the provider's or the failure's own words, where there are any; never with a signed URL's query.
    package var detail: String?
    /// The archive in which the bytes of `recording` were found damaged; `nil` if they were not held.
    package var archive: ArchiveName?
    package var evidence: GapEvidence
    /// What an operator said of it; `nil` where nobody did, or what is missing now was not missing then.
    package var explanation: GapExplanation?

    package init(
        organization: OrganizationName,
        day: ArchiveDay,
        taskID: TaskID,
        createdTime: Timestamp,
        reason: GapReason,
        recording: RecordingKey? = nil,
        detail: String? = nil,
        archive: ArchiveName? = nil,
        evidence: GapEvidence = GapEvidence(),
        explanation: GapExplanation? = nil
    ) {
        self.organization = organization
        self.day = day
        self.taskID = taskID
        self.createdTime = createdTime
        self.reason = reason
        self.recording = recording
        self.detail = detail
        self.archive = archive
        self.evidence = evidence
        self.explanation = explanation
    }

    /// Whether nothing is known to be missing yet: the provider may still have it, and nobody has explained it.
    package var isPending: Bool { explanation == nil && reason.isPending }

    /// Whether it is a recording that was held, and whose bytes are damaged or gone.
    package var wasHeld: Bool { archive != nil || reason == .lost || reason == .damaged }

    enum CodingKeys: String, CodingKey {
        case organization, day, reason, recording, detail, archive, evidence, explanation
        case taskID = "task_id"
        case createdTime = "created_time"
    }
}

/// Why something that should exist is not held, or why a task has nothing.
package enum GapReason: String, Hashable, Sendable, Codable, CodingKeyRepresentable, CaseIterable {
    /// The provider has not been asked about it yet.
    case notAskedYet = "not_asked_yet"
    /// Asked for, and the provider had nothing so far; it is asked again until the horizon.
    case notYetAvailable = "not_yet_available"
    /// Asked for until the horizon, and the provider never had anything.
    case neverAvailable = "never_available"
    /// The provider never said whether a recording was requested, and never had one.
    case undetermined
    /// The provider refused the question about this task.
    case refusedByProvider = "refused_by_provider"
    /// The provider lists a recording of it without a usable way to its bytes; others of its recordings may be held.
    case unusable
    /// A recording that had been listed is listed no more; or the task is older than the provider keeps recordings.
    case purgedUpstream = "purged_upstream"
    /// What the media host gives is, again and again, no recording.
    case damagedAtProvider = "damaged_at_provider"
    /// The bytes could not be had, for any other reason.
    case downloadFailed = "download_failed"
    /// Was held, and its bytes are known to be changed or gone; a repair has not fetched it again yet.
    case damaged
    /// Was held, its bytes are damaged or gone, and the provider has it no more.
    case lost
    /// The provider says that none was requested: no gap, but why a task has nothing.
    case captureNotRequested = "capture_not_requested"

    /// Whether the provider may still have it: it is pending, and not missing.
    package var isPending: Bool { self == .notAskedYet || self == .notYetAvailable }
}

/// What speaks for a gap: what was asked, and what was answered.
package struct GapEvidence: Hashable, Sendable, Codable {
    /// When the provider was first asked about the task's captures; `nil` where it was not, or that is not known.
    package var firstAsked: Timestamp?
    package var lastAsked: Timestamp?
    /// How many times it was asked.
    package var asks: Int?
    /// How many recordings the last answer had, usable or not.
    package var found: Int?
    /// The provider's name for its last answer, for a support case.
    package var trackingID: String?
    /// How many downloads of the recording were begun.
    package var attempts: Int?
    /// What is wrong with the bytes of a recording that was held; `nil` if it was not.
    package var damage: String?
    /// When that was found; `nil` where only the disk says it, at this moment.
    package var damageFound: Timestamp?

    package init(
        firstAsked: Timestamp? = nil,
        lastAsked: Timestamp? = nil,
        asks: Int? = nil,
        found: Int? = nil,
        trackingID: String? = nil,
        attempts: Int? = nil,
        damage: String? = nil,
        damageFound: Timestamp? = nil
    ) {
        self.firstAsked = firstAsked
        self.lastAsked = lastAsked
        self.asks = asks
        self.found = found
        self.trackingID = trackingID
        self.attempts = attempts
        self.damage = damage
        self.damageFound = damageFound
    }

    enum CodingKeys: String, CodingKey {
        case asks, found, attempts, damage
        case damageFound = "damage_found_time"
        case firstAsked = "first_asked_time"
        case lastAsked = "last_asked_time"
        case trackingID = "tracking_id"
    }
}

/// What an operator said of a gap: why it is as it should be, or cannot be otherwise.
package struct GapExplanation: Hashable, Sendable, Codable {
    package var reason: ExplanationReason
    /// In the operator's words; never empty.
    package var note: String
    /// Who said it: the name of an account, or its number.
    package var author: String
    /// The account's number; `nil` for explanations of earlier versions, whose author is what the environment said.
    package var authorUID: UInt32?
    /// What the environment said of the author besides, by the variable's name; `nil` if nothing.
    package var authorClaims: [String: String]?
    package var time: Timestamp

    package init(
        reason: ExplanationReason,
        note: String,
        author: String,
        authorUID: UInt32? = nil,
        authorClaims: [String: String]? = nil,
        time: Timestamp
    ) {
        self.reason = reason
        self.note = note
        self.author = author
        self.authorUID = authorUID
        self.authorClaims = authorClaims.flatMap { $0.isEmpty ? nil : $0 }
        self.time = time
    }

    package init(reason: ExplanationReason, note: String, by actor: Actor, time: Timestamp) {
        self.init(
            reason: reason,
            note: note,
            author: actor.name,
            authorUID: actor.uid,
            authorClaims: actor.claims,
            time: time
        )
    }

    enum CodingKeys: String, CodingKey {
        case reason, note, author, time
        case authorUID = "author_uid"
        case authorClaims = "author_claims"
    }

    /// The members of an event's detail that say who did it.
    package var authorDetail: [String: String] {
        guard let authorUID else { return ["author": author] }
        return Actor(name: author, uid: authorUID, claims: authorClaims ?? [:]).eventDetail
    }
}

/// What an operator may give as the reason of a gap.
package enum ExplanationReason: String, Hashable, Sendable, Codable, CaseIterable {
    /// Recording was switched off, or paused, for this contact.
    case recordingDisabled = "recording_disabled"
    /// No contact with a customer.
    case testCall = "test_call"
    /// Nobody spoke, such as a call that was dropped as it was connected.
    case noConversation = "no_conversation"
    /// The provider kept it for as long as it keeps recordings.
    case purgedUpstream = "purged_upstream"
    /// The provider admits that it lost or damaged it.
    case providerFault = "provider_fault"
    /// It was deleted because the law, or a court, or a customer's right required it.
    case legalDeletion = "legal_deletion"
    /// It is kept in another system.
    case heldElsewhere = "held_elsewhere"
    /// None of these: the note says it.
    case other
}
