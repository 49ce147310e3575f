import DailyArchive
import Foundation
import Logging
import Manifest
import Recordings
import Transfer
import WebexContactCenter

/// Sees one recording through: downloads it, goes on after interruptions, asks for a new URL when the old one no longer
/// works, and accepts only what is a recording.
struct Reception: Sendable {
    let job: DownloadJob
    let context: PassContext
    /// Of which the receiver has one.
    let turns: WorkTurns
    /// How many may ask for a new URL at a time.
    let renewals: WorkTurns

    /// Nothing new is begun any more, not even the next try: it is left to the next pass.
    struct Postponed: Error {}

    enum Outcome: Sendable {
        case accepted(PendingMember)
        case failed(code: GapReason, reason: String, attempts: Int)
    }

    /// A URL this close to its end is not begun with.
    private static let expiryMargin = Duration.seconds(30)

    /// What a reception remembers from one attempt to the next.
    private struct Progress {
        var url: URL
        var urlExpiry: Timestamp
        var attempts = 0
        /// What a first whole download of doubtful bytes was.
        var doubt: ContentDigest?
    }

    /// What follows an attempt.
    private enum Next {
        case done(Outcome)
        /// - Parameter code: what is wrong where there is no further try.
        case retry(code: GapReason = .downloadFailed, reason: String, after: Duration? = nil, waiting: Place)
    }

    /// Where the next try is waited for.
    private enum Place {
        /// With everything that the recording has: where something is wrong with the host or the way to it, which would be no
        /// better for the next recording; or where it is only to be fetched once more, or further.
        case here
        /// Out of the way of others, where something is wrong with this recording, and there are no bytes to go on from.
        case aside
    }

    /// - Throws: `CancellationError`; `ArchiveError` where the disk does not take the bytes; `ProviderError` where the
    ///   provider cannot even be asked for a new URL.
    func run() async throws -> Outcome {
        let sink = try await sink()
        do {
            return try await run(sink)
        } catch is CancellationError {
            try sink.checkpoint()
            throw CancellationError()
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

    private func run(_ sink: ReceptionSink) async throws -> Outcome {
        var progress = Progress(url: job.work.captured.url, urlExpiry: job.urlExpiry)
        if sink.isWhole == true, case .done(let outcome) = try judge(sink, &progress, isEndMarked: true) {
            return outcome
        }
        while true {
            let passage: DownloadGate.Passage
            switch try await admission(sink, &progress) {
            case .admitted(let admitted): passage = admitted
            case .failed(let code, let reason):
                return .failed(code: code, reason: reason, attempts: total(progress))
            }
            switch try await attempt(sink, &progress, passage) {
            case .done(let outcome):
                return outcome
            case .retry(let code, let reason, let retryAfter, let place):
                let retry = context.rules.downloads.retry
                guard let delay = retry.delay(afterAttempt: progress.attempts, retryAfter: retryAfter) else {
                    return .failed(code: code, reason: reason, attempts: total(progress))
                }
                context.logger.info(
                    "download is tried again",
                    metadata: ["task": "\(job.work.captured.key.taskID)", "reason": "\(reason)", "delay": "\(delay)"]
                )
                switch place {
                case .aside where sink.continuation == nil:
                    try await aside(sink) { try await Task.sleep(for: delay) }
                    guard try await context.disk.admit(job.work.row), context.takesWork else { throw Postponed() }
                case .aside, .here:
                    try await Task.sleep(for: delay)
                }
            }
        }
    }

    /// Does what takes long without anything that another recording could need: memory, room on the disk, a turn. For
    /// where there are no bytes to go on from; to be admitted by the disk again before the next try.
    private func aside<Value>(
        _ sink: ReceptionSink,
        _ body: () async throws -> Value
    ) async throws -> Value {
        try sink.startOver()
        context.disk.release(job.work.row)
        return try await turns.aside(body)
    }

    private enum Admission {
        case admitted(DownloadGate.Passage)
        case failed(code: GapReason, reason: String)
    }

    /// Waits for the host's gate. A URL may come to its end meanwhile; then there is a new one to wait with.
    private func admission(_ sink: ReceptionSink, _ progress: inout Progress) async throws -> Admission {
        do {
            let passage = try await pass(to: progress.url, sink)
            guard context.now() >= progress.urlExpiry - Self.expiryMargin else { return .admitted(passage) }
            context.gate.leave(passage, .neutral)
            if let lost = try await renewURL(&progress) { return .failed(code: lost.code, reason: lost.reason) }
            return .admitted(try await pass(to: progress.url, sink))
        } catch let closed as DownloadGate.Closed {
            return .failed(code: .downloadFailed, reason: closed.reason)
        }
    }

    /// Whoever has passed the gate may be waiting for memory: so nobody waits at the gate with memory in hand, or all
    /// could wait for each other.
    private func pass(to url: URL, _ sink: ReceptionSink) async throws -> DownloadGate.Passage {
        let host = Self.host(of: url)
        if let passage = context.gate.enterNow(host) { return passage }
        sink.releaseMemory()
        return try await context.gate.enter(host)
    }

    private static func host(of url: URL) -> String {
        (url.host() ?? "") + (url.port.map { ":\($0)" } ?? "")
    }

    private func total(_ progress: Progress) -> Int { job.work.attempts + progress.attempts }

    private func attempt(
        _ sink: ReceptionSink,
        _ progress: inout Progress,
        _ passage: DownloadGate.Passage
    ) async throws -> Next {
        progress.attempts += 1
        sink.beginAttempt()
        var failure: TransferError?
        do throws(TransferError) {
            _ = try await context.engine.download(request(sink, progress), into: sink)
        } catch {
            failure = error
        }
        let findings = sink.findings
        let verdict = ReceptionVerdict(findings: findings, error: failure)
        leave(passage, verdict, findings)
        switch verdict {
        case .arrived where sink.isWhole == false:
            // A range may be answered in part (RFC 9110 section 15.3.7): the rest is asked for next.
            return .retry(reason: "the server sent less than the whole recording", waiting: .here)
        case .arrived:
            return try judge(sink, &progress, isEndMarked: findings.isEndMarked)
        case .again(let reason):
            return .retry(reason: reason, waiting: .aside)
        case .busy(let reason, let retryAfter):
            return .retry(reason: reason, after: retryAfter, waiting: .here)
        case .startOver(let reason):
            try sink.startOver()
            return .retry(reason: reason, waiting: .aside)
        case .freshURL(let reason):
            let lost =
                if sink.continuation == nil {
                    try await aside(sink) { try await renewURL(&progress) }
                } else {
                    try await renewURL(&progress)
                }
            if let lost {
                return .done(.failed(code: lost.code, reason: lost.reason, attempts: total(progress)))
            }
            return .retry(reason: reason, waiting: .aside)
        case .giveUp(let reason):
            return .done(.failed(code: .downloadFailed, reason: reason, attempts: total(progress)))
        case .storage(let error):
            throw error
        case .cancelled:
            throw CancellationError()
        }
    }

    /// Lets the next download from that host begin, and tells all of them what this one has learned.
    private func leave(
        _ passage: DownloadGate.Passage,
        _ verdict: ReceptionVerdict,
        _ findings: ReceptionSink.Findings
    ) {
        switch verdict {
        case .arrived:
            let outcome = findings.timeToFirstByte.map { AdaptiveConcurrency.Outcome.good(timeToFirstByte: $0) }
            context.gate.leave(passage, outcome ?? .neutral)
        case .busy(let reason, let retryAfter):
            if let retryAfter { context.gate.holdBack(passage, for: retryAfter) }
            context.gate.leave(passage, .trouble, because: reason)
        default:
            context.gate.leave(passage, .neutral)
        }
    }

    private func request(_ sink: ReceptionSink, _ progress: Progress) -> DownloadRequest {
        var request = DownloadRequest(
            url: progress.url,
            hosts: context.rules.downloads.hosts,
            stallTimeout: context.rules.downloads.stallTimeout
        )
        if let (firstByte, entityTag) = sink.continuation {
            request.headers["Range"] = "bytes=\(firstByte)-"
            request.headers["If-Match"] = entityTag
        }
        return request
    }

    private func judge(_ sink: ReceptionSink, _ progress: inout Progress, isEndMarked: Bool) throws -> Next {
        let content = sink.finish()
        let acceptance = Acceptance.judge(
            kind: job.work.captured.key.kind,
            prefix: content.prefix,
            byteCount: content.byteCount,
            statedDuration: job.work.captured.statedDuration,
            isLengthDeclared: isEndMarked
        )
        switch acceptance {
        case .accepted(let audio, let suspicion):
            return .done(.accepted(member(content, audio, suspicion, progress)))
        case .doubtful(let audio, let suspicion):
            if progress.doubt == content.digest {
                return .done(.accepted(member(content, audio, suspicion, progress)))
            }
            progress.doubt = content.digest
            try content.discardPart()
            let reason = "\(suspicion), and no two whole downloads were equal"
            return .retry(code: .damagedAtProvider, reason: reason, waiting: .here)
        case .rejected(let reason):
            try content.discardPart()
            return .retry(code: .damagedAtProvider, reason: reason, waiting: .aside)
        }
    }

    private func member(
        _ content: ReceivedContent,
        _ audio: AudioFormat?,
        _ suspicion: String?,
        _ progress: Progress
    ) -> PendingMember {
        let replaced = job.work.replaced
        let change = replaced.flatMap { $0.digest == content.digest ? nil : $0 }.map {
            "the provider has other bytes now than those archived in \($0.archive) (sha256 \($0.digest))"
        }
        let doubts = [suspicion, change].compactMap(\.self)
        return PendingMember(
            entry: RecordingEntry(
                key: job.work.captured.key,
                organization: job.organization.name,
                organizationID: job.organization.id,
                day: job.work.day,
                stopTime: job.work.captured.stopTime,
                file: job.work.file,
                offset: 0,
                byteCount: content.byteCount,
                digest: content.digest,
                audio: audio,
                suspicion: doubts.isEmpty ? nil : doubts.joined(separator: "; "),
                attempts: total(progress),
                receivedTime: context.now(),
                taskJSON: job.work.taskJSON,
                captureJSON: job.work.captured.json,
                searchJSON: job.work.searchJSON,
                replaces: replaced?.archive
            ),
            content: content
        )
    }

    /// Asks the provider for a new URL of the same recording.
    /// - Returns: why there is none any more, or `nil` where there is one.
    private func renewURL(_ progress: inout Progress) async throws -> (code: GapReason, reason: String)? {
        let options = context.rules.captureOptions
        let taskID = job.work.captured.key.taskID
        let answer: CaptureAnswer
        await renewals.take()
        defer { renewals.giveBack() }
        let askedAt = context.now()
        do throws(ProviderError) {
            answer = try await job.organization.contactCenter.captures(of: [taskID], options: options)
        } catch {
            if error.code == .cancelled { throw CancellationError() }
            throw error
        }
        if let refusal = answer.refused[taskID] { return (.refusedByProvider, refusal.message) }
        let key = job.work.captured.key
        let listed = answer.captures.flatMap(\.recordings)
        guard let found = listed.first(where: { $0.key == key || $0.asVersion?.key == key }) else {
            return (.purgedUpstream, "the provider no longer lists this recording")
        }
        progress.url = found.url
        progress.urlExpiry = askedAt + options.urlExpiration
        return nil
    }
}
