/// A task that the provider names outside its task list, so that little is known about it.
package struct NamedTask: Hashable, Sendable {
    package var id: TaskID
    /// The earliest time at which it is known to have existed.
    package var time: Timestamp
    /// `telephony`, …; empty if it was not said.
    package var channelType: String

    package init(id: TaskID, time: Timestamp, channelType: String) {
        self.id = id
        self.time = time
        self.channelType = channelType
    }
}
