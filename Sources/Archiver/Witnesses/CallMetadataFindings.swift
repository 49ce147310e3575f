import Recordings
import Synchronization

/// The findings of a pass, by organization.
final class CallMetadataFindings: Sendable {
    private let findings = Mutex<[OrganizationName: CallMetadataFinding]>([:])

    func set(_ finding: CallMetadataFinding, for organization: OrganizationName) {
        findings.withLock { $0[organization] = finding }
    }

    subscript(organization: OrganizationName) -> CallMetadataFinding? { findings.withLock { $0[organization] } }
}
