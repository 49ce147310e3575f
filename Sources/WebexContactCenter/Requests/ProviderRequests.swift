import Recordings
import Synchronization
import Transfer

/// Counts the requests to the provider for one organization since the process began, and the time that they waited. Downloads
/// are not among them, because media hosts have no quota.
package final class ProviderRequests: Sendable {
    /// What became of a request.
    package enum Outcome: String, Sendable, Hashable, CaseIterable {
        case ok
        /// 401 and 403.
        case unauthorized
        /// 429.
        case throttled
        /// Any other status below 500 that is not a success.
        case rejected
        /// 500 and above.
        case unavailable
        /// No complete answer arrived.
        case unanswered

        /// - Parameter status: of the answer.
        package init(status: Int) {
            switch status {
            case 200..<300: self = .ok
            case 401, 403: self = .unauthorized
            case 429: self = .throttled
            case 500...: self = .unavailable
            default: self = .rejected
            }
        }
    }

    /// What was counted so far.
    package struct Figures: Sendable, Hashable {
        package var requests: [Outcome: Int64] = [:]
        /// How long calls waited because of the quota, or because the provider had asked for a pause.
        package var paced = Duration.zero
        /// How long calls waited before another attempt.
        package var retried = Duration.zero

        package init() {}
    }

    /// Changed by every request, briefly.
    private let state = Mutex(Figures())

    init() {}

    /// What was counted so far.
    package var figures: Figures { state.withLock(\.self) }

    func count(_ outcome: Outcome) { state.withLock { $0.requests[outcome, default: 0] += 1 } }

    func notePaced(_ duration: Duration) { state.withLock { $0.paced += duration } }

    func noteRetried(_ duration: Duration) { state.withLock { $0.retried += duration } }
}

/// Counts what it passes on.
struct CountedExchange: HTTPExchange {
    let exchange: any HTTPExchange
    let requests: ProviderRequests

    func perform(_ request: HTTPRequest) async throws(TransferError) -> HTTPResponse {
        do throws(TransferError) {
            let response = try await exchange.perform(request)
            requests.count(ProviderRequests.Outcome(status: response.status))
            return response
        } catch {
            // What this process ended itself says nothing about the provider.
            if error.code != .cancelled { requests.count(.unanswered) }
            throw error
        }
    }
}
