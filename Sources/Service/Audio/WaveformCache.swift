import Recordings
import Synchronization
import Waiting

/// Keeps waveforms that were computed, up to a number of bytes: the one that was used longest ago is dropped first. What has
/// the same bytes has the same waveform, so they are kept by the digest of their recording.
final class WaveformCache: Sendable {
    private struct Kept {
        /// `nil` for a recording that cannot be decoded.
        var waveform: Waveform?
        var lastUse: UInt64
        var byteCount: Int { (waveform?.peaks.count ?? 0) + 100 }
    }

    private struct State {
        var kept: [ContentDigest: Kept] = [:]
        var byteCount = 0
        var uses: UInt64 = 0
    }

    private let mostBytes: Int
    private let state = Mutex(State())
    /// How many may be computed at a time.
    private let turns: WaitingLine<Int, Void>

    init(mostBytes: Int = 16 << 20, computingAtOnce: Int = 2) {
        self.mostBytes = mostBytes
        turns = WaitingLine(computingAtOnce) { left in
            guard left > 0 else { return nil }
            left -= 1
            return ()
        }
    }

    /// How many bytes it keeps.
    var byteCount: Int { state.withLock(\.byteCount) }

    /// The waveform of the recording with this digest, computed if it is not kept.
    /// - Returns: `nil` if the recording cannot be decoded.
    /// - Throws: errors of `compute`; `CancellationError`.
    func waveform(_ digest: ContentDigest, _ compute: () async throws -> Waveform?) async throws -> Waveform? {
        if let kept = kept(digest) { return kept.waveform }
        guard await turns.wait() != nil else { throw CancellationError() }
        defer { turns.change { $0 += 1 } }
        // Somebody else may have waited for the same.
        if let kept = kept(digest) { return kept.waveform }
        let waveform = try await compute()
        keep(digest, waveform)
        return waveform
    }

    private func kept(_ digest: ContentDigest) -> Kept? {
        state.withLock { state in
            state.uses += 1
            state.kept[digest]?.lastUse = state.uses
            return state.kept[digest]
        }
    }

    private func keep(_ digest: ContentDigest, _ waveform: Waveform?) {
        state.withLock { state in
            state.uses += 1
            let new = Kept(waveform: waveform, lastUse: state.uses)
            state.byteCount += new.byteCount - (state.kept.updateValue(new, forKey: digest)?.byteCount ?? 0)
            while state.byteCount > mostBytes,
                let oldest = state.kept.min(by: { $0.value.lastUse < $1.value.lastUse })?.key
            {
                state.byteCount -= state.kept.removeValue(forKey: oldest)?.byteCount ?? 0
            }
        }
    }
}
