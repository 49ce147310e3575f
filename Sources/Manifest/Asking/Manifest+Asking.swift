import GRDB
import Recordings

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
