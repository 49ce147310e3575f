import Recordings

/// A question to the provider about some tasks, with its answers.
package struct AnsweredQuestion: Hashable, Sendable {
    /// One for each task about which the provider said something.
    package var answers: [TaskAnswer]
    /// When it was asked, which is earlier than when it was answered.
    package var askedTime: Timestamp

    package init(_ answers: [TaskAnswer], askedTime: Timestamp) {
        self.answers = answers
        self.askedTime = askedTime
    }
}
