import Recordings
import Settings
import Transfer
import WebexContactCenter

extension Workplace {
    /// How often a command that asks the provider by itself tries what may pass.
    private static let attempts = 4

    /// The one organization that a command is about: the one named, or the only one there is.
    /// - Throws: ``CommandError`` with exit code 64 where that is none, or not one.
    func organization(named name: OrganizationName?) throws -> OrganizationSettings {
        let names = try organizations(named: name.map { [$0] } ?? [])
        let found = settings.organizations.filter { names.contains($0.name) }
        guard found.count == 1 else {
            let known = names.map(\.description).joined(separator: ", ")
            throw CommandError(.usage, "name one organization with --org: \(loaded.path) has \(known)")
        }
        return found[0]
    }

    /// Asks the provider about one organization, outside of any pass.
    func withContactCenter<Value>(
        of organization: OrganizationSettings,
        _ work: (ContactCenter) async throws -> Value
    ) async throws -> Value {
        try requireRoot(forTokensOf: organization)
        let provider = try provider(organization)
        return try await withEngine { engine in try await work(contactCenter(of: provider, over: engine)) }
    }

    /// Runs `work` for each of these organizations with a client of its provider, one after the other.
    func withContactCenters(
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

    private func contactCenter(of provider: ProviderSettings, over engine: TransferEngine) -> ContactCenter {
        ContactCenter(
            provider,
            exchange: engine,
            retry: RetryPolicy(attempts: Self.attempts),
            logger: logger
        )
    }

    /// Works with an engine that is shut down afterwards.
    func withEngine<Value>(_ work: (TransferEngine) async throws -> Value) async throws -> Value {
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
