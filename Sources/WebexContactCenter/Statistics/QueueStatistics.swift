import Recordings

/// How one queue fared on one channel in a span of time (wxcc-api 8).
///
/// Counts belong to where a contact began, averages to where it ended.
package struct QueueStatistics: Sendable, Hashable {
    /// When the span began.
    package var intervalStart: Timestamp
    /// Which queue; `nil` if the provider does not say.
    package var queue: NamedReference?
    /// `telephony`, ….
    package var channelType: String?
    /// Offers to agents, taken or not.
    package var offered: Int?
    /// Contacts that were put into the queue.
    package var enqueued: Int?
    /// Contacts that agents took.
    package var accepted: Int?
    /// Offers that agents did not take.
    package var rejected: Int?
    /// Contacts whose customer left while waiting.
    package var abandoned: Int?
    /// Waiting, in milliseconds.
    package var averageEnqueuedTime: Double?
    /// In conversation, without wrap-up, in milliseconds.
    package var averageHandledTime: Double?
    /// The percentage of handled contacts that did not wait longer than they should.
    package var serviceLevelPercentage: Double?

    /// An empty row.
    package init(intervalStart: Timestamp, queue: NamedReference?, channelType: String?) {
        self.intervalStart = intervalStart
        self.queue = queue
        self.channelType = channelType
    }
}

extension QueueStatistics: StatisticsRow {
    static let path = "queues/statistics"
    static let idParameter = "queueIds"

    static func rows(of row: JSONValue, interval: Timestamp) -> [QueueStatistics] {
        var found = QueueStatistics(
            intervalStart: interval,
            queue: NamedReference(id: row["queueId"]?.text, name: row["queueName"]?.text),
            channelType: row["channelType"]?.text
        )
        found.offered = row["totalOfferedTasks"]?.count
        found.enqueued = row["totalEnqueuedTasks"]?.count
        found.accepted = row["totalAcceptedTasks"]?.count
        found.rejected = row["totalRejectedTasks"]?.count
        found.abandoned = row["totalAbandonedTasks"]?.count
        found.averageEnqueuedTime = row["averageEnqueuedTime"]?.fraction
        // The early-access platform's spelling, and the present one.
        found.averageHandledTime = (row["averageHandledTime"] ?? row["averageHandleTime"])?.fraction
        found.serviceLevelPercentage = row["serviceLevelThresholdPercentage"]?.fraction
        return [found]
    }

    var name: String { queue?.name ?? queue?.id ?? "" }

    var key: StatisticsKey { StatisticsKey(who: queue?.id ?? queue?.name, team: nil, channelType: channelType) }

    mutating func add(_ other: QueueStatistics) {
        averageEnqueuedTime = WeightedAverage.of(
            (averageEnqueuedTime, enqueued),
            (other.averageEnqueuedTime, other.enqueued)
        )
        averageHandledTime = WeightedAverage.of(
            (averageHandledTime, accepted),
            (other.averageHandledTime, other.accepted)
        )
        serviceLevelPercentage = WeightedAverage.of(
            (serviceLevelPercentage, accepted),
            (other.serviceLevelPercentage, other.accepted)
        )
        offered = WeightedAverage.sum(offered, other.offered)
        enqueued = WeightedAverage.sum(enqueued, other.enqueued)
        accepted = WeightedAverage.sum(accepted, other.accepted)
        rejected = WeightedAverage.sum(rejected, other.rejected)
        abandoned = WeightedAverage.sum(abandoned, other.abandoned)
        queue = other.queue ?? queue
    }
}
