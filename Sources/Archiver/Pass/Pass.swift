import DailyArchive
import Files
import Logging
import Manifest
import Recordings

/// One pass over the windows of several organizations: the whole job.
///
/// ```
/// discover ──page by page──▶ resolve ──rendezvous──▶ receive ──bounded queue──▶ store    then seal, put into the vault,
///                                                                                        and summarise
/// ```
///
/// The first four steps run concurrently. Each reads what the step before it made durable, and makes its own result
/// durable before it reports it. Killing the process at any point loses nothing that was stored, and running a pass
/// twice changes nothing.
package struct Pass: Sendable {
    let context: PassContext

    /// The outcome of one organization's part of a pass.
    package struct Result: Sendable {
        package var organization: OrganizationName
        package var window: PassWindow
        package var summary: PassSummary { days.total }
        /// The counts of each day of the window, oldest first, including days without a task.
        package var days: [DayReconciliation]
        package var archives: [SealedArchiveSummary]
        /// How much the downloads of the whole pass were slowed because a media host was busy.
        package var pacing: DownloadPacing
        /// How often the listing may have left out a task; the log of events says where.
        package var listingDoubts: Int
        /// The days of which a part in the window has not been listed by any pass, oldest first.
        package var unlisted: [ArchiveDay] = []
        /// The days of the window whose listing, in this or an earlier pass, may have left out a task; oldest first.
        package var doubted: [ArchiveDay] = []
        /// Recordings outside the window that are known, not received and not explained. Counted only if the pass was to
        /// fetch missing recordings of all days.
        package var unreceivedElsewhere = 0
        /// Recordings outside the window that were received and are damaged. Counted only if the pass was to fetch
        /// missing recordings of all days.
        package var damagedElsewhere = 0
        /// The figures of the days outside the window, as far as they are known.
        package var outside = ReportFigures()
        /// Whether it listed tasks, rather than only fetching known recordings.
        package var isListing = true
        /// The result of comparing the listing with agent activities; `nil` if they were not compared.
        package var activities: ActivityFinding?
        /// The result of asking Search about the window's calls; `nil` if it was not asked.
        package var callMetadata: CallMetadataFinding?
        /// What other sources said about the days that were compared with them, oldest first.
        package var comparisons: [DayComparison] = []
        /// Why the comparison with a source stopped early; empty if every due day was compared.
        package var sourceAbsences: [DayComparison.Source: String] = [:]
        /// Whether earlier passes listed everything before its window.
        package var followsListing = false
        /// What was done with the vault; `nil` without one, and if the pass did not get there.
        package var vault: VaultFinding?
        /// The error that ended the pass early for this organization; `nil` if it went through.
        package var failure: (any Error)?

        /// Whether exit code 65 is right: something that the pass covered is damaged.
        package var hasDamage: Bool { summary.hasDamage || damagedElsewhere > 0 }

        /// Whether exit code 0 would be right.
        package var isComplete: Bool { failure == nil && obstacles.isEmpty }
    }

    /// An organization and what to do for it.
    package struct Assignment: Sendable {
        package var organization: Organization
        package var window: PassWindow
        package var scope: AskScope
        /// Whether it is a step of a backfill.
        package var isBackfill = false
        /// Whether its window begins no later than where the listing ended.
        package var joinsListing = true
        /// Whether earlier passes listed everything before its window.
        package var followsListing = false

        package init(organization: Organization, window: PassWindow, scope: AskScope) {
            self.organization = organization
            self.window = window
            self.scope = scope
        }
    }

    /// Runs the pass; the caller holds the lock.
    /// - Returns: a result for each assignment, in their order, even if something failed.
    /// - Throws: only if not even the results can be reported, because the manifest cannot be read or written.
    func run(_ assignments: [Assignment]) async throws -> [Result] {
        let recovered = try await context.recover()
        var passes: [PassID] = []
        for assignment in assignments {
            passes.append(
                try await context.manifest.beginPass(
                    organization: assignment.organization.name,
                    window: assignment.window.range,
                    isBackfill: assignment.isBackfill,
                    joinsListing: assignment.joinsListing,
                    by: context.actor,
                    now: context.now()
                )
            )
            if let asked = assignment.scope.asksFor {
                let name = assignment.organization.name
                try await context.manifest.wakeExplained(name, window: asked, now: context.now())
            }
        }
        let (parts, failure) = await pipeline { jobs in await question(assignments, jobs: jobs) }
        var results: [Result] = []
        for (assignment, pass) in zip(assignments, passes) {
            let name = assignment.organization.name
            let part = parts[name] ?? Part()
            let archives = recovered.filter { $0.name.organization == name }
            context.observer(.step(name, .sealing))
            let result = try await conclude(
                assignment,
                part.findings,
                recovered: archives,
                failure: failure ?? part.failure ?? context.disk.failure,
                vaultFailure: results.lazy.compactMap { $0.vault?.end }.first
            )
            results.append(result)
            context.observer(.step(name, .done))
            try await afterwards(results) {
                try await context.manifest.endPass(
                    pass,
                    // A pass that listed nothing does not know whether it is complete.
                    outcome: result.outcome == .complete && !assignment.scope.isListing ? .incomplete : result.outcome,
                    summary: result.summary,
                    reason: assignment.scope.isListing ? result.obstacleText : "it listed nothing",
                    failure: result.failure.map(PassFailure.init),
                    by: context.actor,
                    now: context.now()
                )
            }
        }
        try await afterwards(results) { try await context.writer.close() }
        await keepRecords(&results)
        if results.allSatisfy({ $0.failure == nil }) { context.agreement.settle() }
        return results
    }

    /// Puts what is sealed into the vault, if there is one. Nothing of it keeps the pass from going on.
    /// - Parameter end: why the vault has to be asked nothing more.
    private func vaulting(_ name: OrganizationName, _ end: VaultError?) async -> VaultFinding? {
        guard let vault = context.vault else { return nil }
        return await VaultStep(
            organization: name,
            vault: vault,
            rules: context.rules.vault,
            context: context,
            end: end
        )
        .run()
    }

    /// Lets the evidence logs and a snapshot of the manifest leave the machine, once a pass has noted its end.
    private func keepRecords(_ results: inout [Result]) async {
        guard let vault = context.vault, !context.stop.isMade, results.contains(where: { $0.vault != nil }) else {
            return
        }
        do {
            try await context.evidence.publish()
            // It is not waited for a second time.
            if let end = results.lazy.compactMap({ $0.vault?.end }).first { throw end }
            try await context.stop.cancelling { [manifest = context.manifest] in
                try await vault.keepRecords { try manifest.copy(to: $0) }
            }
        } catch {
            for place in results.indices { results[place].vault?.fail(error) }
        }
    }

    /// Runs a final step. If something failed before, that error is the one to report, even if this step fails too, as
    /// it would on a full disk.
    private func afterwards(_ results: [Result], _ work: () async throws -> Void) async throws {
        do {
            try await work()
        } catch {
            guard results.contains(where: { $0.failure != nil }) else { throw error }
            context.logger.warning("the end of the pass is not noted", metadata: ["error": "\(error)"])
        }
    }

    /// Seals archives, unless gathering failed, and counts.
    private func conclude(
        _ assignment: Assignment,
        _ findings: PassFindings,
        recovered: [SealedArchiveSummary],
        failure: (any Error)?,
        vaultFailure: VaultError?
    ) async throws -> Result {
        var result = Result(
            organization: assignment.organization.name,
            window: assignment.window,
            days: [],
            archives: recovered,
            pacing: context.gate.pacing,
            listingDoubts: findings.listingDoubts,
            activities: findings.sources.activities,
            callMetadata: findings.callMetadata,
            failure: failure
        )
        result.followsListing = assignment.followsListing
        result.isListing = assignment.scope.isListing
        if failure == nil {
            do {
                let listed = findings.listed
                let sealing = Sealing(organization: assignment.organization.name, listed: listed, context: context)
                let outcome = try await sealing.run()
                result.archives += outcome.sealed
                result.failure = outcome.damage
                try await context.settleGone(assignment.organization.name, onlyIfChanged: true)
                result.vault = await vaulting(assignment.organization.name, vaultFailure)
                if let listed {
                    // Only now: if this step is interrupted, the next run lists again.
                    let discovery = Discovery(organization: assignment.organization, context: context)
                    if assignment.isBackfill { try await discovery.noteDays(listed) }
                    try await context.manifest.noteListedSpan(assignment.organization.name, listed)
                    if assignment.window.endsNow {
                        result.window = assignment.window.ending(by: listed.upperBound)
                    }
                }
                try await findHoles(assignment, &result)
                result.comparisons = try await context.note(findings.sources, of: assignment.organization.name)
                result.sourceAbsences = findings.sources.absences
            } catch {
                result.failure = error
            }
        }
        // A provider that fails is no reason to keep on one machine what is sealed.
        if result.vault == nil, !context.stop.isMade {
            result.vault = await vaulting(assignment.organization.name, vaultFailure)
        }
        result.days = try await reconcile(assignment.organization.name, result.window.range)
        return result
    }

    /// Finds what a pass that went through cannot know to be complete.
    private func findHoles(_ assignment: Assignment, _ result: inout Result) async throws {
        let name = assignment.organization.name
        let outlook = try await context.manifest.closingOutlook(name)
        let window = result.window.range
        result.unlisted = outlook.unlisted(in: window, timeZone: context.rules.timeZone)
        result.doubted = window.days(in: context.rules.timeZone).filter(outlook.doubted.contains)
        // A step of a backfill is one of many, and reports nothing about other days.
        if assignment.isBackfill { return }
        let standpoint = try await context.standpoint(of: name)
        result.outside = try await context.manifest.dayStatuses(organization: name, at: standpoint)
            .filter { !window.overlaps($0.day.interval(in: context.rules.timeZone)) }
            .reduce(into: ReportFigures()) { $0 += ReportFigures($1) }
        guard case .onlyUnreceived(nil) = assignment.scope else { return }
        let (earliest, latest) = (Timestamp(millisecondsSince1970: .min), Timestamp(millisecondsSince1970: .max))
        var pending = 0
        for span in [earliest..<window.lowerBound, window.upperBound..<latest] {
            pending += try await context.manifest.pendingRecordings(name, created: span).count
        }
        let gaps = GapFilter(organization: name, isExplained: false)
        let elsewhere = try await context.manifest.reduceGaps(gaps, at: standpoint, into: (pending, 0)) { found, gap in
            guard gap.recording != nil, !window.contains(gap.createdTime) else { return }
            if gap.wasHeld { found.1 += 1 } else { found.0 += 1 }
        }
        (result.unreceivedElsewhere, result.damagedElsewhere) = elsewhere
    }

    private func reconcile(_ name: OrganizationName, _ window: Range<Timestamp>) async throws -> [DayReconciliation] {
        let span = context.rules.day(of: window.lowerBound)...context.rules.day(of: window.upperBound)
        let standpoint = try await context.standpoint(of: name, days: span)
        let days = try await context.manifest.reconciliation(organization: name, window: window, at: standpoint)
        guard !window.isEmpty else { return days }
        let closed = try await context.manifest.closingOutlook(name, altered: standpoint.altered).closed
        let silent = Set(window.days(in: context.rules.timeZone)).subtracting(days.map(\.day)).map {
            var day = DayReconciliation(organization: name, day: $0)
            day.isClosed = closed.contains($0)
            return day
        }
        return (days + silent).sorted { $0.day < $1.day }
    }
}

extension Pass.Result {
    /// The outcome as the manifest stores it.
    fileprivate var outcome: PassOutcome {
        switch failure {
        case let error as ArchiverError where error.code == .stopped: .interrupted
        case .some: .failed
        case nil: isComplete ? .complete : .incomplete
        }
    }
}
