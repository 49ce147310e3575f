import Manifest
import Recordings
import WebexContactCenter

/// Holds the days of a window that are over against the provider's own counts of its queues (wxcc-api 8), which name no
/// call: what does not fit is told, and nothing can be taken up.
struct StatisticsWitness: Sendable {
    let organization: Organization
    let context: PassContext

    /// Counts each day that is to be compared.
    /// - Throws: what the manifest throws, and cancellation. That the provider does not count any more, or does not allow
    ///   to ask, is a finding and no failure of the pass.
    func run(_ days: [ArchiveDay]) async throws {
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
                context.witnesses.add(StatisticsCount(rows, organization.channelTypes), of: day, for: organization.name)
            } catch {
                if error.code == .cancelled { throw CancellationError() }
                return context.witnesses.set(absence: error.description, of: .queueStatistics, for: organization.name)
            }
        }
    }
}

/// What the queues of an organization count of a day.
struct StatisticsCount: Hashable, Sendable {
    var offered = 0
    /// Contacts that agents took. One that was transferred to another queue counts in both.
    var accepted = 0
    /// Contacts whose customer left while waiting.
    var abandoned = 0

    init(offered: Int = 0, accepted: Int = 0, abandoned: Int = 0) {
        self.offered = offered
        self.accepted = accepted
        self.abandoned = abandoned
    }

    /// The sum of the queues' rows for these channels; of all where none is named.
    init(_ rows: [QueueStatistics], _ channelTypes: [String]) {
        for row in rows {
            if let type = row.channelType, !channelTypes.isEmpty, !channelTypes.contains(type) { continue }
            offered += row.offered ?? 0
            accepted += row.accepted ?? 0
            abandoned += row.abandoned ?? 0
        }
    }

    /// What does not fit, a line each.
    ///
    /// The listing knows calls that no queue does (self-service, calls that agents made), so that it may have more. It may
    /// not have fewer, but for contacts that were transferred and so count twice: as many as Search counts, or where that
    /// is not known a tenth.
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

    /// Both sides' figures.
    func figures(beside counts: DayCounts) -> [String: Int] {
        [
            "queue_offered": offered, "queue_accepted": accepted, "queue_abandoned": abandoned, "tasks": counts.tasks,
            "abandoned": counts.abandoned, "capture_requested": counts.captureRequested,
            "recordings": counts.recordings,
        ]
    }
}
