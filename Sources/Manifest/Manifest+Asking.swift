import GRDB
import Recordings

/// What the provider answered about one task.
package enum TaskAnswer: Hashable, Sendable {
    /// - Parameters:
    ///   - unusable: what the provider lists besides in a way that gives no way to its bytes, a line each.
    ///   - trackingID: the provider's name for its answer.
    case capture(Capture, unusable: [String] = [], trackingID: String? = nil)
    /// The provider refuses the question about this task, and about no other.
    case refused(TaskID, reason: String, trackingID: String? = nil)

    package var taskID: TaskID {
        switch self {
        case .capture(let capture, _, _): capture.taskID
        case .refused(let task, _, _): task
        }
    }
}

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

/// A recording whose bytes are wanted, and all that it takes to get and to keep them.
package struct RecordingWork: Hashable, Sendable {
    package var row: RecordingRowID
    package var organization: OrganizationName
    package var day: ArchiveDay
    /// As the provider described it in this answer, with its URL.
    package var captured: CapturedRecording
    /// The name that it has in its task's folder.
    package var file: FileName
    /// How many downloads were begun for it before.
    package var attempts: Int
    /// The task as the provider listed it; `nil` where it was never listed, or its day has been sealed since.
    package var taskJSON: ProviderJSON?
    /// The task as Search shows it; `nil` where that is not known, or its day has been sealed since.
    package var searchJSON: ProviderJSON?
    /// The damaged copy that it takes the place of; `nil` where its bytes were never held.
    package var replaced: ReplacedCopy?
    /// For a suspect recording that is held, and only looked at again; `nil` for one whose bytes are wanted.
    package var look: SuspectLook?
}

/// Who is at work on which recordings. It is asked within the transaction that reads whether a recording is wanted, so
/// that nothing can be stored or given up between the one and the other.
package protocol RecordingClaims: Sendable {
    /// - Returns: whether the recording was nobody's before; then it is the claimer's. Returns soon.
    func claim(_ row: RecordingRowID) -> Bool
    /// Gives the recording back. Returns soon.
    func release(_ row: RecordingRowID)
}

extension Manifest {
    /// Takes the provider's answers: recordings that were not known are registered as pending, under a file name that
    /// is unique in its task, and each task's question is settled or scheduled anew.
    ///
    /// A task that was never listed is registered where there are recordings of it, with the earliest of their times as
    /// its own; without, nothing shows that it exists.
    ///
    /// A recording that is still wanted and not in the answer has failed: its bytes cannot be had for now. A task of
    /// which the answer lists something unusable is not settled by it: it is asked about until the horizon, and is a gap
    /// besides whatever is held of it.
    ///
    /// It is one transaction, however many questions there are: what each costs is mostly its commit.
    /// - Parameters:
    ///   - day: the day that an instant belongs to, for tasks that were never listed.
    ///   - looksBefore: suspect recordings that were not looked at since then are wanted whatever their intervals say;
    ///     `nil` for those that are due only.
    ///   - claims: where each recording is claimed that is returned; others are left out. Where the answers cannot be
    ///     noted, what was claimed is given back.
    /// - Returns: for each question, the recordings of its answers whose bytes are wanted now, in their order.
    package func noteAnswers(
        to questions: [AnsweredQuestion],
        organization: OrganizationName,
        day: @escaping @Sendable (Timestamp) -> ArchiveDay,
        schedule: AskSchedule,
        looksBefore: Timestamp? = nil,
        claims: (any RecordingClaims)? = nil
    ) async throws -> [[RecordingWork]] {
        guard let first = questions.first else { return [] }
        let answers = questions.enumerated().flatMap { place, question in
            question.answers.map { PlacedAnswer(question: place, answer: $0) }
        }
        return try await write { db in
            var taking = AnswerTaking(
                organization: organization,
                organizationRow: try OrganizationRow.row(of: organization, in: db),
                day: day,
                schedule: schedule,
                looksBefore: looksBefore,
                claims: claims.map { TransactionClaims($0, in: db) },
                now: first.askedTime
            )
            var wanted = [[RecordingWork]](repeating: [], count: questions.count)
            let organization = taking.organizationRow
            try TaskDossier.forEach(answers, about: \.taskID, organization: organization, in: db) { placed, task in
                taking.now = questions[placed.question].askedTime
                switch placed.answer {
                case .capture(let capture, let unusable, let trackingID):
                    taking.trackingID = trackingID
                    wanted[placed.question] += try taking.take(capture, of: task, unusable: unusable, in: db)
                case .refused(_, let reason, let trackingID):
                    taking.trackingID = trackingID
                    if let task { try taking.takeRefusal(of: task, reason: reason, in: db) }
                }
            }
            return wanted
        }
    }
}

private struct PlacedAnswer {
    var question: Int
    var answer: TaskAnswer

    var taskID: TaskID { answer.taskID }
}
