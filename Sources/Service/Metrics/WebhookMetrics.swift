import Recordings
import Synchronization

/// Counts the events of the provider since the service started, and how late they came.
final class WebhookMetrics: Sendable {
    /// What became of an event.
    enum Outcome: String, Sendable, Hashable, CaseIterable {
        case noted, ignored, known, full
        case badSignature = "bad_signature"
        case badBody = "bad_body"
        case otherOrganization = "other_organization"

        init(_ receipt: WebhookInbox.Receipt) {
            switch receipt {
            case .noted: self = .noted
            case .ignored: self = .ignored
            case .known: self = .known
            case .full: self = .full
            }
        }
    }

    struct Figures: Sendable, Hashable {
        var events: [Outcome: Int64] = [:]
        /// From the time that an event says until its arrival.
        var delays = Histogram()
    }

    /// Only of configured organizations, so that no one can create any number of metrics.
    private let figures = Mutex<[OrganizationName: Figures]>([:])

    func figures(of organization: OrganizationName) -> Figures {
        figures.withLock { $0[organization] } ?? Figures()
    }

    func count(_ outcome: Outcome, _ organization: OrganizationName) {
        figures.withLock { $0[organization, default: Figures()].events[outcome, default: 0] += 1 }
    }

    func noteDelay(_ delay: Duration, _ organization: OrganizationName) {
        figures.withLock { $0[organization, default: Figures()].delays.note(delay) }
    }
}
