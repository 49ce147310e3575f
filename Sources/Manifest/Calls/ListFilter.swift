import Recordings

/// Which lines `list` prints; `nil` excludes nothing.
package struct ListFilter: Hashable, Sendable {
    /// Which lines, by their state.
    package enum State: Hashable, Sendable {
        /// Recordings in this state; with `pending`, also gaps that the provider may still fill.
        case recording(RecordingState)
        /// Recordings that are held, look incomplete or unusual, and have no better version.
        case suspect
        /// All gaps: tasks without a recording, failed recordings, and damaged ones.
        case gap
        /// Gaps and failed recordings that are not explained, and neither pending nor damaged.
        case missing
        /// Gaps, failed and damaged recordings that an operator has explained.
        case explained
    }

    package var organization: OrganizationName?
    package var task: TaskID?
    package var day: ArchiveDay?
    /// By the time at which the task was created.
    package var window: Range<Timestamp>?
    package var state: State?
    /// By what is known about the call.
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
