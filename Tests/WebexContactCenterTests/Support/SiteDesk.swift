import Foundation
import Recordings
import Simulator
import Transfer

@testable import WebexContactCenter

/// A simulated organization's sites, and the client that requests them over real HTTP.
struct SiteDesk {
    let simulator: Simulator
    let sites: Sites

    /// The path of the first version's list; no page of the second version is below it.
    var path: String { "\(simulator.organizationID)/site" }

    static func with(
        options: SimulatorOptions = SimulatorOptions(),
        scope: String? = nil,
        _ body: (SiteDesk) async throws -> Void
    ) async throws {
        var options = options
        options.requestsPerMinute = 0
        let world = try SimulatedWorld(seed: 7, days: ["2025-11-20"], callsPerDay: 0)
        try await Simulator.running(world, options: options) { simulator in
            let token = simulator.issueAccessToken(scope: scope)
            let settings = try TestCenter.settings(
                credentials: .bearer(Secret(token)),
                requestsPerMinute: 100_000,
                apiBaseURL: simulator.apiBaseURL
            )
            let engine = try TransferEngine(.init(userAgent: "callark-tests", maximumConnectionsPerHost: 4))
            let center = ContactCenter(
                settings,
                exchange: engine,
                retry: RetryPolicy(attempts: 3, baseDelay: .milliseconds(1), maximumDelay: .milliseconds(1)),
                logger: .quiet
            )
            do {
                try await body(SiteDesk(simulator: simulator, sites: center.sites))
                await engine.shutDown()
            } catch {
                await engine.shutDown()
                throw error
            }
        }
    }

    /// The profile of the sites that exist from the beginning.
    func profile() async throws -> String { try await sites.list()[0].fields.multimediaProfileID }

    func site(named name: String) async throws -> Site? { try await sites.list().first { $0.fields.name == name } }

    func fields(_ name: String, description: String = "") async throws -> SiteFields {
        SiteFields(
            name: name,
            isActive: true,
            multimediaProfileID: try await profile(),
            description: description
        )
    }
}
