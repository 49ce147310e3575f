import GRDB
import Recordings

/// A value that is stored as a number: its index in ``codes``. The table `code` has the words, for anyone who reads the
/// manifest without Callark.
protocol StoredCode: Hashable, RawRepresentable<String> {
    /// The enumeration's name in the table `code`, such as `capture request`.
    static var name: String { get }
    /// A code is an index, and is stored: append to the list, and never reorder it.
    static var codes: [Self] { get }
}

extension StoredCode {
    var stored: Int { Self.codes.firstIndex(of: self) ?? 0 }

    /// - Throws: `damaged` if no value has that code.
    init(stored code: Int) throws(ManifestError) {
        guard Self.codes.indices.contains(code) else { throw .unreadable(Self.name, code.databaseValue) }
        self = Self.codes[code]
    }
}

extension Actor.Via: StoredCode {
    static var name: String { "via of an actor" }
    static var codes: [Actor.Via] { [.uid, .key, .oidc, .service] }
}

extension CaptureRequest: StoredCode {
    static var name: String { "capture request" }
    static var codes: [CaptureRequest] { [.notRequested, .requested, .undetermined] }
}

extension CaptureKind: StoredCode {
    static var name: String { "kind" }
    static var codes: [CaptureKind] { [.recording, .transcription, .screenRecording] }
}

extension DisplacedCopy.Reason: StoredCode {
    static var name: String { "displacement" }
    static var codes: [DisplacedCopy.Reason] { [.damaged, .duplicate] }
}

extension PassOutcome: StoredCode {
    static var name: String { "outcome of a pass" }
    static var codes: [PassOutcome] { [.complete, .incomplete, .failed, .interrupted, .abandoned] }
}

extension Event.Kind: StoredCode {
    static var name: String { "kind of event" }

    static var codes: [Event.Kind] {
        [
            .other, .passBegan, .passEnded, .archiveOpened, .archiveSealed, .archiveRecovered, .recordingLost,
            .recordingFailed, .recordingSuspect, .taskRefused, .listingAnomaly, .damageFound, .manifestRebuilt,
            .recordingUnusable, .gapOpened, .gapFilled, .gapWithdrawn, .gapExplained, .explanationWithdrawn, .dayClosed,
            .taskNotListed, .recordingReplaced, .recordingReinstated, .archiveAdopted,
            .recordingChanged, .captureClaimed, .repairBegan, .repairEnded, .audioAccessed, .fetchEnded,
            .dayReopened, .logBegun, .configurationChanged, .archivePlaced, .archiveEvicted, .archiveLocked,
        ]
    }
}

extension GapReason: StoredCode {
    static var name: String { "reason of a failure" }

    /// The reasons of a failed recording; the other reasons follow from what is open about a task.
    static var codes: [GapReason] { [.downloadFailed, .purgedUpstream, .refusedByProvider, .damagedAtProvider] }

    /// The reason of a failed recording.
    /// - Parameters:
    ///   - code: if `nil`, or a code of a later version, the reason is that the download failed.
    ///   - wasHeld: whether its bytes were held before, and are damaged now (`damage`).
    init(stored code: Int?, wasHeld: Bool) {
        let reason = code.flatMap { Self.codes.indices.contains($0) ? Self.codes[$0] : nil } ?? .downloadFailed
        self = wasHeld && reason == .purgedUpstream ? .lost : reason
    }

    /// The code of a failed recording. `damage` says whether it was held before, so `lost` needs no code of its own.
    var stored: Int { Self.codes.firstIndex(of: self == .lost ? .purgedUpstream : self) ?? 0 }
}
