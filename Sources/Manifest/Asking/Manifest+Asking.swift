import GRDB
import Recordings

extension Manifest {
    /// Records answers of the provider. Recordings that were not known are registered as pending, under a file name
    /// that is unique in its task. The question about each task is settled, or its next time is scheduled.
    ///
    /// A task that was never listed is registered if it has recordings, with the earliest of their times as its
    /// creation. Without recordings nothing shows that it exists.
    ///
    /// A recording that is still wanted, and missing from the answer, has failed: it is not available for now. If the
    /// answer lists something unusable, the task is not settled. It is asked about until the horizon, and is a gap,
    /// whatever is held of it.
    ///
    /// All questions are recorded in one transaction, because most of the cost of each is its commit.
    /// - Parameters:
    ///   - day: the day that an instant belongs to, for tasks that were never listed.
    ///   - looksBefore: suspect recordings that were not checked since this time are wanted, whatever their intervals
    ///     say; `nil` for only those that are due.
    ///   - reservations: reserves each recording that is returned; a recording that cannot be reserved is left out. If
    ///     the answers cannot be noted, the reservations are released.
    /// - Returns: for each question, the recordings of its answers whose bytes are wanted now, in their order.
    package func noteAnswers(
        to questions: [AnsweredQuestion],
        organization: OrganizationName,
        day: @escaping @Sendable (Timestamp) -> ArchiveDay,
        schedule: AskSchedule,
        looksBefore: Timestamp? = nil,
        reservations: (any RecordingReservations)? = nil
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
                reservations: reservations.map { TransactionReservations($0, in: db) },
                now: first.askedTime
            )
            var wanted = [[RecordingWork]](repeating: [], count: questions.count)
            let organization = taking.organizationRow
            try TaskSnapshot.forEach(answers, about: \.taskID, organization: organization, in: db) { placed, task in
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
