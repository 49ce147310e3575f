/// What somebody may do with the service.
package enum Role: String, Sendable, Hashable, CaseIterable, Codable {
    /// Search and figures, no audio.
    case viewer
    /// What a viewer may, and audio.
    case reviewer
    /// What a reviewer may, and passes, gaps and verification.
    case `operator`
    /// What an operator may, and keys and settings.
    case admin
    /// What a viewer may, and the evidence log, proofs and the configuration; no audio.
    case auditor

    /// Something that a request needs a role for.
    package enum Permission: Sendable, Hashable, CaseIterable {
        /// Search and figures.
        case look
        /// Audio, transcripts, waveforms.
        case listen
        /// Passes, gaps, verification.
        case operate
        /// Keys and settings.
        case administer
        /// The evidence log, proofs, the configuration.
        case audit
    }

    /// Whether the role has a permission. Each role has what the one before has, except the auditor, who is a viewer
    /// beside them.
    package func permits(_ permission: Permission) -> Bool {
        switch permission {
        case .look: true
        case .listen: [.reviewer, .operator, .admin].contains(self)
        case .operate: [.operator, .admin].contains(self)
        case .administer: self == .admin
        case .audit: [.admin, .auditor].contains(self)
        }
    }

    /// The least role that has a permission, for those who lack it.
    package static func least(for permission: Permission) -> Role {
        switch permission {
        case .look: .viewer
        case .listen: .reviewer
        case .operate: .operator
        case .administer: .admin
        case .audit: .auditor
        }
    }
}
