import Archiver
import Evidence
import Files
import HTTPTypes
import Logging
import Manifest
import Settings
import Wiring

/// Liveness and readiness. Both need no key, and reveal no figures.
struct HealthRoutes: Sendable {
    let installation: Installation
    let database: ServiceDatabase

    var routes: [Route] {
        [
            Route(.get, "/healthz", .open) { _ in try Answer.json(Line(status: "ok")) },
            Route(.get, "/readyz", .open) { _ in try await readiness() },
        ]
    }

    private struct Line: Encodable {
        var status: String
    }

    /// The service is ready if the root, the manifest, its database and the evidence logs can be used. The provider's state
    /// does not matter.
    private func readiness() async throws -> Answer {
        do {
            try await require()
        } catch {
            installation.logger.warning("not ready", metadata: ["error": "\(error)"])
            throw Problem(.serviceUnavailable, "not_ready", "the archive cannot be used; the service's log says why")
        }
        return try Answer.json(Line(status: "ready"))
    }

    private func require() async throws {
        let installation = installation
        try await BlockingWork.run { _ throws(ArchiveError) in
            try installation.root.identity()
            try installation.root.requireWritable()
        }
        _ = try await installation.manifest.forWriting().organizations()
        _ = try await database.keys()
        let names = installation.settings.organizations.map(\.name)
        try await BlockingWork.run { _ throws(EvidenceError) in
            for name in names where LogFolder(name, in: installation.root.logsPath).exists {
                try installation.evidence.log(of: name)
            }
        }
    }
}
