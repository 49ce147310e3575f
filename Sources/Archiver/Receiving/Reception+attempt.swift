import DailyArchive
import Files
import Foundation
import Manifest
import Recordings
import Transfer
import WebexContactCenter

extension Reception {
    func attempt(
        _ sink: ReceptionSink,
        _ progress: inout ReceptionProgress,
        _ passage: DownloadGate.Passage
    ) async throws -> Next {
        let host = Self.host(of: progress.url)
        sink.beginAttempt()
        var failure: TransferError?
        do throws(TransferError) {
            _ = try await context.engine.download(request(sink, progress), into: sink)
        } catch {
            failure = error
        }
        let findings = sink.findings
        if let look = job.work.look, findings.objection == .status(304) {
            context.gate.leave(passage, .neutral)
            return .done(.unchanged(validator: look.validator))
        }
        let isSlow = failure?.code == .stalled || failure?.code == .tooSlow
        let isProgress = progress.note(byteCount: sink.byteCount, atLeast: isSlow ? leastBytesOfSpan : 0)
        let verdict = ReceptionVerdict(findings: findings, error: failure)
        leave(passage, verdict, findings, failure?.code, isProgress: isProgress, wasSlow: progress.isSlow)
        switch verdict {
        case .arrived where sink.isWhole == false:
            // A range may be answered in part (RFC 9110 section 15.3.7); the next request asks for the rest.
            return .retry(reason: "the server sent only part of the recording", waiting: .here)
        case .arrived:
            context.troubles.end(at: host)
            return try await judge(sink, &progress, isEndMarked: findings.isEndMarked, validator: findings.validator)
        case .again(let reason):
            return .retry(reason: reason, waiting: .aside)
        case .busy(let reason, let retryAfter):
            return afterFailure(reason, at: host, progress, isProgress, retryAfter, waiting: .here)
        case .slow(let reason):
            progress.isSlow = true
            return afterFailure(reason, at: host, progress, isProgress, nil, waiting: .aside)
        case .startOver(let reason):
            try sink.startOver()
            return .retry(reason: reason, waiting: .aside)
        case .freshURL(let refusal):
            return try await afterRefusal(refusal, at: host, sink, &progress)
        case .giveUp(let reason):
            return .done(.failed(code: .downloadFailed, reason: reason, attempts: total(progress)))
        case .storage(let error):
            throw error
        case .cancelled:
            throw CancellationError()
        }
    }

    /// The host failed temporarily: checks whether that has lasted too long, for all of its recordings.
    private func afterFailure(
        _ reason: String,
        at host: String,
        _ progress: ReceptionProgress,
        _ isProgress: Bool,
        _ retryAfter: Duration?,
        waiting place: Place
    ) -> Next {
        if isProgress {
            context.troubles.end(at: host)
        } else if case .giveUp(let reason) = context.troubles.noteFailure(reason, of: job.work.row, at: host) {
            return .done(.failed(code: .downloadFailed, reason: reason, attempts: total(progress)))
        }
        return .retry(reason: reason, after: retryAfter, waiting: place)
    }

    /// The URL was refused: asks for another one, unless the host also refuses those of other recordings.
    private func afterRefusal(
        _ refusal: StoreRefusal,
        at host: String,
        _ sink: ReceptionSink,
        _ progress: inout ReceptionProgress
    ) async throws -> Next {
        let row = job.work.row
        let isSurprising = !refusal.saysExpired || progress.renewals > 0
        var nextStep = context.troubles.note(refusal, of: row, at: host, isSurprising: isSurprising)
        while true {
            if nextStep == .wait {
                nextStep = try await aside(sink) { try await context.troubles.wait(of: row, at: host) }
            }
            if case .giveUp(let reason) = nextStep {
                return .done(.failed(code: .downloadFailed, reason: reason, attempts: total(progress)))
            }
            let renewal = try await aside(sink) {
                await renewals.take()
                defer { renewals.release() }
                // Meanwhile other recordings may have shown that trying is pointless.
                nextStep = context.troubles.nextStep(for: row, at: host)
                return nextStep == .proceed ? try await renewURL(&progress) : nil
            }
            switch renewal {
            case .renewed: return .retry(reason: refusal.description, waiting: .aside)
            case .lost(let code, let reason):
                return .done(.failed(code: code, reason: reason, attempts: total(progress)))
            case nil: continue
            }
        }
    }

    /// Lets the next download from that host begin, and reports to the gate what this one has learned.
    private func leave(
        _ passage: DownloadGate.Passage,
        _ verdict: ReceptionVerdict,
        _ findings: ReceptionSink.Findings,
        _ failure: TransferError.Code?,
        isProgress: Bool,
        wasSlow: Bool
    ) {
        switch verdict {
        case .arrived:
            let outcome = findings.timeToFirstByte.map { AdaptiveConcurrency.Outcome.good(timeToFirstByte: $0) }
            context.gate.leave(passage, outcome ?? .neutral)
        // A host that ends connections after so many bytes does not get faster with fewer of them.
        case .busy where isProgress && failure == .cutShort:
            context.gate.leave(passage, .neutral)
        case .busy(let reason, let retryAfter):
            if let retryAfter { context.gate.holdBack(passage, for: retryAfter) }
            context.gate.leave(passage, .trouble, because: reason)
        // A recording that is known to be slow says nothing new, and one at a trickle says nothing about the shared
        // connection.
        case .slow(let reason) where !wasSlow && (isProgress || failure == .stalled):
            context.gate.leave(passage, .trouble, because: reason)
        default:
            context.gate.leave(passage, .neutral)
        }
    }

    /// How many bytes the minimum speed yields over the span in which it is measured.
    private var leastBytesOfSpan: Int64 {
        let downloads = context.rules.downloads
        return Int64(clamping: Double(downloads.leastBytesPerSecond) * downloads.stallTimeout.seconds)
    }

    private func request(_ sink: ReceptionSink, _ progress: ReceptionProgress) -> DownloadRequest {
        var request = DownloadRequest(
            url: progress.url,
            hosts: context.rules.downloads.hosts,
            stallTimeout: context.rules.downloads.stallTimeout,
            leastBytesPerSecond: context.rules.downloads.leastBytesPerSecond
        )
        // The held bytes may have been cut off by a cache on the way, so caches are bypassed this time.
        if job.work.look != nil { request.headers["Cache-Control"] = "no-cache" }
        if let (firstByte, entityTag) = sink.continuation {
            request.headers["Range"] = "bytes=\(firstByte)-"
            request.headers["If-Match"] = entityTag
        } else if let validator = job.work.look?.validator {
            request.headers[HTTPHeaders.condition(on: validator)] = validator
        }
        return request
    }

    /// - Parameter validator: the answer's identifier of the bytes; `nil` if it gave none, or if they came earlier.
    func judge(
        _ sink: ReceptionSink,
        _ progress: inout ReceptionProgress,
        isEndMarked: Bool,
        validator: String? = nil
    ) async throws -> Next {
        let encoding = sink.contentEncoding
        let received = sink.finish()
        let content: ReceivedContent
        var sent: RecordingEntry.SentForm?
        switch try await decode(received, encoding) {
        case .plain:
            content = received
        case .decoded(let decoded):
            content = decoded
            sent = RecordingEntry.SentForm(
                contentEncoding: encoding ?? "",
                byteCount: received.byteCount,
                digest: received.digest
            )
            try received.discardPart()
        case .useless(let reason):
            try received.discardPart()
            return .retry(code: .damagedAtProvider, reason: reason, waiting: .aside)
        }
        if let look = job.work.look, look.digests.contains(content.digest) {
            try content.discardPart()
            return .done(.unchanged(validator: validator))
        }
        let acceptance = Acceptance.judge(
            kind: job.work.captured.key.kind,
            prefix: content.prefix,
            byteCount: content.byteCount,
            statedDuration: job.work.captured.statedDuration,
            isLengthDeclared: isEndMarked,
            acceptsUnknown: context.rules.downloads.acceptsUnknown
        )
        switch acceptance {
        case .accepted(let audio, let suspicion):
            return .done(.accepted(member(content, sent, audio, suspicion, progress)))
        case .doubtful(let audio, let suspicion):
            if progress.doubt == content.digest {
                return .done(.accepted(member(content, sent, audio, suspicion, progress)))
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

    private enum Decoded {
        case plain
        case decoded(ReceivedContent)
        case useless(reason: String)
    }

    /// Undoes what the `Content-Encoding` says was done to the bytes.
    private func decode(_ received: ReceivedContent, _ encoding: String?) async throws -> Decoded {
        guard let encoding else { return .plain }
        switch ContentCoding(encoding, prefix: received.prefix, byteCount: received.byteCount) {
        case .plain: return .plain
        case .unknown(let reason): return .useless(reason: reason)
        case .deflated: break
        }
        let limit = ContentCoding.limit(decoding: received.byteCount)
        let part = context.root.partPath(for: job.work.captured.key, organization: job.organization.name)
        let decoding: ReceivedContent.Decoding
        do throws(ArchiveError) {
            decoding = try await received.decoded(into: part + ".decoded.part", limit: limit) {
                [disk = context.disk, row = job.work.row] bytes throws(ArchiveError) in
                try disk.expect(bytes, for: row)
            }
        } catch {
            throw error.code == .cancelled ? CancellationError() : error as any Error
        }
        return switch decoding {
        case .decoded(let content): .decoded(content)
        case .damaged: .useless(reason: "its Content-Encoding \(encoding) does not hold: damaged or cut short")
        case .tooLarge: .useless(reason: "decoded it becomes more than \(limit) bytes: no recording")
        }
    }

    private func member(
        _ content: ReceivedContent,
        _ sent: RecordingEntry.SentForm?,
        _ audio: AudioFormat?,
        _ suspicion: String?,
        _ progress: ReceptionProgress
    ) -> PendingMember {
        let replaced = job.work.replaced
        let change = replaced.flatMap { $0.digest == content.digest ? nil : $0 }.map {
            "the provider has other bytes now than those archived in \($0.archive) (sha256 \($0.digest))"
        }
        let doubts = [suspicion, change].compactMap(\.self)
        let captured = job.work.captured.key
        let key = job.work.look == nil ? captured : captured.versioned(content.digest)
        return PendingMember(
            entry: RecordingEntry(
                key: key,
                organization: job.organization.name,
                organizationID: job.organization.id,
                day: job.work.day,
                stopTime: job.work.captured.stopTime,
                file: job.work.look == nil ? job.work.file : FileName.of(key),
                offset: 0,
                stored: content.identity,
                audio: audio,
                suspicion: doubts.isEmpty ? nil : doubts.joined(separator: "; "),
                attempts: total(progress),
                receivedTime: context.now(),
                taskJSON: job.work.taskJSON,
                captureJSON: job.work.captured.json,
                searchJSON: job.work.searchJSON,
                replaces: replaced?.archive,
                supersedes: job.work.look?.path,
                sent: sent
            ),
            content: content
        )
    }

    /// The outcome of asking for a new URL.
    enum Renewal {
        case renewed
        /// There no longer is one.
        case lost(code: GapReason, reason: String)
    }

    /// Asks the provider for a new URL of the same recording. Called with a turn of ``renewals``.
    func renewURL(_ progress: inout ReceptionProgress) async throws -> Renewal {
        let options = context.rules.captureOptions
        let taskID = job.work.captured.key.taskID
        let answer: CaptureAnswer
        progress.renewals += 1
        let askedAt = context.now()
        do throws(ProviderError) {
            answer = try await job.organization.contactCenter.captures(of: [taskID], options: options)
        } catch {
            if error.code == .cancelled { throw CancellationError() }
            throw error
        }
        if let refusal = answer.refused[taskID] {
            return .lost(code: .refusedByProvider, reason: refusal.message)
        }
        let key = job.work.captured.key
        let listed = answer.captures.flatMap(\.recordings)
        let keys = [key, key.withoutDigest]
        guard let found = listed.first(where: { keys.contains($0.key) || $0.asVersion?.key == key }) else {
            let reason = "the provider no longer lists this recording"
            // What is listed without a way to its bytes may be this recording.
            guard let unusable = answer.malformed.first(where: { $0.taskID == taskID }) else {
                return .lost(code: .purgedUpstream, reason: reason)
            }
            return .lost(code: .refusedByProvider, reason: "\(reason), unless this is it: \(unusable.problem)")
        }
        progress.url = found.url
        progress.urlExpiry = askedAt + options.urlExpiration
        return .renewed
    }
}
