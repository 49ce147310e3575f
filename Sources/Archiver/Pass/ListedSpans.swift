import Recordings
import Synchronization

/// What a pass has listed of each organization: not all of its window where the provider's clock is behind ours.
final class ListedSpans: Sendable {
    private let spans = Mutex<[OrganizationName: Range<Timestamp>]>([:])

    func set(_ span: Range<Timestamp>, for organization: OrganizationName) {
        spans.withLock { $0[organization] = span }
    }

    subscript(organization: OrganizationName) -> Range<Timestamp>? { spans.withLock { $0[organization] } }
}
