import Files
import Glibc
import Recordings
import Settings
import Transfer
import WebexContactCenter

extension Installation {
    /// How many attempts a command that asks the provider outside of a pass makes if a failure may be transient.
    private static let attempts = 4

    /// Asks the provider about one organization, outside of any pass.
    package func withContactCenter<Value>(
        of organization: OrganizationSettings,
        _ work: (ContactCenter) async throws -> Value
    ) async throws -> Value {
        try requireRoot(forTokensOf: organization)
        return try await closingConnections { try await work(contactCenter(of: organization)) }
    }

    /// Runs `work` for each of these organizations with a client of its provider, one after the other.
    package func withContactCenters(
        _ names: [OrganizationName],
        _ work: (OrganizationSettings, ContactCenter) async throws -> Void
    ) async throws {
        let chosen = settings.organizations.filter { names.contains($0.name) }
        for organization in chosen { try requireRoot(forTokensOf: organization) }
        try await closingConnections {
            for organization in chosen { try await work(organization, contactCenter(of: organization)) }
        }
    }

    /// Runs `work` with access to an organization's legacy records.
    /// - Throws: `SettingsError` for a key that cannot be read; errors of `work`.
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
        let retry = RetryPolicy(attempts: min(Self.attempts, self.settings.downloads.attempts))
        return try await closingConnections {
            try await work(contactCenters.legacyRecords(of: settings, retry: retry))
        }
    }

    /// A client of an organization's provider, outside of any pass.
    /// - Throws: `SettingsError` for a secret that cannot be read; `TransferError`; as ``requireRoot(forTokensOf:)``.
    package func contactCenter(of organization: OrganizationSettings) async throws -> ContactCenter {
        try requireRoot(forTokensOf: organization)
        return try await contactCenters.client(
            of: try provider(organization),
            retry: RetryPolicy(attempts: Self.attempts)
        )
    }

    /// Runs `work` with the process's engine, and closes its connections afterwards.
    package func withEngine<Value>(_ work: (TransferEngine) async throws -> Value) async throws -> Value {
        try await closingConnections { try await work(contactCenters.engine) }
    }

    /// Runs `work`, then closes all connections: for a process that does only one thing.
    package func closingConnections<Value>(_ work: () async throws -> Value) async throws -> Value {
        if staysOpen { return try await work() }
        do {
            let value = try await work()
            await contactCenters.shutDown()
            return value
        } catch {
            await contactCenters.shutDown()
            throw error
        }
    }

    /// The stored state of an organization's tokens, without asking the provider; `nil` if the configuration has no
    /// such organization.
    /// - Throws: ``TokensUnavailable`` if this account may not read it; `ProviderError`.
    package func tokenStatus(of name: OrganizationName) async throws -> TokenStatus? {
        guard let organization = organization(name) else { return nil }
        let store = root.credentialsPath(name)
        if access(store, R_OK) != 0, errno == EACCES { throw TokensUnavailable(path: store, cause: .permission) }
        let provider: ProviderSettings
        do {
            provider = try self.provider(organization)
        } catch let error as SettingsError {
            throw TokensUnavailable(path: error.description, cause: .configuration)
        }
        return try await contactCenters.tokenStatus(of: provider)
    }
}
