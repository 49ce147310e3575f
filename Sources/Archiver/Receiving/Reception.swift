import DailyArchive
import Files
import Foundation
import Logging
import Manifest
import Recordings
import Transfer
import WebexContactCenter

/// Receives one recording: downloads it, resumes after interruptions, asks for a new URL when the old one no longer
/// works, and accepts only what is a recording.
struct Reception: Sendable {
    let job: DownloadJob
    let context: PassContext
    /// The receivers' turns, one of which this receiver holds.
    let turns: WorkTurns
    /// The turns for asking for a new URL.
    let renewals: WorkTurns
    /// The turns for trying a recording again whose bytes stopped or came too slowly.
    let slow: WorkTurns

    /// Nothing new may begin, not even the next attempt: the recording is left to the next pass.
    struct Postponed: Error {}

    enum Outcome: Sendable {
        case accepted(PendingMember)
        /// Checking again found the same bytes that are held.
        case unchanged(validator: String?)
        case failed(code: GapReason, reason: String, attempts: Int)
    }

    /// A download does not start with a URL that expires this soon.
    private static let expiryMargin = Duration.seconds(30)

    /// What follows after an attempt.
    enum Next {
        case done(Outcome)
        /// - Parameter code: what is wrong if there is no further attempt.
        case retry(code: GapReason = .downloadFailed, reason: String, after: Duration? = nil, waiting: Place)
    }

    /// Where the recording waits for the next attempt.
    enum Place {
        /// With its memory and its turn. For trouble with the host or the way to it, which the next recording would
        /// have too; or if it only has to be fetched again, or further.
        case here
        /// Out of the way of others, because something is wrong with this recording.
        case aside
    }

    /// - Throws: `CancellationError`; `ArchiveError` if the disk does not take the bytes; `ProviderError` if the
    ///   provider cannot even be asked for a new URL.
    func run() async throws -> Outcome {
        let sink = try await sink()
        var progress = ReceptionProgress(
            url: job.work.captured.url,
            urlExpiry: job.urlExpiry,
            held: sink.byteCount
        )
        var isFailed = false
        defer { context.troubles.end(of: job.work.row, at: Self.host(of: progress.url), isFailed: isFailed) }
        do {
            let outcome = try await run(sink, &progress)
            switch outcome {
            case .accepted, .unchanged: break
            case .failed(let code, _, _):
                isFailed = true
                // The next pass resumes from what has arrived.
                if code == .downloadFailed { try sink.setAside() } else { try sink.startOver() }
            }
            return outcome
        } catch is CancellationError {
            try sink.checkpoint()
            throw CancellationError()
        } catch let error as ProviderError {
            isFailed = true
            try sink.setAside()
            throw error
        }
    }

    private func sink() async throws -> ReceptionSink {
        do throws(ArchiveError) {
            return try await ReceptionSink(
                budget: context.budget,
                partPath: context.root.partPath(for: job.work.captured.key, organization: job.organization.name),
                observer: context.observer
            ) { [disk = context.disk, row = job.work.row] bytes throws(ArchiveError) in
                try disk.expect(bytes, for: row)
            }
        } catch {
            throw error.code == .cancelled ? CancellationError() : error as any Error
        }
    }

    private func run(_ sink: ReceptionSink, _ progress: inout ReceptionProgress) async throws -> Outcome {
        if sink.isWhole == true, case .done(let outcome) = try await judge(sink, &progress, isEndMarked: true) {
            return outcome
        }
        while true {
            switch try await next(sink, &progress) {
            case .done(let outcome):
                return outcome
            case .retry(let code, let reason, let retryAfter, let place):
                guard let delay = progress.delay(by: context.rules.downloads.retry, retryAfter: retryAfter) else {
                    return .failed(code: code, reason: reason, attempts: total(progress))
                }
                context.logger.info(
                    "download is tried again",
                    metadata: ["task": "\(job.work.captured.key.taskID)", "reason": "\(reason)", "delay": "\(delay)"]
                )
                if job.work.look == nil {
                    let attempts = context.rules.downloads.retry.attempts
                    let next = min(max(1, progress.fruitless) + 1, attempts)
                    context.observer(
                        .retrying(job.work.captured.key, attempt: next, of: attempts, reason: reason, delay: delay)
                    )
                }
                switch place {
                case .aside:
                    try await aside(sink) { try await pause(delay) }
                    try await resumeWork()
                case .here:
                    try await pause(delay)
                }
            }
        }
    }

    private func pause(_ delay: Duration) async throws(CancellationError) {
        do { try await context.stopwatch.sleep(for: delay) } catch { throw CancellationError() }
    }

    /// One attempt, as soon as there is room for it.
    private func next(_ sink: ReceptionSink, _ progress: inout ReceptionProgress) async throws -> Next {
        guard progress.isSlow else { return try await admitted(sink, &progress) }
        try await aside(sink) { await slow.take() }
        defer { slow.release() }
        try await resumeWork()
        return try await admitted(sink, &progress)
    }

    private func admitted(_ sink: ReceptionSink, _ progress: inout ReceptionProgress) async throws -> Next {
        switch try await admission(sink, &progress) {
        case .admitted(let passage): return try await attempt(sink, &progress, passage)
        case .failed(let code, let reason):
            return .done(.failed(code: code, reason: reason, attempts: total(progress)))
        }
    }

    /// Does something slow without holding anything that another recording could need: memory, room on the disk, a
    /// turn. The disk has to be asked again before the next attempt (``resumeWork()``).
    func aside<Value>(_ sink: ReceptionSink, _ body: () async throws -> Value) async throws -> Value {
        try sink.setAside()
        context.disk.release(job.work.row)
        return try await turns.aside(body)
    }

    private func resumeWork() async throws {
        guard try await context.disk.admit(job.work.row), context.acceptsWork else { throw Postponed() }
    }

    private enum Admission {
        case admitted(DownloadGate.Passage)
        case failed(code: GapReason, reason: String)
    }

    /// Waits for the host's gate. A URL may expire during this; the recording then gets a new one and waits again.
    private func admission(_ sink: ReceptionSink, _ progress: inout ReceptionProgress) async throws -> Admission {
        if let reason = context.troubles.closed(Self.host(of: progress.url)) {
            return .failed(code: .downloadFailed, reason: reason)
        }
        do {
            let passage = try await pass(to: progress.url, sink)
            guard context.now() >= progress.urlExpiry - Self.expiryMargin else { return .admitted(passage) }
            context.gate.leave(passage, .neutral)
            if case .lost(let code, let reason) = try await renewed(&progress) {
                return .failed(code: code, reason: reason)
            }
            return .admitted(try await pass(to: progress.url, sink))
        } catch let closed as DownloadGate.Closed {
            return .failed(code: .downloadFailed, reason: closed.reason)
        }
    }

    private func renewed(_ progress: inout ReceptionProgress) async throws -> Renewal {
        await renewals.take()
        defer { renewals.release() }
        return try await renewURL(&progress)
    }

    /// A recording that has passed the gate may be waiting for memory. So none waits at the gate while it holds memory,
    /// or all could wait for each other.
    private func pass(to url: URL, _ sink: ReceptionSink) async throws -> DownloadGate.Passage {
        let host = Self.host(of: url)
        if let passage = context.gate.enterNow(host) { return passage }
        try sink.setAside()
        return try await context.gate.enter(host)
    }

    static func host(of url: URL) -> String {
        (url.host() ?? "") + (url.port.map { ":\($0)" } ?? "")
    }

    func total(_ progress: ReceptionProgress) -> Int { job.work.attempts + progress.attempts }
}
