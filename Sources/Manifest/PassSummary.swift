import Recordings

/// What a window comes to at a moment: the figures of `archive --json`.
package struct PassSummary: Hashable, Sendable, Codable {
    /// The listed tasks of the window.
    package struct Tasks: Hashable, Sendable, Codable {
        package var listed = 0
        /// Those of which the provider says that a capture was requested, or shows one.
        package var captureRequested = 0
        package var notRequested = 0
        /// Those that are over and of which the provider has not said it, nor shown one.
        package var undetermined = 0
        /// The part of `undetermined` that may still be determined: it makes the window incomplete.
        package var unresolved = 0
        /// Calls under way of which the provider has not said it yet.
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
    package struct Recordings: Hashable, Sendable, Codable {
        package var known = 0
        package var archived = 0
        package var stored = 0
        package var pending = 0
        package var failed = 0
        /// Tasks that should have a recording and have none, or fewer than the provider lists, for whatever reason.
        package var gaps = 0
        /// The part of `gaps` that may still be filled: it makes the window incomplete.
        package var openGaps = 0
        /// The part of `stored` whose day is over, so that it should be archived: it makes the window incomplete.
        package var overdue = 0

        package init() {}

        enum CodingKeys: String, CodingKey {
            case known, archived, stored, pending, failed, gaps, overdue
            case openGaps = "open_gaps"
        }
    }

    package var tasks = Tasks()
    package var recordings = Recordings()

    package init() {}

    /// Whether everything expected in the window is archived, or stored until its day is over, or explained: the rule
    /// of exit code 0.
    package var isComplete: Bool {
        recordings.pending == 0 && recordings.failed == 0 && recordings.openGaps == 0 && recordings.overdue == 0
            && tasks.unresolved == 0
    }
}

/// What a day comes to at a moment: a line of `status`.
package struct DayStatus: Hashable, Sendable {
    package var organization: OrganizationName
    package var day: ArchiveDay
    package var archived = 0
    package var stored = 0
    package var pending = 0
    package var failed = 0
    /// Tasks that should have a recording and have none, or fewer than the provider lists.
    package var gaps = 0
    /// The part of `gaps` that may still be filled.
    package var openGaps = 0
    /// Tasks that are over, without a recording, and may still turn out to have one.
    package var undetermined = 0

    /// How many recordings there should be, as far as anyone knows: the known ones, and one for each gap.
    package var expected: Int { archived + stored + pending + failed + gaps }
}
