import Glibc
import Recordings
import Settings
import Transfer
import WebexContactCenter

extension Installation {
    /// How often a command that asks the provider by itself tries what may pass.
    private static let attempts = 4

    /// Asks the provider about one organization, outside of any pass.
    package func withContactCenter<Value>(
        of organization: OrganizationSettings,
        _ work: (ContactCenter) async throws -> Value
    ) async throws -> Value {
        try requireRoot(forTokensOf: organization)
        let provider = try provider(organization)
        return try await withEngine { engine in try await work(contactCenter(of: provider, over: engine)) }
    }

    /// Runs `work` for each of these organizations with a client of its provider, one after the other.
    package func withContactCenters(
        _ names: [OrganizationName],
        _ work: (OrganizationSettings, ContactCenter) async throws -> Void
    ) async throws {
        let chosen = settings.organizations.filter { names.contains($0.name) }
        for organization in chosen { try requireRoot(forTokensOf: organization) }
        try await withEngine { engine in
            for organization in chosen {
                try await work(organization, contactCenter(of: try provider(organization), over: engine))
            }
        }
    }

    /// Runs `work` with an organization's legacy records.
    /// - Throws: `SettingsError` for a key that cannot be read; what `work` throws.
    package func withLegacyRecords<Value: Sendable>(
        of name: OrganizationName,
        _ legacy: OrganizationSettings.Legacy,
        _ work: (LegacyRecords) async throws -> Value
    ) async throws -> Value {
        let settings = LegacySettings(
            organization: name,
            baseURL: legacy.baseURL,
            user: legacy.user,
            apiKey: Secret(try legacy.apiKey.reveal()),
            tenantID: legacy.tenantID,
            tenantSuffix: legacy.tenantSuffix,
            requestsPerMinute: legacy.requestsPerMinute
        )
        let attempts = min(Self.attempts, self.settings.downloads.attempts)
        return try await withEngine { engine in
            let retry = RetryPolicy(attempts: attempts)
            return try await work(LegacyRecords(settings, exchange: engine, retry: retry, logger: logger))
        }
    }

    /// What is kept of an organization's tokens, without asking the provider; `nil` if the configuration has no such
    /// organization.
    /// - Throws: ``TokensOutOfReach`` if this account may not read what is kept; `ProviderError`.
    package func tokenStatus(of name: OrganizationName) async throws -> TokenStatus? {
        guard let organization = organization(name) else { return nil }
        let store = root.credentialsPath(name)
        if access(store, R_OK) != 0, errno == EACCES { throw TokensOutOfReach(path: store, cause: .permission) }
        let provider: ProviderSettings
        do {
            provider = try self.provider(organization)
        } catch let error as SettingsError {
            throw TokensOutOfReach(path: error.description, cause: .configuration)
        }
        let retry = RetryPolicy(attempts: 1)
        return try await ContactCenter(provider, exchange: NoExchange(), retry: retry, logger: logger).tokenStatus()
    }

    private func contactCenter(of provider: ProviderSettings, over engine: TransferEngine) -> ContactCenter {
        ContactCenter(provider, exchange: engine, retry: RetryPolicy(attempts: Self.attempts), logger: logger)
    }

    /// Works with an engine that is shut down afterwards.
    package func withEngine<Value>(_ work: (TransferEngine) async throws -> Value) async throws -> Value {
        let engine = try TransferEngine(engine)
        do {
            let value = try await work(engine)
            await engine.shutDown()
            return value
        } catch {
            await engine.shutDown()
            throw error
        }
    }
}
