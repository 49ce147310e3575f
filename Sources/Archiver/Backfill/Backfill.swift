import DailyArchive
import Files
import Foundation
import Manifest
import Recordings
import WebexContactCenter

/// Archives days in the past, one at a time and the oldest first, because the provider purges the oldest first
/// (wxcc-api 6.7).
///
/// Each day is one pass over that day. The backfill holds the lock only during that pass, and steps aside for any other
/// pass, even in the middle of a day. The manifest records what was listed, so the next backfill resumes where a stopped
/// one ended. It skips days that are already listed, and does not count as the daily pass.
package struct Backfill: Sendable {
    private let setup: CallArchive.Setup
    private let organizations: [OrganizationName]
    private let range: Range<Timestamp>
    private let stop: StopRequest
    private let observer: PassObserver
    private let now: @Sendable () -> Timestamp
    /// When it began. Giving way to a pass does not change this.
    private let startedTime: Timestamp

    /// One day of one organization.
    package struct Step: Sendable {
        package var organization: OrganizationName
        package var day: ArchiveDay
        package var source: ListingSource
        package var result: Pass.Result
        /// How many days remain after it.
        package var remaining: Int
    }

    /// The result for one organization.
    package struct Result: Sendable {
        package var organization: OrganizationName
        /// How many days the range has.
        package var days: Int
        /// How many of them were already listed, by an earlier run or by the daily pass.
        package var alreadyListed = 0
        /// How many this run has done.
        package var done = 0
        /// The days of the range that are incomplete. If the run reached its end, all of them, whichever pass listed
        /// them; otherwise only days that this run archived.
        package var incomplete: [ArchiveDay] = []
        /// Those of them on which something that was archived is damaged.
        package var damaged: [ArchiveDay] = []
        package var recordings = 0
        package var bytes: Int64 = 0
        /// The day that was begun and is not finished; its held recordings are not counted anywhere else.
        package var begun: (day: ArchiveDay, recordings: Int)?
        package var failure: (any Error)?

        package var remaining: Int { days - alreadyListed - done }
        package var isComplete: Bool { failure == nil && remaining == 0 && incomplete.isEmpty }
    }

    /// - Parameters:
    ///   - range: days that are in it, whole or in part, are archived as whole days.
    ///   - stop: ends the current day cleanly; the next run repeats that day.
    package init(
        _ setup: CallArchive.Setup,
        organizations: [OrganizationName],
        range: Range<Timestamp>,
        stop: StopRequest,
        observer: @escaping PassObserver,
        now: @escaping @Sendable () -> Timestamp = { Timestamp(Date()) }
    ) {
        startedTime = now()
        self.setup = setup.lowered
        self.organizations = organizations
        self.range = range
        self.stop = stop
        self.observer = observer
        self.now = now
    }

    /// Processes the days until all are done, one cannot be, or a stop is requested.
    /// - Parameter done: called after each step.
    /// - Throws: ``ArchiverError`` with code `badWindow`; `ArchiveError` with code `locked` if another backfill runs;
    ///   errors of opening the archive.
    package func run(_ done: (Step) throws -> Void) async throws -> [Result] {
        let days = try days()
        try setup.root.prepare()
        let lock = try PassLock.acquire(setup.root, for: .backfill)
        defer { withExtendedLifetime(lock) {} }
        var results: [Result] = []
        for organization in organizations where !stop.isMade {
            results.append(try await run(organization, days, done))
        }
        return results
    }

    /// The days that are over, oldest first. A day that ended a moment ago is left to the next run, because its last
    /// tasks are not listed yet.
    private func days() throws -> [ArchiveDay] {
        let zone = setup.rules.timeZone
        let now = now()
        try ListingPart.requireReach(range, now: now, timeZone: zone)
        let settled = now - setup.rules.windowRules.settlingMargin
        guard let yesterday = ArchiveDay(settled, in: zone).previous else { return [] }
        let last = min(yesterday, ArchiveDay(range.upperBound - .milliseconds(1), in: zone))
        let days = ArchiveDay(range.lowerBound, in: zone).through(last)
        guard !days.isEmpty else {
            throw ArchiverError(.badWindow, "no day from \(range.named(in: zone)) is over")
        }
        return days
    }

    private func run(
        _ organization: OrganizationName,
        _ days: [ArchiveDay],
        _ done: (Step) throws -> Void
    ) async throws -> Result {
        var result = Result(organization: organization, days: days.count)
        var finished: Set<ArchiveDay> = []
        while !stop.isMade {
            let outcome = try await step(organization, days, besides: finished)
            result.alreadyListed = outcome?.alreadyListed ?? result.alreadyListed
            if let open = outcome?.open { (result.incomplete, result.damaged) = (open.incomplete, open.damaged) }
            // No outcome, or a stopped step: another pass needed the archive, and this backfill continues after it.
            guard let outcome else { continue }
            guard let step = outcome.step else { return result }
            if let failure = step.result.failure {
                if (failure as? ArchiverError)?.code == .stopped {
                    let held = step.result.summary.recordings
                    result.begun = (step.day, held.archived + held.stored)
                    continue
                }
                result.failure = failure
                return result
            }
            finished.insert(step.day)
            result.begun = nil
            result.done += 1
            result.recordings += step.result.summary.recordings.archived
            result.bytes += step.result.days.reduce(0) { $0 + $1.bytes }
            if !step.result.isComplete { result.incomplete.append(step.day) }
            if step.result.summary.hasDamage { result.damaged.append(step.day) }
            try done(step)
        }
        result.failure = ArchiverError(.stopped, "stopped on request; the next run resumes here")
        return result
    }

    /// The outcome of trying to do a day.
    private struct Outcome: Sendable {
        var alreadyListed: Int
        /// `nil` if no day remains.
        var step: Step?
        /// The days of which something is missing or still to come, and those of them on which something is damaged;
        /// `nil` if a day is to be done before that is checked.
        var open: (incomplete: [ArchiveDay], damaged: [ArchiveDay])?
    }

    /// Does the oldest remaining day.
    /// - Returns: `nil` if it was stopped before it began.
    private func step(
        _ organization: OrganizationName,
        _ days: [ArchiveDay],
        besides finished: Set<ArchiveDay>
    ) async throws -> Outcome? {
        let aside = StopRequest()
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                await stop.wait()
                if stop.isMade { aside.make() }
            }
            defer { group.cancelAll() }
            do {
                return try await CallArchive.withOpen(
                    setup,
                    precedence: .backfill,
                    stop: aside,
                    observer: observer,
                    now: now,
                    startedTime: startedTime
                ) { archive in
                    // Whatever is held from here on may be needed by other passes.
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        group.addTask {
                            await setup.queue.waitUntilWanted()
                            if !Task.isCancelled { aside.make(because: "gave way to another pass") }
                        }
                        defer { group.cancelAll() }
                        return try await step(organization, days, besides: finished, in: archive)
                    }
                }
            } catch let error as ArchiverError where error.code == .stopped {
                return nil
            }
        }
    }

    private func step(
        _ organization: OrganizationName,
        _ days: [ArchiveDay],
        besides finished: Set<ArchiveDay>,
        in archive: CallArchive
    ) async throws -> Outcome {
        let outlook = try await archive.context.manifest.closingOutlook(organization)
        let untouched = days.filter { !finished.contains($0) }
        // A listing that may have left out a task does not count.
        let open = untouched.filter {
            !outlook.hasListed($0, in: setup.rules.timeZone) || outlook.doubted.contains($0)
        }
        var outcome = Outcome(alreadyListed: untouched.count - open.count)
        guard let day = open.first else {
            outcome.open = try await unfinished(days, of: organization, in: archive)
            return outcome
        }
        let number = (days.firstIndex(of: day) ?? 0) + 1
        archive.context.observer(.backfilling(organization, day, number: number, of: days.count))
        guard let result = try await archive.archive([organization], request: .day(day), isBackfill: true).first else {
            return outcome
        }
        outcome.step = Step(
            organization: organization,
            day: day,
            source: ListingPart.parts(of: result.window.range, now: now()).first?.source ?? .tasks,
            result: result,
            remaining: open.count - 1
        )
        return outcome
    }
}

extension Backfill {
    /// The incomplete ones of `days`, and those of them on which something is damaged, whichever pass listed them.
    private func unfinished(
        _ days: [ArchiveDay],
        of organization: OrganizationName,
        in archive: CallArchive
    ) async throws -> (incomplete: [ArchiveDay], damaged: [ArchiveDay]) {
        let standpoint = try await archive.context.standpoint(of: organization)
        let outlook = try await archive.context.manifest.closingOutlook(organization)
        let statuses = try await archive.context.manifest.dayStatuses(
            organization: organization,
            since: days.first,
            at: standpoint
        )
        let open = Set(statuses.filter { !$0.isComplete(today: standpoint.today) }.map(\.day))
        let damaged = Set(statuses.filter(\.isDamaged).map(\.day))
        let incomplete = days.filter { day in
            open.contains(day) || outlook.doubted.contains(day) || !outlook.hasListed(day, in: setup.rules.timeZone)
        }
        return (incomplete, days.filter(damaged.contains))
    }
}

extension CallArchive.Setup {
    /// The same with a smaller share: half of the requests, and a quarter of the simultaneous downloads.
    package var lowered: Self {
        var lowered = self
        for position in lowered.providers.indices {
            let rate = lowered.providers[position].requestsPerMinute
            lowered.providers[position].requestShare = max(1, rate / 2)
        }
        lowered.rules.downloads.concurrency = max(1, rules.downloads.concurrency / 4)
        return lowered
    }
}
