import Recordings

extension GapReason {
    /// For people, such as `damaged at the provider`.
    package var words: String {
        switch self {
        case .notAskedYet: "not asked about yet"
        case .notYetAvailable: "not yet available"
        case .neverAvailable: "never available"
        case .undetermined: "undetermined"
        case .refusedByProvider: "refused by the provider"
        case .unusable: "unusable"
        case .purgedUpstream: "purged at the provider"
        case .damagedAtProvider: "damaged at the provider"
        case .downloadFailed: "download failed"
        case .damaged: "damaged in the archive"
        case .lost: "lost"
        case .captureNotRequested: "no recording requested"
        }
    }

    /// What it means, in one sentence without a full stop.
    package var meaning: String {
        switch self {
        case .notAskedYet: "no pass has asked the provider about the call yet"
        case .notYetAvailable: "the provider has no recording so far"
        case .neverAvailable: "the provider had no recording until the horizon passed"
        case .undetermined: "the provider never said whether a recording was requested, and had none"
        case .refusedByProvider: "the provider refused the question about this task"
        case .unusable: "the provider lists a recording without a usable address"
        case .purgedUpstream: "the provider has deleted it, or keeps recordings for a shorter time"
        case .damagedAtProvider: "every time, the provider sends something that is not a recording"
        case .downloadFailed: "the download failed every time"
        case .damaged: "it was archived, and its bytes are changed or gone"
        case .lost: "it was archived, its bytes are changed or gone, and the provider no longer has it"
        case .captureNotRequested: "the provider says that no recording was requested"
        }
    }

    /// What a person does about damage, wherever it is reported.
    package static let adviceOnDamage =
        "`callark verify --repair` uses a restored file, copies what is intact, and fetches the rest"

    /// What a person does about it, in one sentence without a full stop.
    package var advice: String {
        switch self {
        case .notAskedYet: "wait until the pass ends, or run `callark archive` if none runs"
        case .notYetAvailable:
            "wait: passes ask again at growing intervals until the horizon (`callark gaps` says when next)"
        case .neverAvailable, .undetermined, .refusedByProvider, .unusable:
            "ask the provider (the tracking ID is in the evidence), then explain it"
        case .purgedUpstream: "explain it: it cannot be fetched any more"
        case .damagedAtProvider: "ask the provider to repair it; if it cannot, explain it"
        case .downloadFailed: "see why with `callark gaps show`, fix it, and run `callark archive --retry-failed`"
        case .damaged: Self.adviceOnDamage
        case .lost: "restore the file from a backup and run `callark verify --repair`, or explain the loss"
        case .captureNotRequested: "nothing"
        }
    }
}

extension ExplanationReason {
    /// For people, such as `test call`.
    package var words: String { rawValue.replacing("_", with: " ") }
}
