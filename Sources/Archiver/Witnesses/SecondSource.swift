import Manifest
import Recordings
import Synchronization
import WebexContactCenter

/// Walks what agents did in the same time as the listing of tasks, and takes up the tasks that are named there and that
/// the listing left out (wxcc-api 7). It sees nothing of calls that no agent touched: a witness, not a source to rely on.
struct SecondSource: Sendable {
    let organization: Organization
    let context: PassContext

    /// What the latest calls come to settles late in both sources: this much before now is left to the next pass.
    private static let settlingTime = Duration.minutes(10)
    /// A call may be talked in a window before which it began: so far back the listing is asked again before a task
    /// counts as left out.
    private static let longestWait = Duration.hours(24)
    /// More than these are not taken up: then the listing is wrong as a whole.
    private static let mostStrangers = 10_000

    /// Compares the two sources over `window`, which has been listed.
    /// - Parameter noted: called when tasks have been taken up, so that they can be asked about.
    /// - Throws: what the manifest throws, and cancellation. That the provider does not allow it, or fails, is a finding
    ///   and no failure of the pass.
    func run(_ window: PassWindow, noted: @Sendable () -> Void) async throws {
        let end = min(window.range.upperBound, context.now() - Self.settlingTime)
        guard organization.crossChecksActivities, window.range.lowerBound < end else { return }
        // Activities reach no further back than tasks do (wxcc-api 7).
        guard window.range.lowerBound - Self.longestWait > context.now() - ListingPart.listingReach else { return }
        var strangers: [TaskID: NamedTask] = [:]
        var finding = SecondSourceFinding()
        do {
            let span = window.range.lowerBound..<end
            finding.activities = try await collect(&strangers, in: span)
            if !strangers.isEmpty { try await removeTasks(listedBefore: span.lowerBound, from: &strangers) }
            finding.tasksNotListed = strangers.count
        } catch let error as ProviderError {
            if error.code == .cancelled { throw CancellationError() }
            strangers = [:]
            finding.absence = error.description
        }
        try await takeUp(strangers)
        if !strangers.isEmpty { noted() }
        context.secondSource.set(finding, for: organization.name)
        context.observer(.crossChecked(organization.name, finding))
    }

    /// - Returns: how many activities there were.
    private func collect(_ strangers: inout [TaskID: NamedTask], in span: Range<Timestamp>) async throws -> Int {
        var count = 0
        for try await page in organization.contactCenter.activityPages(from: span.lowerBound, to: span.upperBound) {
            count += page.activities.count
            for time in page.crowded {
                context.observer(
                    .listingAnomaly(organization.name, "more activities began at \(time) than the provider lists")
                )
            }
            let named = page.activities.compactMap { NamedTask($0, noLaterThan: page.to) }
            let unknown = try await context.manifest.unknownTasks(
                of: Set(named.map(\.id)),
                organization: organization.name
            )
            for task in named where unknown.contains(task.id) {
                guard strangers.count < Self.mostStrangers || strangers[task.id] != nil else { continue }
                if let known = strangers[task.id], known.time <= task.time { continue }
                strangers[task.id] = task
            }
            if context.stop.isMade { throw context.stop.error("while listing agents' activities") }
        }
        return count
    }

    /// Tasks that were created before the window are none of its listing's affair.
    private func removeTasks(
        listedBefore start: Timestamp,
        from strangers: inout [TaskID: NamedTask]
    ) async throws {
        for try await page in organization.contactCenter.taskPages(from: start - Self.longestWait, to: start) {
            for task in page.tasks { strangers[task.id] = nil }
        }
    }

    private func takeUp(_ strangers: [TaskID: NamedTask]) async throws {
        guard !strangers.isEmpty else { return }
        try await context.manifest.noteNamed(
            strangers.values.sorted { ($0.time, $0.id) < ($1.time, $1.id) },
            by: "agent activities",
            organization: organization.name,
            day: context.rules.day(of:),
            now: context.now()
        )
    }
}

extension NamedTask {
    init?(_ activity: AgentActivity, noLaterThan latest: Timestamp) {
        guard let id = activity.taskID else { return nil }
        self.init(id: id, time: min(activity.startTime, latest), channelType: activity.channelType)
    }
}
