import Manifest
import Recordings
import WebexContactCenter

/// Compares the finished days of a window with the provider's own counts of its queues (wxcc-api 8). They name no
/// calls, so differences are only reported, and nothing can be added.
struct StatisticsComparison: Sendable {
    let organization: Organization
    let context: PassContext

    /// Counts each of these days.
    /// - Parameter account: gets the counts.
    /// - Throws: what the manifest throws, and cancellation. If the provider no longer counts, or does not allow the
    ///   question, that is a finding, and the pass does not fail.
    func run(_ days: [ArchiveDay], into account: inout SourceFindings) async throws {
        for day in days {
            if context.stop.isMade { throw context.stop.error("while asking for statistics") }
            let interval = day.interval(in: context.rules.timeZone)
            do throws(ProviderError) {
                let window = try StatisticsWindow(
                    from: interval.lowerBound,
                    to: interval.upperBound,
                    now: context.now()
                )
                let rows = try await organization.contactCenter.queueStatistics(window)
                account.statistics[day] = StatisticsCount(rows, organization.channelTypes)
            } catch {
                if error.code == .cancelled { throw CancellationError() }
                account.absences[.queueStatistics] = error.description
                return
            }
        }
    }
}

/// What the queues of an organization count for a day.
struct StatisticsCount: Hashable, Sendable {
    var offered = 0
    /// Contacts that agents accepted. One that was transferred to another queue counts in both.
    var accepted = 0
    /// Contacts whose customer hung up while waiting.
    var abandoned = 0

    init(offered: Int = 0, accepted: Int = 0, abandoned: Int = 0) {
        self.offered = offered
        self.accepted = accepted
        self.abandoned = abandoned
    }

    /// The sum of the queues' rows for these channels; for all channels if none is named.
    init(_ rows: [QueueStatistics], _ channelTypes: [String]) {
        for row in rows {
            if let type = row.channelType, !channelTypes.isEmpty, !channelTypes.contains(type) { continue }
            offered += row.offered ?? 0
            accepted += row.accepted ?? 0
            abandoned += row.abandoned ?? 0
        }
    }

    /// The differences, one per line.
    ///
    /// The listing has calls that no queue does (self-service, calls that agents made), so it may have more. It may not
    /// have fewer, except for contacts that were transferred and are therefore counted twice: as many as Search counts
    /// or, if that is unknown, a tenth.
    func differences(from counts: DayCounts, transfers: Int?) -> [String] {
        var differences: [String] = []
        let handled = accepted + abandoned
        if handled > counts.tasks + (transfers ?? max(2, handled / 10)) {
            differences.append(
                "\(accepted) calls were accepted and \(abandoned) abandoned, and \(counts.tasks) are known"
            )
        }
        if abandoned > counts.abandoned + max(1, abandoned / 20) {
            differences.append("\(abandoned) calls were abandoned in queues, and \(counts.abandoned) of those known")
        }
        return differences
    }

    /// The figures of both sides.
    func figures(beside counts: DayCounts) -> [String: Int] {
        [
            "queue_offered": offered, "queue_accepted": accepted, "queue_abandoned": abandoned, "tasks": counts.tasks,
            "abandoned": counts.abandoned, "capture_requested": counts.captureRequested,
            "recordings": counts.recordings,
        ]
    }
}
