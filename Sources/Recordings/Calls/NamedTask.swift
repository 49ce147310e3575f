/// A task that the provider names somewhere else than in its listing of tasks, of which little is known therefore.
package struct NamedTask: Hashable, Sendable {
    package var id: TaskID
    /// The earliest moment at which it is known to have existed.
    package var time: Timestamp
    /// `telephony`, …; empty where it was not said.
    package var channelType: String

    package init(id: TaskID, time: Timestamp, channelType: String) {
        self.id = id
        self.time = time
        self.channelType = channelType
    }
}
