import AsyncAlgorithms
import DailyArchive
import Logging
import Manifest
import Recordings

/// One pass over the windows of several organizations: the whole job.
///
/// ```
/// discover ──page by page──▶ resolve ──rendezvous──▶ receive ──bounded queue──▶ store    then seal, then summarise
/// ```
///
/// The first four steps run at once; each reads what the step before made durable, and makes its own result durable
/// before it says so. Killing the process anywhere loses nothing that was stored, and running a pass twice changes
/// nothing.
package struct Pass: Sendable {
    let context: PassContext
    let organizations: [OrganizationName]

    /// What came of one organization's part of a pass.
    package struct Result: Sendable {
        package var organization: OrganizationName
        package var window: PassWindow
        package var summary: PassSummary { days.total }
        /// What each day of the window comes to, oldest first; also days without a task.
        package var days: [DayReconciliation]
        package var archives: [SealedDay]
        /// How far the downloads of the whole pass were held back because a media host was busy.
        package var pacing: DownloadPacing
        /// How often the listing may have left out a task; the log of events says where.
        package var listingDoubts: Int
        /// The days of the window that no pass has listed as far as they are in it, oldest first.
        package var unlisted: [ArchiveDay] = []
        /// The days of the window of which this or an earlier listing may have left out a task, oldest first.
        package var doubted: [ArchiveDay] = []
        /// Recordings of other days that are known, not received and not explained, where the pass was to fetch all such.
        package var unreceivedElsewhere = 0
        /// Recordings of other days that were received and are damaged, where the pass was to fetch what is missing of all days.
        package var damagedElsewhere = 0
        /// What the days outside of the window come to, as far as they are known.
        package var outside = ReportFigures()
        /// Whether it listed tasks, and did not only fetch what was known.
        package var isListing = true
        /// What came of holding the listing against agents' activities; `nil` where that was not done.
        package var secondSource: SecondSourceFinding?
        /// What came of asking Search about the window's calls; `nil` where it was not asked.
        package var callMetadata: CallMetadataFinding?
        /// What other sources said of days that were held against them, oldest first.
        package var witnesses: [DayWitness] = []
        /// Why no further day could be held against a source; empty where every one could that was to be.
        package var witnessAbsences: [DayWitness.Source: String] = [:]
        /// Whether a pass before it listed everything before its window.
        package var followsListing = false
        /// What ended the pass early for this organization; `nil` where it went through.
        package var failure: (any Error)?

        /// Whether exit code 65 is the truth: something that the pass was about is damaged.
        package var hasDamage: Bool { summary.hasDamage || damagedElsewhere > 0 }

        /// Whether exit code 0 would be the truth.
        package var isComplete: Bool { failure == nil && obstacles.isEmpty }
    }

    /// An organization and what of it is asked for.
    package struct Assignment: Sendable {
        package var organization: Organization
        package var window: PassWindow
        package var scope: AskScope
        /// Whether it is a step of a backfill.
        package var isBackfill = false
        /// Whether its window begins where the listing had come to, or before.
        package var joinsListing = true
        /// Whether a pass before it listed everything before its window.
        package var followsListing = false

        package init(organization: Organization, window: PassWindow, scope: AskScope) {
            self.organization = organization
            self.window = window
            self.scope = scope
        }
    }

    /// Runs the pass; the caller holds the lock.
    /// - Returns: a result for each assignment, in their order, also where something failed on the way.
    /// - Throws: only where not even the results can be told: the manifest cannot be read or written.
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
        let failures = await pipeline { jobs in await question(assignments, jobs: jobs) }
        var results: [Result] = []
        for (assignment, pass) in zip(assignments, passes) {
            let name = assignment.organization.name
            let archives = recovered.filter { $0.name.organization == name }
            context.observer(.step(name, .sealing))
            let result = try await conclude(
                assignment,
                recovered: archives,
                failure: failures[name] ?? context.disk.failure
            )
            results.append(result)
            context.observer(.step(name, .done))
            try await afterwards(results) {
                try await context.manifest.endPass(
                    pass,
                    // One that listed nothing does not know whether everything is there.
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
        if results.allSatisfy({ $0.failure == nil }) { context.agreement.settle() }
        return results
    }

    /// Does what comes last. Where something failed before, that is what a person has to mend and has to be told of, and
    /// not that this failed too, which on a full disk it does.
    private func afterwards(_ results: [Result], _ work: () async throws -> Void) async throws {
        do {
            try await work()
        } catch {
            guard results.contains(where: { $0.failure != nil }) else { throw error }
            context.logger.warning("the end of the pass is not noted", metadata: ["error": "\(error)"])
        }
    }

    /// Seals what is to be sealed, unless the gathering did not go through, and counts.
    private func conclude(
        _ assignment: Assignment,
        recovered: [SealedDay],
        failure: (any Error)?
    ) async throws -> Result {
        var result = Result(
            organization: assignment.organization.name,
            window: assignment.window,
            days: [],
            archives: recovered,
            pacing: context.gate.pacing,
            listingDoubts: context.listingDoubts[assignment.organization.name],
            secondSource: context.secondSource[assignment.organization.name],
            callMetadata: context.callMetadata[assignment.organization.name],
            failure: failure
        )
        result.followsListing = assignment.followsListing
        result.isListing = assignment.scope.isListing
        if failure == nil {
            do {
                let listed = context.listed[assignment.organization.name]
                let sealing = Sealing(organization: assignment.organization.name, listed: listed, context: context)
                let outcome = try await sealing.run()
                result.archives += outcome.sealed
                result.failure = outcome.damage
                if let listed {
                    // Only now: what was broken off is listed again by the next run.
                    let discovery = Discovery(organization: assignment.organization, context: context)
                    if assignment.isBackfill { try await discovery.noteDays(listed) }
                    try await context.manifest.noteListedSpan(assignment.organization.name, listed)
                    if assignment.window.endsNow {
                        result.window = assignment.window.ending(by: listed.upperBound)
                    }
                }
                try await lookForHoles(assignment, &result)
                result.witnesses = try await context.noteWitnesses(of: assignment.organization.name)
                result.witnessAbsences = context.witnesses[assignment.organization.name].absences
            } catch {
                result.failure = error
            }
        }
        result.days = try await reconcile(assignment.organization.name, result.window.range)
        return result
    }

    /// Of a pass that went through, what it cannot know to be complete.
    private func lookForHoles(_ assignment: Assignment, _ result: inout Result) async throws {
        let name = assignment.organization.name
        let outlook = try await context.manifest.closingOutlook(name)
        let window = result.window.range
        result.unlisted = outlook.unlisted(in: window, timeZone: context.rules.timeZone)
        result.doubted = window.days(in: context.rules.timeZone).filter(outlook.doubted.contains)
        // A step of a backfill is one of many, and says nothing of other days.
        if assignment.isBackfill { return }
        let standpoint = try await context.standpoint(of: name)
        result.outside = try await context.manifest.dayStatuses(organization: name, at: standpoint)
            .filter { !window.overlaps($0.day.interval(in: context.rules.timeZone)) }
            .reduce(into: ReportFigures()) { $0 += ReportFigures($1) }
        guard case .onlyUnreceived(nil) = assignment.scope else { return }
        result.damagedElsewhere = result.outside.damaged
        let before = Timestamp(millisecondsSince1970: .min)..<window.lowerBound
        let pending = try await context.manifest.pendingRecordings(name, created: before).count
        let gaps = GapFilter(organization: name, isExplained: false)
        result.unreceivedElsewhere = try await context.manifest.reduceGaps(gaps, at: standpoint, into: pending) {
            if $1.recording != nil, !$1.wasHeld, $1.createdTime < window.lowerBound { $0 += 1 }
        }
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

    /// Runs the receiving and the storing end of a pass, and `produce` in front of them.
    /// - Parameter produce: sends jobs, and returns the organizations whose part did not go through, and why.
    /// - Returns: what `produce` returned; where receiving or storing failed, that failure for every organization.
    func pipeline(
        _ produce: @escaping @Sendable (AsyncChannel<DownloadJob>) async -> [OrganizationName: any Error]
    ) async -> [OrganizationName: any Error] {
        let jobs = AsyncChannel<DownloadJob>()
        let accepted = GroupQueue<AcceptedRecording>(capacity: 256, stopwatch: context.stopwatch)
        do {
            return try await withThrowingTaskGroup(of: [OrganizationName: any Error].self) { group in
                group.addTask {
                    try await Storing(context: context).run(accepted)
                    return [:]
                }
                group.addTask {
                    do {
                        try await Receiving(context: context).run(jobs, into: accepted)
                        await accepted.finish()
                    } catch {
                        // What was accepted before is stored all the same; then the storer must not wait for more.
                        await accepted.finish()
                        throw error
                    }
                    return [:]
                }
                group.addTask {
                    defer { jobs.finish() }
                    return await produce(jobs)
                }
                return try await group.reduce(into: [:]) { $0.merge($1) { first, _ in first } }
            }
        } catch {
            return Dictionary(uniqueKeysWithValues: organizations.map { ($0, error) })
        }
    }

    /// Lists and resolves for every organization at once; the failure of one is no other's.
    private func question(
        _ assignments: [Assignment],
        jobs: AsyncChannel<DownloadJob>
    ) async -> [OrganizationName: any Error] {
        await withTaskGroup(of: (OrganizationName, (any Error)?).self) { group in
            for assignment in assignments {
                group.addTask {
                    do {
                        try await context.stop.cancelling { try await question(assignment, jobs: jobs) }
                        return (assignment.organization.name, nil)
                    } catch {
                        let reason = context.stop.isMade ? context.stop.error : error
                        return (assignment.organization.name, reason)
                    }
                }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
    }

    private func question(_ assignment: Assignment, jobs: AsyncChannel<DownloadJob>) async throws {
        context.observer(.began(assignment.organization.name, assignment.window))
        context.observer(.step(assignment.organization.name, assignment.scope.isListing ? .listing : .asking))
        let (pages, pageNoted) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { pageNoted.finish() }
                guard assignment.scope.isListing else { return }
                let discovery = Discovery(organization: assignment.organization, context: context)
                let listed = try await discovery.run(assignment.window) { pageNoted.yield() }
                context.listed.set(listed, for: assignment.organization.name)
                let secondSource = SecondSource(organization: assignment.organization, context: context)
                context.observer(.step(assignment.organization.name, .comparing))
                try await secondSource.run(assignment.window) { pageNoted.yield() }
                let witnesses = Witnesses(organization: assignment.organization, context: context)
                try await witnesses.run(assignment.window, listed: listed) { pageNoted.yield() }
                context.observer(.step(assignment.organization.name, .asking))
            }
            group.addTask {
                let resolution = Resolution(organization: assignment.organization, context: context, jobs: jobs)
                try await resolution.run(assignment.scope, pages: pages)
            }
            try await group.waitForAll()
        }
        context.observer(.step(assignment.organization.name, .receiving))
        if context.stop.isMade { throw context.stop.error }
    }
}

extension Pass.Result {
    /// How the manifest remembers it.
    fileprivate var outcome: PassOutcome {
        switch failure {
        case let error as ArchiverError where error.code == .stopped: .interrupted
        case .some: .failed
        case nil: isComplete ? .complete : .incomplete
        }
    }
}
