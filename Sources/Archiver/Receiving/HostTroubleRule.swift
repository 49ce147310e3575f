import Manifest
import Recordings

/// Whether a media host fails for every recording, and not only for some. A value without a clock: callers pass the
/// time of a stopwatch.
///
/// If a few recordings in a row get a refusal that a new URL does not change, and none in between arrives, one of them
/// continues to try. The others wait for its outcome, so that the provider is not asked for a new URL for each. If it
/// gets nothing in all of its attempts, the others are not tried again either. A recording that was not tried yet is
/// tried once in any case, because that costs no quota; the first one that arrives ends the trouble.
///
/// A host that is down or overloaded gets time: it is left alone only if nothing has come from it for that long.
struct HostTroubleRule: Sendable {
    /// What a recording does next.
    enum NextStep: Sendable, Equatable {
        /// Continue as if there were no trouble.
        case proceed
        /// Wait until the answer changes.
        case wait
        /// Give up, for this reason.
        case giveUp(String)
    }

    /// This many recordings in a row are no coincidence.
    static let fewest = 4
    /// A temporary failure of a host is not reported sooner than this.
    static let reportDelay = Duration.seconds(60)

    /// How long a host may fail for every recording before it is left alone.
    let patience: Duration
    /// The recordings that got nothing since something last came; only as many as have to be distinguished.
    private var recordings: Set<RecordingRowID> = []
    private var began: Duration?
    private var refusal: StoreRefusal?
    /// The recording that continues to try while the others wait.
    private var prober: RecordingRowID?
    private var isGivenUp = false
    private var isReported = false
    /// Why nothing more is requested from the host at all.
    private(set) var closed: String?

    init(patience: Duration) {
        self.patience = patience
    }

    /// Records that a recording's bytes, or at least an answer that promised them, came from the host.
    /// - Returns: whether this ends trouble for which others may be waiting.
    mutating func end() -> Bool {
        guard !recordings.isEmpty, closed == nil else { return false }
        self = HostTroubleRule(patience: patience)
        return true
    }

    /// Records that a recording's URL was refused.
    /// - Parameter isSurprising: false if the host said that the URL has expired, and the URL was not new.
    mutating func note(
        _ refusal: StoreRefusal,
        of row: RecordingRowID,
        isSurprising: Bool,
        now: Duration
    ) -> NextStep {
        if isSurprising { count(row, now) }
        if isSurprising || self.refusal == nil { self.refusal = refusal }
        return nextStep(for: row)
    }

    /// What a recording whose URL was refused does now. If no recording continues to try yet, this one does.
    mutating func nextStep(for row: RecordingRowID) -> NextStep {
        guard recordings.count >= Self.fewest, let refusal else { return .proceed }
        if isGivenUp { return .giveUp("\(refusal) to one recording after the other: \(refusal.advice)") }
        if let prober, prober != row { return .wait }
        prober = row
        return .proceed
    }

    /// Records that the recording has ended, with any outcome.
    /// - Parameter isFailed: whether it got nothing in all of its attempts.
    /// - Returns: whether others may be waiting for that.
    mutating func end(of row: RecordingRowID, isFailed: Bool) -> Bool {
        guard prober == row else { return false }
        prober = nil
        isGivenUp = isGivenUp || isFailed
        return true
    }

    /// Records that the host failed temporarily.
    mutating func noteFailure(_ reason: String, of row: RecordingRowID, now: Duration) -> NextStep {
        count(row, now)
        guard recordings.count >= Self.fewest, let began, now - began >= patience else { return .proceed }
        let minutes = Int(patience.seconds / 60)
        let sentence = "\(reason); nothing has come from the media host for \(minutes) min: run it again later"
        closed = closed ?? sentence
        return .giveUp(sentence)
    }

    private mutating func count(_ row: RecordingRowID, _ now: Duration) {
        if recordings.count < Self.fewest { recordings.insert(row) }
        began = began ?? now
    }

    /// What to report to a person about this trouble, once.
    /// - Parameter reason: what the host did last.
    mutating func nextNotice(_ reason: String, now: Duration) -> String? {
        guard !isReported, recordings.count >= Self.fewest, let began else { return nil }
        if let refusal {
            isReported = true
            return "\(refusal) to \(recordings.count) recordings in a row: \(refusal.advice)"
        }
        guard now - began >= Self.reportDelay else { return nil }
        isReported = true
        let seconds = Int((now - began).seconds)
        return "\(reason); nothing has come from the media host for \(seconds) s, retrying"
    }
}
