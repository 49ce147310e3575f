import Recordings

/// An organization as the manifest knows it.
package struct OrganizationRow: Hashable, Sendable {
    package var row: Int64
    package var name: OrganizationName
    package var id: OrganizationID
}

/// Names a recording within this manifest, shortly; a rebuilt manifest may name it otherwise.
package struct RecordingRowID: Hashable, Sendable, Comparable {
    let task: Int64
    let ordinal: Int64

    package static func < (lhs: Self, rhs: Self) -> Bool { (lhs.task, lhs.ordinal) < (rhs.task, rhs.ordinal) }
}

/// A task as the manifest knows it.
package struct TaskRow: Hashable, Sendable {
    package var organization: OrganizationName
    package var id: TaskID
    package var createdTime: Timestamp
    package var day: ArchiveDay
    package var channelType: String
    package var status: TaskStatus
    package var captureRequest: CaptureRequest
    /// Whether it came by the provider's listing; otherwise it was asked for by its ID.
    package var isListed: Bool
    /// How many times its captures were asked for; `nil` once it is settled.
    package var asks: Int?
    /// When its captures are asked for next; `nil` where no more.
    package var nextAskTime: Timestamp?
    /// Why the provider refused the last question, where it did, or why not all that its answer listed can be had.
    package var refusal: String?
}

/// How much of an open archive's two files the manifest vouches for.
package struct ArchiveExtentRow: Hashable, Sendable {
    package var tarBytes: Int64
    package var journalBytes: Int64

    package init(tarBytes: Int64, journalBytes: Int64) {
        self.tarBytes = tarBytes
        self.journalBytes = journalBytes
    }
}

/// An open daily archive.
package struct OpenArchiveRow: Hashable, Sendable {
    package var name: ArchiveName
    package var extent: ArchiveExtentRow
    package var recordings: Int
}

/// A sealed daily archive.
package struct ArchiveRow: Hashable, Sendable {
    package var name: ArchiveName
    /// How long the tar is.
    package var byteCount: Int64
    /// The SHA-256 of the tar.
    package var digest: ContentDigest
    package var recordings: Int
    /// `nil` where the manifest was rebuilt from the archive.
    package var sealedTime: Timestamp?

    package init(
        name: ArchiveName,
        byteCount: Int64,
        digest: ContentDigest,
        recordings: Int,
        sealedTime: Timestamp?
    ) {
        self.name = name
        self.byteCount = byteCount
        self.digest = digest
        self.recordings = recordings
        self.sealedTime = sealedTime
    }
}

/// A recording as the manifest knows it: a line of `list`.
package struct RecordingRow: Hashable, Sendable {
    package var row: RecordingRowID
    package var organization: OrganizationName
    package var day: ArchiveDay
    package var key: RecordingKey
    package var stopTime: Timestamp?
    package var file: FileName
    package var state: RecordingState
    /// Why its bytes cannot be given out: where it is damaged, and why it failed, if it did.
    package var reason: String?
    /// The kind of failure or damage; `nil` for a recording that is neither failed nor damaged.
    package var failureCode: GapReason?
    /// How many downloads were begun.
    package var attempts: Int
    /// When its bytes are wanted next, while they are not held.
    package var wantedTime: Timestamp?
    /// Where its bytes are, or were found damaged; `nil` while no archive has them.
    package var held: Held?
    /// What is known of its call; `nil` where nothing was read of that yet.
    package var call: KnownCall?

    /// Where a recording's bytes are, and what they are.
    package struct Held: Hashable, Sendable {
        package var archive: ArchiveName
        /// Whether the archive is sealed; else it is open in the spool.
        package var isSealed: Bool
        /// Where the first byte stands in the archive's tar.
        package var offset: Int64
        package var byteCount: Int64
        package var digest: ContentDigest
        package var audio: AudioFormat?
        package var suspicion: String?
        package var receivedTime: Timestamp
    }
}

/// What the manifest knows of a call.
package struct KnownCall: Hashable, Sendable {
    package var facts: CallFacts
    /// Whether the provider's Search has told it; else the listing of tasks has.
    package var isSearched: Bool
}

/// One line of `list`.
package enum ListRow: Hashable, Sendable {
    case recording(RecordingRow)
    /// A task that should have a recording and has none, or has fewer than the provider lists.
    case gap(Gap)
}

/// A task with everything that is known of it: a call, whether or not anything of it was recorded.
package struct CallRow: Hashable, Sendable {
    package var organization: OrganizationName
    package var taskID: TaskID
    package var day: ArchiveDay
    package var createdTime: Timestamp
    package var status: TaskStatus
    package var captureRequest: CaptureRequest
    /// What is known of the call; `nil` if nothing was read of that yet.
    package var call: KnownCall?
    package var state: CallState
    /// All that is known, in the order of their names.
    package var recordings: [RecordingRow]
    /// What is missing of it: what it has no recording of, and its failed recordings.
    package var gaps: [Gap]
    /// Of these recordings and of the gap without a recording, those that the filter lets through.
    package var rows: [ListRow]

    /// What is missing beside its failed recordings, which have rows of their own.
    package var gap: Gap? { gaps.first { $0.recording == nil } }
}

/// How a call stands as a whole.
package enum CallState: String, Hashable, Sendable, Codable, CaseIterable {
    /// All that is known of it is held.
    case complete
    /// Something may still come.
    case pending
    /// Something that should exist is not held, and no one has explained it.
    case missing
    /// What is missing was explained.
    case explained
    /// Something was held and is known to be changed or gone.
    case damaged
    /// Nothing was to be recorded.
    case none

    /// - Parameters:
    ///   - gaps: what is missing of it, failed recordings among them.
    ///   - isOpen: whether the provider may still have something of it.
    package init(recordings: [RecordingState], gaps: [Gap], isOpen: Bool) {
        let unexplained = gaps.filter { $0.explanation == nil }
        let explainedDamage = gaps.count { $0.wasHeld && $0.explanation != nil }
        self =
            if recordings.count(where: { $0 == .damaged }) > explainedDamage {
                .damaged
            } else if unexplained.contains(where: { !$0.isPending }) {
                .missing
            } else if recordings.contains(.pending) || !unexplained.isEmpty || recordings.isEmpty && isOpen {
                .pending
            } else if !gaps.isEmpty {
                .explained
            } else {
                recordings.isEmpty ? .none : .complete
            }
    }
}

/// Which lines `list` gives; what is `nil` excludes nothing.
package struct ListFilter: Hashable, Sendable {
    /// Which lines by their state.
    package enum State: Hashable, Sendable {
        /// Recordings; with `pending`, gaps that the provider may still fill, too.
        case recording(RecordingState)
        /// Those that are held, do not convince, and have no better version.
        case suspect
        /// Whatever is a gap: tasks without a recording, failed recordings, and damaged ones.
        case gap
        /// Gaps and failed recordings that no one has explained, and that are neither pending nor damaged.
        case missing
        /// Gaps, failed and damaged recordings that an operator has explained.
        case explained
    }

    package var organization: OrganizationName?
    package var task: TaskID?
    package var day: ArchiveDay?
    /// By the time of the task's creation.
    package var window: Range<Timestamp>?
    package var state: State?
    /// By what is known of the call.
    package var call: CallFilter

    package init(
        organization: OrganizationName? = nil,
        task: TaskID? = nil,
        day: ArchiveDay? = nil,
        window: Range<Timestamp>? = nil,
        state: State? = nil,
        call: CallFilter = CallFilter()
    ) {
        self.organization = organization
        self.task = task
        self.day = day
        self.window = window
        self.state = state
        self.call = call
    }
}

/// Where a copy of a recording stands in an archive: what `verify` holds the bytes against.
package struct ArchivedMember: Hashable, Sendable {
    package var taskID: TaskID
    package var file: FileName
    package var offset: Int64
    package var byteCount: Int64
    package var digest: ContentDigest
    /// Whether this copy is the one that counts.
    package var isCounting = true
    /// The archive whose copy counts in place of this one; `nil` if none does, or a reading found that one damaged too.
    package var replacedBy: ArchiveName?
    /// Whether this copy does not count, none does, and an operator has explained that the recording is lost.
    package var isExplained = false

    /// The member's path inside the bag, as ``RecordingEntry/payloadPath`` has it.
    package var payloadPath: String { "data/\(FileName(sanitizing: taskID.description))/\(file)" }
}
