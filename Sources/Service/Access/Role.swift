/// What a caller may do with the service.
package enum Role: String, Sendable, Hashable, CaseIterable, Codable {
    /// Search and figures, but no audio.
    case viewer
    /// Everything a viewer may do, and audio.
    case reviewer
    /// Everything a reviewer may do, and passes, gaps and verification.
    case `operator`
    /// Everything an operator may do, and keys, settings, the evidence log and the configuration.
    case admin
    /// Everything a viewer may do, and the evidence log, proofs and the configuration; but no audio.
    case auditor

    /// A permission that a route may require.
    package enum Permission: Sendable, Hashable, CaseIterable {
        /// Search and figures.
        case look
        /// Audio, transcripts, waveforms.
        case listen
        /// Proofs, and what cases have.
        case examine
        /// Passes, gaps, verification.
        case operate
        /// Keys and settings.
        case administer
        /// The evidence log, proofs, the configuration.
        case audit
    }

    /// Whether the role has a permission. Each role has all permissions of the previous one, except the auditor, who has
    /// those of a viewer.
    package func permits(_ permission: Permission) -> Bool {
        switch permission {
        case .look: true
        case .listen: [.reviewer, .operator, .admin].contains(self)
        case .examine: self != .viewer
        case .operate: [.operator, .admin].contains(self)
        case .administer: self == .admin
        case .audit: [.admin, .auditor].contains(self)
        }
    }

    /// The role to name to a caller who lacks a permission: the one with the fewest permissions that has it.
    package static func least(for permission: Permission) -> Role {
        switch permission {
        case .look: .viewer
        case .listen, .examine: .reviewer
        case .operate: .operator
        case .administer: .admin
        case .audit: .auditor
        }
    }
}
