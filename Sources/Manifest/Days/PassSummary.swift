import Recordings

/// The counts of a window, or of a day of it, at a moment: the figures of `archive --json`.
package struct PassSummary: Hashable, Sendable, Codable {
    /// The listed tasks of the window.
    package struct Tasks: Hashable, Sendable, Codable {
        package var listed = 0
        /// Those for which the provider says that a capture was requested, or has one.
        package var captureRequested = 0
        package var notRequested = 0
        /// Those that are over, and for which the provider neither says whether a capture was requested nor has one.
        package var undetermined = 0
        /// The part of `undetermined` that may still be determined: it makes the window incomplete.
        package var unresolved = 0
        /// Calls in progress for which the provider has not said it yet.
        package var inProgress = 0

        package init() {}

        enum CodingKeys: String, CodingKey {
            case listed, undetermined, unresolved
            case captureRequested = "capture_requested"
            case notRequested = "not_requested"
            case inProgress = "in_progress"
        }
    }

    /// The recordings of the window's tasks.
    package struct Recordings: Hashable, Sendable {
        package var known = 0
        package var archived = 0
        package var stored = 0
        package var pending = 0
        package var failed = 0
        /// Those that were held, and whose bytes are known to be changed or gone.
        package var damaged = 0
        /// Tasks that should have a recording and have none, or fewer than the provider lists, for any reason.
        package var gaps = 0
        /// The part of `gaps` that the provider may still fill, and that is not explained: pending, and not missing.
        package var awaited = 0
        /// The part of `failed`, `damaged` and `gaps` that is explained.
        package var explained = 0
        /// The part of `failed`, `damaged` and `gaps` that is not explained: it makes the window incomplete.
        package var unexplained = 0
        /// The part of `damaged` that is not explained.
        package var unrepaired = 0
        /// Archives of the window's days that are damaged, other than in single recordings: they make the window
        /// incomplete.
        package var archivesDamaged = 0
        /// The part of `stored` that should be archived: its day is over, or it is sealed and not yet in the vault. It makes
        /// the window incomplete.
        package var overdue = 0
        /// The part of `overdue` that is sealed, and waits until the vault has it.
        package var unvaulted = 0
        /// Sealed archives of the window's days that wait until the vault has them: they make the window incomplete.
        package var archivesUnvaulted = 0
        /// The part of `archived` and `stored` that looks incomplete or unusual, and has no better version.
        package var suspect = 0
        /// The part of `suspect` that a person has acknowledged.
        package var acknowledged = 0
        /// How many of `failed`, `damaged` and `gaps` have each reason. In addition, the tasks for which the provider
        /// says that no recording was requested.
        package var reasons: [GapReason: Int] = [:]

        /// How many there should be, as far as is known: the known ones, and one for each gap.
        package var expected: Int { known + gaps }

        /// What is known to be missing, and is not explained: `failed` and `gaps` without what is awaited.
        package var missing: Int { unexplained - unrepaired - awaited }

        package init() {}
    }

    package var tasks = Tasks()
    package var recordings = Recordings()

    package init() {}

    /// Whether everything expected in the window is archived, stored until its day is over, or explained, and everything
    /// sealed is in the vault, if there is one: the rule of exit code 0.
    package var isComplete: Bool {
        recordings.pending == 0 && recordings.unexplained == 0 && recordings.overdue == 0 && tasks.unresolved == 0
            && recordings.archivesUnvaulted == 0 && !hasDamage
    }

    /// Whether something that was archived is known to be damaged, and neither repaired nor explained: the rule of exit
    /// code 65.
    package var hasDamage: Bool { recordings.unrepaired > 0 || recordings.archivesDamaged > 0 }

    package static func += (lhs: inout Self, rhs: Self) {
        lhs.tasks.listed += rhs.tasks.listed
        lhs.tasks.captureRequested += rhs.tasks.captureRequested
        lhs.tasks.notRequested += rhs.tasks.notRequested
        lhs.tasks.undetermined += rhs.tasks.undetermined
        lhs.tasks.unresolved += rhs.tasks.unresolved
        lhs.tasks.inProgress += rhs.tasks.inProgress
        lhs.recordings.known += rhs.recordings.known
        lhs.recordings.archived += rhs.recordings.archived
        lhs.recordings.stored += rhs.recordings.stored
        lhs.recordings.pending += rhs.recordings.pending
        lhs.recordings.failed += rhs.recordings.failed
        lhs.recordings.damaged += rhs.recordings.damaged
        lhs.recordings.unrepaired += rhs.recordings.unrepaired
        lhs.recordings.archivesDamaged += rhs.recordings.archivesDamaged
        lhs.recordings.gaps += rhs.recordings.gaps
        lhs.recordings.awaited += rhs.recordings.awaited
        lhs.recordings.explained += rhs.recordings.explained
        lhs.recordings.unexplained += rhs.recordings.unexplained
        lhs.recordings.overdue += rhs.recordings.overdue
        lhs.recordings.unvaulted += rhs.recordings.unvaulted
        lhs.recordings.archivesUnvaulted += rhs.recordings.archivesUnvaulted
        lhs.recordings.suspect += rhs.recordings.suspect
        lhs.recordings.acknowledged += rhs.recordings.acknowledged
        lhs.recordings.reasons.merge(rhs.recordings.reasons, uniquingKeysWith: +)
    }
}

extension PassSummary.Recordings: Codable {
    enum CodingKeys: String, CodingKey {
        case known, archived, stored, pending, failed, damaged, gaps, awaited, explained, unexplained, unrepaired,
            overdue, unvaulted, suspect, acknowledged, reasons
        case archivesDamaged = "archives_damaged"
        case archivesUnvaulted = "archives_unvaulted"
    }

    /// Also reads the figures of earlier versions, which did not know explanations and did not count damage.
    package init(from decoder: any Decoder) throws {
        let figures = try decoder.container(keyedBy: CodingKeys.self)
        known = try figures.decode(Int.self, forKey: .known)
        archived = try figures.decode(Int.self, forKey: .archived)
        stored = try figures.decode(Int.self, forKey: .stored)
        pending = try figures.decode(Int.self, forKey: .pending)
        failed = try figures.decode(Int.self, forKey: .failed)
        gaps = try figures.decode(Int.self, forKey: .gaps)
        overdue = try figures.decode(Int.self, forKey: .overdue)
        unvaulted = try figures.decodeIfPresent(Int.self, forKey: .unvaulted) ?? 0
        archivesUnvaulted = try figures.decodeIfPresent(Int.self, forKey: .archivesUnvaulted) ?? 0
        damaged = try figures.decodeIfPresent(Int.self, forKey: .damaged) ?? 0
        awaited = try figures.decodeIfPresent(Int.self, forKey: .awaited) ?? 0
        unrepaired = try figures.decodeIfPresent(Int.self, forKey: .unrepaired) ?? 0
        archivesDamaged = try figures.decodeIfPresent(Int.self, forKey: .archivesDamaged) ?? 0
        suspect = try figures.decodeIfPresent(Int.self, forKey: .suspect) ?? 0
        acknowledged = try figures.decodeIfPresent(Int.self, forKey: .acknowledged) ?? 0
        explained = try figures.decodeIfPresent(Int.self, forKey: .explained) ?? 0
        unexplained = try figures.decodeIfPresent(Int.self, forKey: .unexplained) ?? failed + gaps
        reasons = try figures.decodeIfPresent([GapReason: Int].self, forKey: .reasons) ?? [:]
    }
}
