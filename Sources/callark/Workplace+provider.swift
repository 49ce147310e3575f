import Recordings
import Settings
import Transfer
import WebexContactCenter

extension Workplace {
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
                    retry: RetryPolicy(attempts: settings.downloads.attempts),
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
