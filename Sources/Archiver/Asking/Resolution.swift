import AsyncAlgorithms
import Foundation
import Manifest
import Recordings
import WebexContactCenter

/// The second step of a pass: asks the provider what it has for the tasks that are due, ten at a time, and passes each
/// wanted recording to the receivers.
///
/// It is at most a dozen questions ahead: a rendezvous with the receivers holds it back, so that no URL waits until it
/// expires.
struct Resolution: Sendable {
    let organization: Organization
    let context: PassContext
    let jobs: AsyncChannel<DownloadJob>

    /// `captures/query` takes at most this many task IDs (wxcc-api 6.1).
    static let batchSize = 10
    /// How many questions are in progress at once. The organization's limiter decides how fast they are sent.
    private static let parallelQuestions = 4

    /// Processes what is due, repeatedly, as the listing adds more.
    /// - Parameters:
    ///   - scope: which tasks count as due.
    ///   - pages: yields after each page that the listing recorded, and ends with the listing.
    func run(_ scope: AskScope, pages: AsyncStream<Void>) async throws {
        var sweep = DueSweep(organization: organization.name, scope: scope, context: context)
        for await _ in pages {
            try await process(&sweep)
        }
        try await process(&sweep)
        sweep.restart()
        try await process(&sweep)
        sweep.continueWithSuspects()
        try await process(&sweep)
    }

    /// Asks about everything that the sweep finds due now, a few batches at a time, and settles the answers. It settles
    /// together as many questions as were answered while the previous ones were recorded and passed on.
    private func process(_ sweep: inout DueSweep) async throws {
        let answered = GroupQueue<AnsweredQuestion>(capacity: Self.parallelQuestions, stopwatch: context.stopwatch)
        let looksBefore = sweep.looksBefore
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                do {
                    while let questions = await answered.takeAll() { try await settle(questions, looksBefore) }
                } catch {
                    await answered.abandon()
                    throw error
                }
            }
            var failure: (any Error)?
            do {
                try await ask(about: &sweep, into: answered)
            } catch {
                failure = error
            }
            // Questions that were answered before a failure are settled too.
            await answered.finish()
            try await group.waitForAll()
            if let failure { throw failure }
        }
    }

    private func ask(about sweep: inout DueSweep, into answered: GroupQueue<AnsweredQuestion>) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            var underWay = 0
            while context.acceptsWork, let batch = try await sweep.next() {
                if underWay == Self.parallelQuestions {
                    try await group.next()
                    underWay -= 1
                }
                group.addTask {
                    // Refused if settling has failed; that failure is then the one to report.
                    guard await answered.put(try await ask(about: batch.map(\.id))) else { throw CancellationError() }
                }
                underWay += 1
            }
            try await group.waitForAll()
        }
    }

    /// Asks about these tasks, records the answers, and passes on the wanted recordings.
    func resolve(_ tasks: [TaskID]) async throws {
        try await settle([try await ask(about: tasks)])
    }

    private func ask(about tasks: [TaskID]) async throws -> AnsweredQuestion {
        let options = context.rules.captureOptions
        let askedAt = context.now()
        let answer = try await organization.contactCenter.captures(of: tasks, options: options)
        report(answer)
        let unusable = Dictionary(grouping: answer.malformed, by: \.taskID).mapValues { $0.map(\.named) }
        let captures = answer.captures.filter { answer.refused[$0.taskID] == nil }.map {
            TaskAnswer.capture(
                $0,
                unusable: unusable[$0.taskID] ?? [],
                trackingID: answer.trackingIDs[$0.taskID]
            )
        }
        let refusals = answer.refused.sorted { $0.key < $1.key }
        return AnsweredQuestion(
            captures
                + refusals.map {
                    .refused($0.key, reason: $0.value.withoutTrackingID.description, trackingID: $0.value.trackingID)
                },
            askedTime: askedAt
        )
    }

    /// Records the answers and passes on the wanted recordings.
    private func settle(_ questions: [AnsweredQuestion], _ looksBefore: Timestamp? = nil) async throws {
        let wanted = try await context.manifest.noteAnswers(
            to: questions,
            organization: organization.name,
            day: context.rules.day(of:),
            schedule: context.rules.askSchedule,
            looksBefore: looksBefore,
            reservations: context.underWay
        )
        context.observer(.asked(organization.name, tasks: questions.reduce(0) { $0 + $1.answers.count }))
        for (question, wanted) in zip(questions, wanted) where !wanted.isEmpty {
            let new = wanted.count { $0.look == nil }
            if new > 0 { context.observer(.found(organization.name, recordings: new)) }
            try await enqueue(wanted, urlExpiry: question.askedTime + context.rules.captureOptions.urlExpiration)
        }
    }

    /// Reports the unusable parts of an answer: each is a recording that should exist and cannot be fetched.
    private func report(_ answer: CaptureAnswer) {
        for (taskID, error) in answer.refused {
            context.observer(.refused(organization.name, taskID, reason: error.description))
        }
        for malformed in answer.malformed {
            context.observer(.refused(organization.name, malformed.taskID, reason: malformed.named))
        }
    }

    private func enqueue(_ wanted: [RecordingWork], urlExpiry: Timestamp) async throws {
        for work in wanted {
            if context.acceptsWork {
                await jobs.send(DownloadJob(organization: organization, work: work, urlExpiry: urlExpiry))
            } else {
                context.underWay.release(work.row)
            }
            try Task.checkCancellation()
        }
    }
}

extension ProviderError {
    /// Without the tracking ID, so that the same failure of two requests compares as equal.
    fileprivate var withoutTrackingID: ProviderError {
        var error = self
        error.trackingID = nil
        return error
    }
}

extension MalformedRecording {
    /// The problem, with the provider's ID of the recording if it gave one.
    fileprivate var named: String { recordingID.map { "\(problem) (\($0))" } ?? problem }
}
