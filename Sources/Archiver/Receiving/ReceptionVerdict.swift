import DailyArchive
import Files
import Recordings
import Transfer

/// The outcome of one attempt to download a recording: the one place that decides what an answer or an error means.
enum ReceptionVerdict: Equatable {
    /// The bytes arrived completely; whether they are a recording is for ``Acceptance`` to decide.
    case arrived
    /// Temporary: the same URL again, resuming from the bytes that have arrived.
    case again(reason: String)
    /// The host fails, is overloaded or cannot be reached: the same URL, but later, and with fewer concurrent
    /// downloads.
    case busy(reason: String, retryAfter: Duration?)
    /// The bytes stopped or come too slowly: the same URL, but out of the way of others.
    case slow(reason: String)
    /// The bytes that have arrived are useless: the same URL again, from the beginning.
    case startOver(reason: String)
    /// The URL no longer works, or never will: ask for another one.
    case freshURL(StoreRefusal)
    /// Another attempt would have the same result.
    case giveUp(reason: String)
    /// Nothing can be kept on this disk now, which is not the recording's fault.
    case storage(ArchiveError)
    /// The task was cancelled.
    case cancelled

    /// - Parameter error: the error that ended the transfer; `nil` if the body arrived completely.
    init(findings: ReceptionSink.Findings, error: TransferError?) {
        switch findings.objection {
        case .storage(let error): self = .storage(error)
        case .objectChanged: self = .startOver(reason: "the recording changed at the provider while it was fetched")
        case .wrongRange: self = .startOver(reason: "the server sent a different range from the one requested")
        case .tooLarge(let size):
            self = .giveUp(reason: "the media host announces or sends \(size) bytes, which no recording has")
        case .status(let status):
            let refusal = StoreRefusal(status: status, body: findings.errorBody)
            self = Self.of(refusal, retryAfter: findings.retryAfter)
        case nil:
            self = error.map(Self.of) ?? .arrived
        }
    }

    private static func of(_ error: TransferError) -> ReceptionVerdict {
        switch error.code {
        case .cancelled: .cancelled
        case .stalled, .tooSlow: .slow(reason: error.message)
        case _ where error.isTransient: .busy(reason: error.message, retryAfter: nil)
        default: .giveUp(reason: error.message)
        }
    }

    /// The answers of the object store (wxcc-api 6.5).
    private static func of(_ refusal: StoreRefusal, retryAfter: Duration?) -> ReceptionVerdict {
        let reason = refusal.description
        return switch refusal.status {
        case 412, 416: .startOver(reason: reason)
        case _ where RetryPolicy.isPassing(status: refusal.status): .busy(reason: reason, retryAfter: retryAfter)
        case 300...399, 405, 413, 414, 431: .giveUp(reason: reason)
        case 200...299: .again(reason: reason)
        default: .freshURL(refusal)
        }
    }
}
