import Recordings

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
