import Manifest
import Recordings
import WebexContactCenter

/// Reads the agents' activities in the time of a task listing, and adds tasks that are named there and that the listing
/// left out (wxcc-api 7). Calls that no agent touched are not in it, so it is a witness, and not a source to rely on.
struct SecondSource: Sendable {
    let organization: Organization
    let context: PassContext

    /// The latest calls settle late in both sources, so this much before now is left to the next pass.
    private static let settlingTime = Duration.minutes(10)
    /// An agent may talk in a window to a caller whose call began before it. The listing is asked again this far back
    /// before a task counts as left out.
    private static let longestWait = Duration.hours(24)
    /// At most this many missing tasks are added. If there are more, the listing as a whole is wrong.
    private static let unknownTaskLimit = 10_000

    /// Compares the two sources over `window`, which was listed.
    /// - Parameter noted: called when tasks were added, so that they can be asked about.
    /// - Throws: what the manifest throws, and cancellation. If the provider does not allow it, or fails, that is a
    ///   finding, and the pass does not fail.
    /// - Returns: the result; `nil` if there was nothing to compare.
    func run(_ window: PassWindow, noted: @Sendable () -> Void) async throws -> SecondSourceFinding? {
        let end = min(window.range.upperBound, context.now() - Self.settlingTime)
        guard organization.crossChecksActivities, window.range.lowerBound < end else { return nil }
        // Activities reach back no further than tasks do (wxcc-api 7).
        guard window.range.lowerBound - Self.longestWait > context.now() - ListingPart.listingReach else { return nil }
        var unknownTasks: [TaskID: NamedTask] = [:]
        var finding = SecondSourceFinding()
        do {
            let span = window.range.lowerBound..<end
            finding.activities = try await collect(&unknownTasks, in: span)
            if !unknownTasks.isEmpty { try await removeTasks(listedBefore: span.lowerBound, from: &unknownTasks) }
            finding.tasksNotListed = unknownTasks.count
        } catch let error as ProviderError {
            if error.code == .cancelled { throw CancellationError() }
            unknownTasks = [:]
            finding.absence = error.description
        }
        try await addTasks(unknownTasks)
        if !unknownTasks.isEmpty { noted() }
        context.observer(.crossChecked(organization.name, finding))
        return finding
    }

    /// - Returns: how many activities there were.
    private func collect(_ unknownTasks: inout [TaskID: NamedTask], in span: Range<Timestamp>) async throws -> Int {
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
                guard unknownTasks.count < Self.unknownTaskLimit || unknownTasks[task.id] != nil else { continue }
                if let known = unknownTasks[task.id], known.time <= task.time { continue }
                unknownTasks[task.id] = task
            }
            if context.stop.isMade { throw context.stop.error("while listing agents' activities") }
        }
        return count
    }

    /// Removes tasks that were created before the window, which its listing does not have to contain.
    private func removeTasks(
        listedBefore start: Timestamp,
        from unknownTasks: inout [TaskID: NamedTask]
    ) async throws {
        for try await page in organization.contactCenter.taskPages(from: start - Self.longestWait, to: start) {
            for task in page.tasks { unknownTasks[task.id] = nil }
        }
    }

    private func addTasks(_ unknownTasks: [TaskID: NamedTask]) async throws {
        guard !unknownTasks.isEmpty else { return }
        try await context.manifest.noteNamed(
            unknownTasks.values.sorted { ($0.time, $0.id) < ($1.time, $1.id) },
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
