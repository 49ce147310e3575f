import Archiver
import Recordings

/// `{"type":"estimate", …}`: what a pass over one organization would take.
package struct EstimateLine: Encodable {
    let type = "estimate"
    var organization: OrganizationName
    var from: String
    var to: String
    var days: Int
    var daysListed: Int
    var isCounted: Bool
    var tasks: Tasks
    var recordings: Recordings
    var bytes: Bytes
    var requests: Requests
    var seconds: Seconds

    private enum CodingKeys: String, CodingKey {
        case type, organization, from, to, days, tasks, recordings, bytes, requests, seconds
        case daysListed = "days_listed"
        case isCounted = "counted"
    }

    struct Tasks: Encodable {
        var listed: Int
        var captureRequested: Int
        var notRequested: Int
        var undetermined: Int
        var settled: Int
        var byStatus: [String: Int]

        enum CodingKeys: String, CodingKey {
            case listed, undetermined, settled
            case captureRequested = "capture_requested"
            case notRequested = "not_requested"
            case byStatus = "by_status"
        }
    }

    struct Recordings: Encodable {
        var expected: Int
        var low: Int
        var high: Int
        var held: Int
        var damaged: Int
        var tasks: Int
        var tasksAsked: Int

        enum CodingKeys: String, CodingKey {
            case expected, low, high, held, damaged, tasks
            case tasksAsked = "tasks_asked"
        }
    }

    struct Bytes: Encodable {
        var expected: Int64
        var low: Int64
        var high: Int64
        var basis: String
        /// The number of recordings that the basis is calculated from.
        var basisRecordings: Int
        var bytesPerSecondOfAudio: Double

        enum CodingKeys: String, CodingKey {
            case expected, low, high, basis
            case basisRecordings = "basis_recordings"
            case bytesPerSecondOfAudio = "bytes_per_second_of_audio"
        }
    }

    struct Requests: Encodable {
        var total: Int
        var listing: Int
        var captures: Int
        var crossChecks: Int
        var perMinute: Int

        enum CodingKeys: String, CodingKey {
            case total, listing, captures
            case crossChecks = "cross_checks"
            case perMinute = "per_minute"
        }
    }

    struct Seconds: Encodable {
        var total: Int
        var requests: Int
        /// `null` if no rate is known.
        var downloads: Int?
        var downloadBytesPerSecond: Double?

        enum CodingKeys: String, CodingKey {
            case total, requests, downloads
            case downloadBytesPerSecond = "download_bytes_per_second"
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(total, forKey: .total)
            try container.encode(requests, forKey: .requests)
            try container.encode(downloads, forKey: .downloads)
            try container.encode(downloadBytesPerSecond, forKey: .downloadBytesPerSecond)
        }
    }

    package init(_ estimate: Estimate) {
        organization = estimate.organization
        from = estimate.window.range.lowerBound.description
        to = estimate.window.range.upperBound.description
        days = estimate.days
        daysListed = estimate.daysListed
        isCounted = estimate.isCounted
        let counts = estimate.tasks
        tasks = Tasks(
            listed: counts.listed.rounded,
            captureRequested: counts.captureRequested.rounded,
            notRequested: counts.notRequested.rounded,
            undetermined: counts.undetermined.rounded,
            settled: counts.settled.rounded,
            byStatus: counts.byStatus.mapValues(\.rounded)
        )
        let expected = estimate.recordings.expected
        recordings = Recordings(
            expected: expected.rounded,
            low: Int(expected.low.rounded(.down)),
            high: Int(expected.high.rounded(.up)),
            held: estimate.recordings.held.rounded,
            damaged: estimate.recordings.damaged,
            tasks: estimate.recordings.tasks.rounded,
            tasksAsked: estimate.recordings.tasksAsked
        )
        let (basis, count, rate) =
            switch estimate.basis {
            case .history(let recordings, let rate): ("history", recordings, rate)
            case .assumed(let rate): ("assumed", 0, rate)
            }
        bytes = Bytes(
            expected: Int64(clamping: estimate.bytes.value.rounded()),
            low: Int64(clamping: estimate.bytesRange.low),
            high: Int64(clamping: estimate.bytesRange.high.rounded(.up)),
            basis: basis,
            basisRecordings: count,
            bytesPerSecondOfAudio: rate
        )
        requests = Requests(
            total: estimate.requests.total.rounded,
            listing: estimate.requests.listing.rounded,
            captures: estimate.requests.captures.rounded,
            crossChecks: estimate.requests.crossChecks.rounded,
            perMinute: estimate.requestsPerMinute
        )
        seconds = Seconds(
            total: Int(estimate.duration.seconds.rounded(.up)),
            requests: Int(estimate.requestTime.seconds.rounded(.up)),
            downloads: estimate.downloadTime.map { Int($0.seconds.rounded(.up)) },
            downloadBytesPerSecond: estimate.bytesPerSecond
        )
    }
}
