import AsyncAlgorithms
import DailyArchive
import Files
import Manifest
import Recordings
import WebexContactCenter

/// The third step of a pass: a bounded pool of receivers. Each receives one recording at a time, from the first attempt
/// to the outcome. As many as are configured work at the same time; a number of others may wait aside for another
/// attempt.
struct Receiving: Sendable {
    let context: PassContext
    private let turns: WorkTurns
    /// For receivers that ask the provider for a new URL: few at a time, because the requests for listing and questions
    /// queue with theirs.
    private let renewals = WorkTurns(count: 4)
    /// For recordings that are tried again although their bytes stopped or came too slowly. Each attempt takes as long
    /// as `downloads.stall_seconds`, so they get half of the receivers and leave the other half to other recordings.
    private let slow: WorkTurns

    /// How many receivers there are in addition to the configured ones. If each of them has a recording that waits
    /// aside, no more recordings are taken. One that waits takes some ten KB of memory.
    private static let maxAside = 128

    /// After a request to stop, downloads in progress get this long to finish before they are cut off. What a large one
    /// has on the disk until then serves the next pass.
    private static let stopGrace = Duration.seconds(5)

    init(context: PassContext) {
        self.context = context
        turns = WorkTurns(count: context.rules.downloads.concurrency)
        slow = WorkTurns(count: context.rules.downloads.concurrency / 2)
    }

    /// Receives until there are no more jobs.
    /// - Throws: errors of the manifest, and `ArchiveError` if bytes cannot be written. Errors that concern a single
    ///   recording are recorded with it and not thrown.
    func run(_ jobs: AsyncChannel<DownloadJob>, into queue: GroupQueue<AcceptedRecording>) async throws {
        try await context.stop.cancelling(after: Self.stopGrace) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<context.rules.downloads.concurrency + Self.maxAside {
                    group.addTask {
                        await turns.take()
                        defer { turns.release() }
                        for await job in jobs {
                            try await receive(job, into: queue)
                            await turns.yield()
                        }
                    }
                }
                // Unlike `waitForAll`, this lets the first error cancel the other receivers.
                for try await _ in group {}
            }
        }
    }

    private func receive(_ job: DownloadJob, into queue: GroupQueue<AcceptedRecording>) async throws {
        guard try await context.disk.admit(job.work.row), context.acceptsWork else {
            return context.underWay.release(job.work.row)
        }
        guard let outcome = try await outcome(of: job) else { return context.underWay.release(job.work.row) }
        switch outcome {
        case .accepted(let member):
            if let look = job.work.look { try await note(look: look.validator, at: job.work.row) }
            await queue.put(AcceptedRecording(row: job.work.row, member: member))
        case .unchanged(let validator):
            try await note(look: validator, at: job.work.row)
            context.underWay.release(job.work.row)
        case .failed where job.work.look != nil:
            try await note(look: job.work.look?.validator, at: job.work.row)
            context.underWay.release(job.work.row)
        case .failed(let code, let reason, let attempts):
            let now = context.now()
            let failure = RecordingFailure(
                row: job.work.row,
                code: code,
                reason: reason,
                attempts: attempts,
                retryNotBefore: now
            )
            do {
                try await context.manifest.noteFailed(failure, schedule: context.rules.askSchedule, now: now)
            } catch is CancellationError {
                // Cut off while it ended: left to the next pass, like recordings that are cut off on the way.
                return context.underWay.release(job.work.row)
            }
            context.underWay.release(job.work.row)
            context.observer(
                .failed(job.organization.name, job.work.captured.key, reason: reason, attempts: attempts)
            )
        }
    }

    /// Records that a suspect recording was checked again, which decides when the next check is.
    private func note(look validator: String?, at row: RecordingRowID) async throws {
        let horizon = context.rules.askSchedule.horizon
        try await context.manifest.noteLook(at: row, validator: validator, horizon: horizon, now: context.now())
    }

    /// - Returns: `nil` if the recording is left to the next pass.
    private func outcome(of job: DownloadJob) async throws -> Reception.Outcome? {
        do {
            let reception = Reception(job: job, context: context, turns: turns, renewals: renewals, slow: slow)
            return try await reception.run()
        } catch is Reception.Postponed {
            return nil
        } catch let error as ArchiveError where error.code == .heldBack {
            // It is larger than the present room: begin again once there is room, if others in progress free some.
            guard try await context.disk.admit(job.work.row), context.acceptsWork else { return nil }
            return try await outcome(of: job)
        } catch let error as ProviderError where error.code != .cancelled {
            // Without a new URL there are no bytes. For this recording, that is a failed download.
            return .failed(code: .downloadFailed, reason: error.description, attempts: job.work.attempts)
        } catch is CancellationError {
            return nil
        }
    }
}
