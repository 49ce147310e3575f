import Recordings

/// A question to the provider, which is about some tasks, with what was answered.
package struct AnsweredQuestion: Hashable, Sendable {
    /// One for each task that the provider said something of.
    package var answers: [TaskAnswer]
    /// When it was asked, which is earlier than when it was answered.
    package var askedTime: Timestamp

    package init(_ answers: [TaskAnswer], askedTime: Timestamp) {
        self.answers = answers
        self.askedTime = askedTime
    }
}
