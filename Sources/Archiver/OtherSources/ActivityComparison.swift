import Manifest
import Recordings
import WebexContactCenter

/// Reads the agents' activities in the time of a task listing, and adds tasks that are named there and that the listing
/// left out (wxcc-api 7). Calls that no agent touched are not in it. Unlike the other comparisons, it counts no days: it
/// looks at the whole window of each pass, up to now.
struct ActivityComparison: Sendable {
    let organization: Organization
    let context: PassContext

    /// An agent may talk in a window to a caller whose call began before it. The listing is asked again this far back
    /// before a task counts as left out.
    private static let longestWait = Duration.hours(24)
    /// What events say about who named a task.
    private static let name = "agent activities"

    /// Compares the activities with what is known of `window`, which was listed.
    /// - Parameters:
    ///   - account: gets the finding, unless there was nothing to compare.
    ///   - noted: called when tasks were added, so that they can be asked about.
    /// - Throws: what the manifest throws, and cancellation. If the provider does not allow it, or fails, that is a
    ///   finding, and the pass does not fail.
    func run(_ window: PassWindow, into account: inout SourceFindings, noted: @Sendable () -> Void) async throws {
        let end = min(window.range.upperBound, context.now() - SourceComparison.settlingTime)
        guard organization.crossChecksActivities, window.range.lowerBound < end else { return }
        // Activities reach back no further than tasks do (wxcc-api 7).
        guard window.range.lowerBound - Self.longestWait > context.now() - ListingPart.listingReach else { return }
        var unlisted: [TaskID: NamedTask] = [:]
        var finding = ActivityFinding()
        do {
            let span = window.range.lowerBound..<end
            finding.activities = try await collect(&unlisted, in: span)
            if !unlisted.isEmpty { try await removeTasks(listedBefore: span.lowerBound, from: &unlisted) }
            finding.tasksNotListed = unlisted.count
        } catch let error as ProviderError {
            if error.code == .cancelled { throw CancellationError() }
            unlisted = [:]
            finding.absence = error.description
        }
        if !unlisted.isEmpty {
            let tasks = unlisted.values.sorted { ($0.time, $0.id) < ($1.time, $1.id) }
            try await context.addUnlisted(tasks, by: Self.name, of: organization.name)
            noted()
        }
        account.activities = finding
        context.observer(.activitiesCompared(organization.name, finding))
    }

    /// - Returns: how many activities there were.
    private func collect(_ unlisted: inout [TaskID: NamedTask], in span: Range<Timestamp>) async throws -> Int {
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
                guard unlisted.count < SourceComparison.unlistedLimit || unlisted[task.id] != nil else { continue }
                if let known = unlisted[task.id], known.time <= task.time { continue }
                unlisted[task.id] = task
            }
            if context.stop.isMade { throw context.stop.error("while listing agents' activities") }
        }
        return count
    }

    /// Removes tasks that were created before the window, which its listing does not have to contain.
    private func removeTasks(
        listedBefore start: Timestamp,
        from unlisted: inout [TaskID: NamedTask]
    ) async throws {
        for try await page in organization.contactCenter.taskPages(from: start - Self.longestWait, to: start) {
            for task in page.tasks { unlisted[task.id] = nil }
        }
    }
}

extension NamedTask {
    init?(_ activity: AgentActivity, noLaterThan latest: Timestamp) {
        guard let id = activity.taskID else { return nil }
        self.init(id: id, time: min(activity.startTime, latest), channelType: activity.channelType)
    }
}
