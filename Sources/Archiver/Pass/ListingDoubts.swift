import Recordings
import Synchronization

/// How often the listing may have left a task out. No row shows such a task, and yet it keeps a pass from being complete.
final class ListingDoubts: Sendable {
    private let counts = Mutex<[OrganizationName: Int]>([:])

    func add(_ organization: OrganizationName) {
        counts.withLock { $0[organization, default: 0] += 1 }
    }

    subscript(organization: OrganizationName) -> Int { counts.withLock { $0[organization, default: 0] } }
}
