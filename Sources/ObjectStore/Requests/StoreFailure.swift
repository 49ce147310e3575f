import Foundation
import Transfer

/// An attempt that failed: the error, and what may help.
struct StoreFailure: Error, Sendable {
    var error: ObjectStoreError
    var remedy: Remedy
    /// How long the store asks to be left alone.
    var retryAfter: Duration?
    /// Whether the store may have done what it was asked: its answer was lost, or says nothing about that.
    var mayBeDone = false
    /// What the refused request was signed with; `nil` if no answer arrived.
    private(set) var signature: Signature?

    enum Remedy: Sendable, Equatable {
        case none
        /// The same again, after a pause.
        case later
        /// The same, signed with the time of the store.
        case newTime(Date)
        /// The same, signed with other credentials, if there are any.
        case newCredentials
    }

    /// What the request was signed with.
    struct Signature: Sendable {
        var date: Date
        var credentials: ObjectCredentials
    }

    /// No answer arrived.
    init(_ failure: TransferError, to request: StoreRequest) {
        let message = "\(request.subject): \(failure.message)"
        switch failure.code {
        case .cancelled:
            error = ObjectStoreError(.cancelled, "\(request.subject): cancelled")
            remedy = .none
        case .unreadable:
            error = ObjectStoreError(.local, message)
            remedy = .none
        case .untrusted:
            error = ObjectStoreError(.unreachable, "\(message); check vault.ca_file and vault.endpoint")
            remedy = .none
        case .refused, .tooLong, .unwanted:
            error = ObjectStoreError(.unsupported, "\(message); check vault.endpoint")
            remedy = .none
        case .unresolved:
            // The bucket is part of the host's name, and most self-hosted stores have no such names.
            let advice = "check vault.endpoint, vault.path_style and the network"
            error = ObjectStoreError(.unreachable, "\(message); \(advice)")
            remedy = .later
        case .unreachable:
            error = ObjectStoreError(.unreachable, "\(message); check vault.endpoint and the network")
            remedy = .later
        case .timedOut, .stalled, .tooSlow, .cutShort, .other:
            error = ObjectStoreError(.unreachable, "\(message); check the network, and run again later")
            remedy = .later
            mayBeDone = true
        }
    }

    /// An answer arrived that is no success.
    init(_ response: HTTPResponse, to request: StoreRequest, signedWith signature: Signature) {
        let now = signature.date
        self.signature = signature
        let answer = ObjectStoreRefusal(response)
        (error, remedy) = answer.judgement(of: request)
        if error.code == .damaged, !request.repeatsDamaged { remedy = .none }
        retryAfter = response.headers.retryAfter(now: now)
        // With 503 it says that it has not even begun; something in front of it does not know.
        mayBeDone = [500, 502, 504].contains(response.status) || response.status == 503 && answer.code == nil
        // A refused HEAD has no body that would say so.
        let skew = response.headers.date.map { abs($0.timeIntervalSince(now)) } ?? 0
        let isSkewed = answer.code == "RequestTimeTooSkewed" || (answer.code == nil && skew > Self.greatestSkew)
        if response.status == 403, isSkewed, let date = response.headers.date {
            remedy = .newTime(date)
            let minutes = Int(skew / 60)
            error.message += "; this machine's clock is \(minutes) minutes off: set it"
        }
    }

    /// Stores allow fifteen minutes.
    private static let greatestSkew: TimeInterval = 600
}
