import Manifest
import Recordings

/// Whether a media host has nothing for anybody, rather than for this or that recording. It is a value
/// without a clock: callers pass the time of a stopwatch.
///
/// Where a few recordings, one after the other and none in between that came, met with a refusal that a new URL does not
/// mend, one of them goes on to try, and the others wait for what comes of it, so that the provider is not asked for a new
/// URL for each. If it gets nothing in all of its attempts, the others are not tried again either. A recording that has not
/// been tried yet is tried once in any case, since that costs no quota: the first one that comes ends the trouble.
///
/// A host that is down or overloaded is given time: only when nothing has come from it for that long is it left alone.
struct HostTrouble: Sendable {
    /// What one recording does next.
    enum Word: Sendable, Equatable {
        /// What it would do anyway.
        case goOn
        /// Wait until the word changes.
        case wait
        /// Give up, for this reason.
        case giveUp(String)
    }

    /// So many recordings in a row are no coincidence.
    static let fewest = 4
    /// A host that fails in passing is not worth a warning sooner than this.
    static let toldAfter = Duration.seconds(60)

    /// How long a host may have nothing for anybody before it is left alone.
    let patience: Duration
    /// Those that got nothing since something last came; no more of them than have to be told apart.
    private var recordings: Set<RecordingRowID> = []
    private var began: Duration?
    private var refusal: StoreRefusal?
    /// Goes on while the others wait.
    private var prober: RecordingRowID?
    private var isGivenUp = false
    private var isTold = false
    /// Why nothing more is asked of the host at all.
    private(set) var closed: String?

    init(patience: Duration) {
        self.patience = patience
    }

    /// A recording's bytes, or at least an answer that promised them, came from the host.
    /// - Returns: whether there was trouble that others may be waiting to be over.
    mutating func end() -> Bool {
        guard !recordings.isEmpty, closed == nil else { return false }
        self = HostTrouble(patience: patience)
        return true
    }

    /// A recording's URL was refused.
    /// - Parameter isSurprising: not where the host said that the URL has expired, and it was not new.
    mutating func note(
        _ refusal: StoreRefusal,
        of row: RecordingRowID,
        isSurprising: Bool,
        now: Duration
    ) -> Word {
        if isSurprising { count(row, now) }
        if isSurprising || self.refusal == nil { self.refusal = refusal }
        return word(for: row)
    }

    /// What a recording whose URL was refused does now; if no recording goes on asking yet, this one does.
    mutating func word(for row: RecordingRowID) -> Word {
        guard recordings.count >= Self.fewest, let refusal else { return .goOn }
        if isGivenUp { return .giveUp("\(refusal) to one recording after the other: \(refusal.advice)") }
        if let prober, prober != row { return .wait }
        prober = row
        return .goOn
    }

    /// The recording has ended, whatever came of it.
    /// - Parameter isFailed: it got nothing in all of its attempts.
    /// - Returns: whether others may be waiting for that.
    mutating func end(of row: RecordingRowID, isFailed: Bool) -> Bool {
        guard prober == row else { return false }
        prober = nil
        isGivenUp = isGivenUp || isFailed
        return true
    }

    /// The host failed, in a way that passes.
    mutating func noteFailure(_ reason: String, of row: RecordingRowID, now: Duration) -> Word {
        count(row, now)
        guard recordings.count >= Self.fewest, let began, now - began >= patience else { return .goOn }
        let minutes = Int(patience.seconds / 60)
        let sentence = "\(reason); nothing has come from the media host for \(minutes) min: run again later"
        closed = closed ?? sentence
        return .giveUp(sentence)
    }

    private mutating func count(_ row: RecordingRowID, _ now: Duration) {
        if recordings.count < Self.fewest { recordings.insert(row) }
        began = began ?? now
    }

    /// What a person is to be told of this trouble, once.
    /// - Parameter reason: what the host did last.
    mutating func takeNotice(_ reason: String, now: Duration) -> String? {
        guard !isTold, recordings.count >= Self.fewest, let began else { return nil }
        if let refusal {
            isTold = true
            return "\(refusal) to \(recordings.count) recordings in a row: \(refusal.advice)"
        }
        guard now - began >= Self.toldAfter else { return nil }
        isTold = true
        let seconds = Int((now - began).seconds)
        return "\(reason); nothing has come from the media host for \(seconds) s, and it is tried further"
    }
}
