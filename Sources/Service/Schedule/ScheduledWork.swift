import Archiver
import DailyArchive
import Foundation
import Logging
import Recordings
import Settings
import WebexContactCenter
import Wiring

/// A scheduled run: a pass since the last one. The daily job also gives checkpoints to the anchors, and verifies a part of
/// the archives.
struct ScheduledWork: Sendable {
    let installation: Installation
    let stop: StopRequest

    /// - Returns: whether the pass was complete, so that no retry is needed.
    @Sendable func run(_ organization: OrganizationName, _ kind: ScheduleRule.Kind) async -> Bool {
        let isComplete = await pass(organization)
        guard case .daily = kind else { return isComplete }
        await anchor(organization)
        await verify(organization)
        return isComplete
    }

    private func pass(_ organization: OrganizationName) async -> Bool {
        do {
            var setup = try installation.setup
            setup.actor = .service
            let results = try await CallArchive.withOpen(
                setup,
                precedence: .scheduled,
                stop: stop,
                observer: { _ in }
            ) { archive in
                try await archive.archive([organization], request: .sinceLastPass)
            }
            for result in results where result.failure != nil && !stop.isMade {
                warn("a pass failed", organization, result.failure.map { "\($0)" } ?? "")
            }
            return results.allSatisfy(\.isComplete)
        } catch {
            if !stop.isMade { warn("a pass could not be started", organization, "\(error)") }
            return false
        }
    }

    private func anchor(_ organization: OrganizationName) async {
        guard !stop.isMade else { return }
        do {
            let engine = try await installation.contactCenters.engine
            for warning in await installation.anchorIfDue([organization], by: engine) {
                installation.logger.warning("\(warning)")
            }
        } catch {
            warn("the checkpoints could not be given to the anchors", organization, "\(error)")
        }
    }

    /// Verifies a part of the archives and records the findings in the manifest.
    private func verify(_ organization: OrganizationName) async {
        guard !stop.isMade, let parts = installation.settings.service.schedule.verifyParts,
            let share = ReadingShare("1/\(parts)")
        else { return }
        let installation = installation
        do {
            let keyFile = installation.evidence.setup.keyFile
            let verification = try VerificationRun.reading(installation.root, keyFile: keyFile)
            let log = ReadingLog(installation.manifest, by: .service) { installation.now }
            let scope = VerificationRun.Scope(organization: organization, share: share)
            let summary = try await stop.cancelling {
                try await verification.run(scope) { report in
                    let isOfManifest = report.faults.contains { $0.kind == .manifestDamaged }
                    if verification.hasManifest, !isOfManifest { await log.note(report) }
                }
            }
            if summary.faults > 0 { warn("archives are damaged", organization, "\(summary.faults) faults") }
            if let obstacle = await log.obstacle {
                warn("could not record which archives were read", organization, "\(obstacle)")
            }
        } catch {
            if !stop.isMade { warn("the archives could not be read again", organization, "\(error)") }
        }
    }

    private func warn(_ message: Logger.Message, _ organization: OrganizationName, _ error: String) {
        installation.logger.warning(message, metadata: ["organization": "\(organization)", "error": "\(error)"])
    }
}
