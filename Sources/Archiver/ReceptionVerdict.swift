import DailyArchive
import Recordings
import Transfer

/// What one attempt to download a recording comes to: the one place that decides what an answer or an error means.
enum ReceptionVerdict: Equatable {
    /// The bytes arrived whole; whether they are a recording is for ``Acceptance`` to say.
    case arrived
    /// Passing: the same URL again, going on from the bytes that are there.
    case again(reason: String)
    /// The host fails, is overloaded or out of reach: the same, but later, and with fewer downloads at once.
    case busy(reason: String, retryAfter: Duration?)
    /// The bytes that are there are of no use: the same URL again, from the beginning.
    case startOver(reason: String)
    /// The URL does not work any more, or never will: ask for another one.
    case freshURL(reason: String)
    /// Trying again would bring the same.
    case giveUp(reason: String)
    /// Nothing can be kept on this disk now: no affair of this recording's.
    case storage(ArchiveError)
    /// The task was cancelled.
    case cancelled

    /// - Parameter error: what the transfer ended with; `nil` where the body arrived whole.
    init(findings: ReceptionSink.Findings, error: TransferError?) {
        switch findings.objection {
        case .storage(let error): self = .storage(error)
        case .objectChanged: self = .startOver(reason: "the recording changed at the provider while it was fetched")
        case .wrongRange: self = .startOver(reason: "the server sent another range than the one asked for")
        case .status(let status):
            self = Self.of(status: status, body: findings.errorBody, retryAfter: findings.retryAfter)
        case nil:
            self = error.map(Self.of) ?? .arrived
        }
    }

    private static func of(_ error: TransferError) -> ReceptionVerdict {
        switch error.code {
        case .cancelled: .cancelled
        case _ where error.isTransient: .busy(reason: error.message, retryAfter: nil)
        default: .giveUp(reason: error.message)
        }
    }

    /// The answers of the object store (wxcc-api 6.5).
    private static func of(status: Int, body: [UInt8], retryAfter: Duration?) -> ReceptionVerdict {
        let code = storeErrorCode(in: body)
        let reason = "the media host answered \(status)" + (code.map { " (\($0))" } ?? "")
        return switch status {
        case 412, 416: .startOver(reason: reason)
        case _ where RetryPolicy.isPassing(status: status): .busy(reason: reason, retryAfter: retryAfter)
        case 300...399, 405, 413, 414, 431: .giveUp(reason: reason)
        case 200...299: .again(reason: reason)
        default: .freshURL(reason: reason)
        }
    }

    /// `AccessDenied` out of `<Error><Code>AccessDenied</Code>…`; only letters and digits, so that nothing secret or
    /// strange gets into a message.
    private static func storeErrorCode(in body: [UInt8]) -> String? {
        let text = String(decoding: body, as: UTF8.self)
        guard let begin = text.firstRange(of: "<Code>"), let end = text.firstRange(of: "</Code>"),
            begin.upperBound < end.lowerBound
        else { return nil }
        let code = text[begin.upperBound..<end.lowerBound]
        return code.utf8.count <= 60 && code.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
            ? String(code) : nil
    }
}
