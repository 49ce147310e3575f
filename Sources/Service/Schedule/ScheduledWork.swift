import Archiver
import DailyArchive
import Files
import Foundation
import Logging
import Recordings
import Settings
import WebexContactCenter
import Wiring

/// A scheduled run. A poll is a pass since the last one. The daily job also gives checkpoints to the anchors, and verifies a part
/// of the archives. Upkeep renews tokens, gives checkpoints to the anchors, and tries once a day whether the vault's lock is real.
struct ScheduledWork: Sendable {
    let installation: Installation
    let stop: StopRequest
    let database: ServiceDatabase
    let delays: StoringDelays

    /// - Returns: whether the run did all that it had to. A daily job that did not is retried.
    @Sendable func run(_ organization: OrganizationName, _ kind: ScheduleRule.Kind) async -> Bool {
        switch kind {
        case .poll: return await pass(organization)
        case .upkeep:
            let isRenewed = await renewTokens(organization)
            let isChecked = await checkVault(organization)
            return await anchor(organization) && isRenewed && isChecked
        case .daily(let day):
            let isComplete = await pass(organization)
            _ = await anchor(organization)
            if await !hasVerified(organization, on: day) {
                await noted(.verification, organization) { await verify(organization) }
            }
            return isComplete
        }
    }

    /// Whether the verification of a day's job has ended already. A job that is retried because its pass was incomplete would
    /// otherwise read the same share of the archives up to eight times.
    private func hasVerified(_ organization: OrganizationName, on day: ArchiveDay) async -> Bool {
        guard let ended = try? await database.scheduleJobs(of: organization)[.verification]?.ended else { return false }
        return ended >= day.interval(in: installation.timeZone).lowerBound
    }

    /// Records when a part of the daily job begins and ends.
    private func noted(_ job: ScheduleJob, _ organization: OrganizationName, _ work: () async -> Bool?) async {
        guard installation.settings.service.schedule.verifyParts != nil, !stop.isMade else { return }
        do {
            try await database.noteBegin(of: job, organization, at: installation.now)
            guard let isDone = await work(), !stop.isMade else { return }
            try await database.noteEnd(of: job, organization, isDone: isDone, at: installation.now)
        } catch {
            warn("a part of the daily job could not be noted", organization, "\(error)")
        }
    }

    /// Renews the access token if it is time to, so that the next work needs not wait for it.
    private func renewTokens(_ organization: OrganizationName) async -> Bool {
        guard !stop.isMade, let settings = installation.organization(organization),
            case .refreshing = settings.credentials
        else { return true }
        do {
            guard let status = try await installation.tokenStatus(of: organization), !status.needsLogin,
                status.refusal == nil
            else { return false }
            guard status.nextRefresh.map({ $0 <= installation.now }) ?? true else { return true }
            let contactCenter = try await installation.contactCenter(of: settings)
            // If the provider does not say when a token expires, a day is soon enough.
            _ = try await contactCenter.refreshTokens(ifOlderThan: status.nextRefresh == nil ? .hours(24) : .zero)
            return true
        } catch {
            warn("the token could not be renewed", organization, "\(error)")
            return false
        }
    }

    /// How old the last trial of the vault's lock may become.
    private static let lockCheckInterval = Duration.hours(24)

    /// Tries whether the vault's lock is real, if that was not done within a day. What it finds is an alarm.
    private func checkVault(_ organization: OrganizationName) async -> Bool {
        guard !stop.isMade, let vault = installation.vault, vault.lock != .none else { return true }
        do {
            let now = installation.now
            // One of another lock, or of a clock that was ahead, says nothing about today.
            if let last = try vault.lastLockCheck(), last.lock == vault.lock, last.time <= now,
                last.time + Self.lockCheckInterval > now
            {
                return true
            }
            let check = try await stop.cancelling { try await vault.checkLock() }
            for breach in check.breaches { warn("the vault's lock is not real", organization, breach) }
            if let doubt = check.doubt { warn("whether the vault's lock is real, cannot be told", organization, doubt) }
            return check.proves(check.lock)
        } catch {
            if !stop.isMade { warn("the vault's lock could not be tried", organization, "\(error)") }
            return false
        }
    }

    private func pass(_ organization: OrganizationName) async -> Bool {
        do {
            var setup = try installation.setup
            setup.actor = .service
            let results = try await CallArchive.withOpen(
                setup,
                precedence: .scheduled,
                stop: stop,
                observer: delays.observer(.schedule) { [installation] in installation.now }
            ) { archive in
                try await archive.archive([organization], request: .sinceLastPass)
            }
            for result in results where !stop.isMade {
                guard let failure = result.vault?.failure else { continue }
                warn("the vault is behind", organization, "\(failure)")
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

    /// - Returns: whether every anchor has what it should.
    private func anchor(_ organization: OrganizationName) async -> Bool {
        guard !stop.isMade else { return false }
        do {
            let engine = try await installation.contactCenters.engine
            let warnings = await installation.anchorIfDue([organization], by: engine)
            for warning in warnings { installation.logger.warning("\(warning)") }
            return warnings.isEmpty
        } catch {
            warn("the checkpoints could not be given to the anchors", organization, "\(error)")
            return false
        }
    }

    /// Verifies a part of the archives and records the findings in the manifest.
    /// - Returns: whether all that was read is sound; `nil` if it was not read to the end.
    private func verify(_ organization: OrganizationName) async -> Bool? {
        guard !stop.isMade, let parts = installation.settings.service.schedule.verifyParts,
            let share = ReadingShare("1/\(parts)")
        else { return nil }
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
            return summary.faults == 0
        } catch {
            if !stop.isMade { warn("the archives could not be read again", organization, "\(error)") }
            return nil
        }
    }

    private func warn(_ message: Logger.Message, _ organization: OrganizationName, _ error: String) {
        installation.logger.warning(message, metadata: ["organization": "\(organization)", "error": "\(error)"])
    }
}
