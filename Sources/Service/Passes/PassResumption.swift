import Archiver
import Evidence
import Files
import Foundation
import HTTPTypes
import Logging
import Recordings
import Settings
import Wiring

/// Requested passes of the process before: most begin again when the service starts, and none disappears without a trace.
struct PassResumption: Sendable {
    let installation: Installation
    let database: ServiceDatabase

    /// Why a pass is given up, in the evidence log.
    static let reason =
        "given up: the service ended \(ServiceDatabase.mostAttempts) times while it ran, and it does not begin again"

    /// What is given up, as failed, and then what waits from the beginning, each in the order of the requests.
    func passes() async throws -> [RequestedPass] {
        let unfinished = try await database.unfinishedPasses(of: installation.settings.organizations.map(\.name))
        for pass in unfinished.again {
            installation.logger.notice("a requested pass begins again", metadata: ["pass": "\(pass.id)"])
        }
        var ended: [RequestedPass] = []
        for pass in unfinished.givenUp { ended.append(await givenUp(pass)) }
        return ended + unfinished.again
    }

    /// Notes in the evidence logs that a pass is given up, and only then forgets it.
    private func givenUp(_ pass: RequestedPass) async -> RequestedPass {
        let now = installation.now
        installation.logger.warning(
            "a requested pass is given up: the service ended each time that it ran",
            metadata: ["pass": "\(pass.id)"]
        )
        do {
            var values = pass.request.logValues(in: installation.timeZone)
            values[.reason] = .text(Self.reason)
            let entries = pass.organizations.map {
                LogEntry(.passRequested, time: now, actor: .service, organization: $0, values)
            }
            let logs = installation.evidence
            _ = try await BlockingWork.run { _ throws(EvidenceError) in try logs.append(entries) }
            try await database.forget(pass: pass.id)
        } catch {
            // The next start tries again.
            installation.logger.warning(
                "it could not be noted that a pass is given up",
                metadata: ["pass": "\(pass.id)", "error": "\(error)"]
            )
        }
        var ended = pass
        ended.state = .failed
        ended.endedTime = now
        ended.problem = Problem(.serviceUnavailable, "abandoned", Self.reason)
        return ended
    }
}
