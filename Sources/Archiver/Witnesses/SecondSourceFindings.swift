import Recordings
import Synchronization

/// The findings of a pass, by organization.
final class SecondSourceFindings: Sendable {
    private let findings = Mutex<[OrganizationName: SecondSourceFinding]>([:])

    func set(_ finding: SecondSourceFinding, for organization: OrganizationName) {
        findings.withLock { $0[organization] = finding }
    }

    subscript(organization: OrganizationName) -> SecondSourceFinding? { findings.withLock { $0[organization] } }
}
