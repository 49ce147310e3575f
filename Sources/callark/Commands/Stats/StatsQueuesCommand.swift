import Reports
import ArgumentParser
import Foundation
import Recordings
import WebexContactCenter

struct StatsQueuesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queues",
        abstract: "Show how queues performed: offered, taken, abandoned, and how long people waited.",
        discussion: """
            Prints a row for each queue and channel, or for each of their intervals. Counts belong to the interval \
            in which a contact began, averages to the one in which it ended. A time range of 12 hours or more is \
            asked for in parts: counts are added up, averages are weighted by them, and left blank if the provider \
            gives no weight.

            The provider ends these statistics on 31 March 2027. From then on, or with --source search, the figures \
            are counted from the contacts that Search lists, each for its last queue. Search has neither the offers \
            to agents (OFFERED, REJECTED) nor the service level (IN TIME): these stay empty.

            EXAMPLES
              callark stats queues --day yesterday
              callark stats queues --day yesterday --interval 60
              callark stats queues --month last --source search --csv
            """
    )

    @OptionGroup var counting: StatsCounting

    @Option(parsing: .upToNextOption, help: "Only these queues, by ID.")
    var queue: [String] = []

    func run() async throws {
        let question = StatsQuestion(counting: counting, noun: "queue", ids: queue)
        try await question.run(Self.table(in:)) { row in
            row.queue?.id
        } counted: { contactCenter, window, ids throws(ProviderError) in
            try await contactCenter.queueStatistics(window, queues: ids)
        } searched: { contactCenter, window, ids throws(ProviderError) in
            try await contactCenter.searchedQueueStatistics(window, queues: ids)
        }
    }

    private typealias Columns = Table<StatsLine<QueueStatistics>>

    private static func table(in timeZone: TimeZone) -> Columns {
        Columns(
            type: "queue_statistics",
            columns: [
                .text("organization") { $0.organization.description },
                .time("interval_start", timeZone.heading("INTERVAL"), in: timeZone, rank: 1) { $0.row.intervalStart },
                .text("queue_id") { $0.row.queue?.id }, .text("queue_name", "QUEUE") { $0.row.queue?.name },
                .text("channel_type", "CHANNEL", rank: 9) { $0.row.channelType },
                .count("offered", "OFFERED", rank: 4) { $0.row.offered },
                .count("enqueued", "QUEUED", rank: 7) { $0.row.enqueued },
                .count("accepted", "ACCEPTED", rank: 2) { $0.row.accepted },
                .count("rejected", "REJECTED", rank: 8) { $0.row.rejected },
                .count("abandoned", "ABANDONED", rank: 3) { $0.row.abandoned },
                .average("average_enqueued_ms", "WAITED", rank: 5) { $0.row.averageEnqueuedTime },
                .average("average_handled_ms", "HANDLED", rank: 6) { $0.row.averageHandledTime },
                .percentage("service_level_percentage", "IN TIME", rank: 10) { $0.row.serviceLevelPercentage },
            ]
        )
    }
}
