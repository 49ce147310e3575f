/// The state of a task (wxcc-api 5). Words that the provider adds later are kept.
package struct TaskStatus: Hashable, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ text: String) {
        description = text.withoutNUL
    }

    /// Whether the contact is over, so that its recording is complete when it appears.
    package var isTerminal: Bool { Self.terminal.contains(self) }

    /// The words for a contact that is over.
    package static let terminal = [TaskStatus("completed"), TaskStatus("abandoned")]
}
