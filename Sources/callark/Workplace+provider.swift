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
            throw CommandError(.usage, "say which organization with --org: \(loaded.path) has \(known)")
        }
        return found[0]
    }

    /// Asks the provider about one organization, outside of any pass.
    func withContactCenter<Value>(
        of organization: OrganizationSettings,
        _ work: (ContactCenter) async throws -> Value
    ) async throws -> Value {
        let engine = try TransferEngine(engine)
        let contactCenter = ContactCenter(
            provider(organization),
            exchange: engine,
            retry: RetryPolicy(attempts: Self.attempts),
            logger: logger
        )
        do {
            let value = try await work(contactCenter)
            await engine.shutDown()
            return value
        } catch {
            await engine.shutDown()
            throw error
        }
    }

    /// Runs `work` for each of these organizations with a client of its provider, one after the other.
    func withContactCenters(
        _ names: [OrganizationName],
        _ work: (OrganizationSettings, ContactCenter) async throws -> Void
    ) async throws {
        let engine = try TransferEngine(self.engine)
        do {
            for organization in settings.organizations where names.contains(organization.name) {
                let contactCenter = ContactCenter(
                    provider(organization),
                    exchange: engine,
                    retry: RetryPolicy(attempts: Self.attempts),
                    logger: logger
                )
                try await work(organization, contactCenter)
            }
        } catch {
            await engine.shutDown()
            throw error
        }
        await engine.shutDown()
    }
}
