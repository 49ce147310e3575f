import Archiver
import Manifest
import Recordings
import WebexContactCenter

extension Installation {
    /// Estimates what a pass over an organization would take. It asks at half of the configured rate, so that a pass can run
    /// at the same time.
    /// - Parameters:
    ///   - isExact: whether everything is counted instead of a sample.
    ///   - isLowered: whether the estimated pass gives way to others.
    /// - Returns: `nil` if the configuration has no such organization.
    /// - Throws: `SettingsError` for a secret that cannot be read; `ManifestError`.
    package func estimating(
        _ name: OrganizationName,
        isExact: Bool,
        isLowered: Bool = false
    ) async throws -> Estimating? {
        if let organization = organization(name) { try requireRoot(forTokensOf: organization) }
        let usual = try setup
        let lowered = usual.lowered
        let setup = isLowered ? lowered : usual
        guard let provider = setup.providers.first(where: { $0.organization == name }),
            let share = lowered.providers.first(where: { $0.organization == name })
        else { return nil }
        let manifest = try await manifestForReading()
        let altered =
            if let manifest { try await standpoint(of: name, manifest).altered } else { AlteredArchives() }
        return Estimating(
            manifest: manifest,
            rules: setup.rules,
            provider: provider,
            contactCenter: try await setup.contactCenters.client(of: share, retry: setup.rules.apiRetry),
            isExact: isExact,
            altered: altered
        )
    }
}
