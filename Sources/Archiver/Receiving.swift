import AsyncAlgorithms
import DailyArchive
import Manifest
import Recordings
import WebexContactCenter

/// The third step of a pass: a bounded pool of receivers, each of which sees one recording at a time through to its
/// end, whatever it takes.
struct Receiving: Sendable {
    let context: PassContext

    /// After a request to stop, downloads under way get this long to finish before they are cut off; what a large one
    /// has on disk by then serves the next pass.
    private static let stopGrace = Duration.seconds(5)

    /// Receives until there are no more jobs.
    /// - Throws: what the manifest throws, and `ArchiveError` where bytes cannot be written; what only concerns one
    ///   recording is noted with that recording and thrown no further.
    func run(_ jobs: AsyncChannel<DownloadJob>, into queue: StoreQueue<AcceptedRecording>) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<context.rules.downloads.concurrency {
                group.addTask {
                    for await job in jobs {
                        try await receive(job, into: queue)
                    }
                }
            }
            // Unlike `waitForAll`, this lets the first error cancel the other receivers.
            for try await _ in group {}
        }
    }

    private func receive(_ job: DownloadJob, into queue: StoreQueue<AcceptedRecording>) async throws {
        guard try context.disk.admits(), context.takesWork else { return context.underWay.release(job.work.row) }
        let outcome: Reception.Outcome
        do {
            outcome = try await context.stop.cancelling(after: Self.stopGrace) {
                try await Reception(job: job, context: context).run()
            }
        } catch let error as ProviderError where error.code != .cancelled {
            // Without a new URL there are no bytes, and that is all that this recording needs to know.
            outcome = .failed(code: .downloadFailed, reason: error.description, attempts: job.work.attempts)
        } catch is CancellationError {
            return context.underWay.release(job.work.row)
        }
        switch outcome {
        case .accepted(let member):
            await queue.put(AcceptedRecording(row: job.work.row, member: member))
        case .failed(let code, let reason, let attempts):
            let now = context.now()
            try await context.manifest.noteFailed(
                RecordingFailure(
                    row: job.work.row,
                    code: code,
                    reason: reason,
                    attempts: attempts,
                    retryNotBefore: now
                ),
                now: now
            )
            context.underWay.release(job.work.row)
            context.observer(
                .failed(job.organization.name, job.work.captured.key, reason: reason, attempts: attempts)
            )
        }
    }
}
