import Archiver
import DailyArchive
import Files
import Foundation
import Recordings

/// What a pass would take, for people and for programs.
struct EstimateReport {
    private let estimate: Estimate
    private let timeZone: TimeZone

    init(_ estimate: Estimate, in timeZone: TimeZone) {
        self.estimate = estimate
        self.timeZone = timeZone
    }

    func write(to output: Output) throws {
        try output.json(EstimateLine(estimate))
        let (tasks, recordings, range) = (estimate.tasks, estimate.recordings, estimate.window.range)
        output.text("\(estimate.organization): a pass from \(range.named(in: timeZone)) would")
        output.text(
            "  list \(tasks.listed.text) tasks: \(tasks.captureRequested.text) with a recording requested, "
                + "\(tasks.notRequested.text) without, \(tasks.undetermined.text) not yet determined; "
                + "\(tasks.settled.text) are settled"
        )
        let statuses = tasks.byStatus.sorted { $0.key < $1.key }.map { "\($0.value.text) \($0.key)" }
        if !statuses.isEmpty { output.text("  by status: \(statuses.joined(separator: ", "))") }
        output.text(
            "  fetch \(recordings.expected.text) recordings of \(recordings.tasks.text) tasks"
                + (recordings.expected.isExact ? "" : ", judging by \(recordings.tasksAsked) of them")
                + "; \(recordings.held.text) are held"
                + (recordings.damaged > 0 ? ", \(recordings.damaged) are damaged" : "")
        )
        if estimate.hasDamage { output.text("  damage: \(GapReason.adviceOnDamage)") }
        output.text("  download \(bytesText), \(basisText)")
        let requests = estimate.requests
        output.text(
            "  ask the provider \(requests.total.text) times: \(requests.listing.text) to list, "
                + "\(requests.captures.text) about captures, at least \(requests.crossChecks.text) to cross-check"
        )
        output.text("  take \(timeText)")
        if !estimate.isCounted {
            output.text(
                "  \(estimate.daysListed) of \(Readable.count(estimate.days, "day")) listed; "
                    + "\(Terminal.plusMinus) holds in 95 of 100 cases; --exact counts everything"
            )
        }
    }

    private var bytesText: String {
        let bytes = estimate.bytesRange
        let value = Readable.bytes(Int64(clamping: estimate.bytes.value.rounded()))
        guard bytes.low < bytes.high else { return "about \(value)" }
        return
            "about \(value) (\(Readable.bytes(Int64(clamping: bytes.low))) to \(Readable.bytes(Int64(clamping: bytes.high))))"
    }

    private var basisText: String {
        switch estimate.basis {
        case .history(let recordings, let rate):
            "as the latest \(Readable.count(recordings, "recording")): "
                + "\(Int(rate.rounded())) bytes a second"
        case .assumed(let rate):
            "a guess, because none is archived yet: at most \(Int(rate)) bytes a second"
        }
    }

    private var timeText: String {
        let requests =
            "\(Readable.duration(estimate.requestTime)) for requests at \(estimate.requestsPerMinute) a minute"
        guard let time = estimate.downloadTime, let rate = estimate.bytesPerSecond else {
            return "about \(Readable.duration(estimate.duration)): \(requests); "
                + "the speed of downloads is not known yet"
        }
        return "about \(Readable.duration(estimate.duration)): \(requests), \(Readable.duration(time)) for downloads "
            + "at \(Readable.bytes(Int64(rate)))/s, as the latest ones"
    }
}

extension EstimatedNumber {
    /// `120`, or `about 1200 ± 80`.
    fileprivate var text: String {
        isExact
            ? "\(Int(value.rounded()))"
            : "about \(Int(value.rounded())) \(Terminal.plusMinus) \(Int(margin.rounded(.up)))"
    }
}

extension Estimate {
    /// Between which numbers of bytes it is likely to be: where nothing is known of their weight, µ-law audio has half.
    fileprivate var bytesRange: (low: Double, high: Double) {
        if case .assumed = basis { return (bytes.low / 2, bytes.high) }
        return (bytes.low, bytes.high)
    }
}

/// `{"type":"estimate", …}`.
private struct EstimateLine: Encodable {
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

    enum CodingKeys: String, CodingKey {
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
        /// How many recordings the basis is made of.
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
        /// `null` where no rate is known.
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

    init(_ estimate: Estimate) {
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

extension EstimatedNumber {
    fileprivate var rounded: Int { Int(value.rounded()) }
}

/// `{"type":"summary", …}` of `archive --dry-run`: all organizations together.
struct EstimateTotal: Encodable {
    let type = "summary"
    let isDryRun = true
    var organizations = 0
    var tasks = 0
    var recordings = 0
    var bytes: Int64 = 0
    var requests = 0
    var seconds = 0
    var error: String?

    enum CodingKeys: String, CodingKey {
        case type, organizations, tasks, recordings, bytes, requests, seconds, error
        case isDryRun = "dry_run"
    }

    mutating func add(_ estimate: Estimate) {
        organizations += 1
        tasks += estimate.tasks.listed.rounded
        recordings += estimate.recordings.expected.rounded
        bytes = bytes.addingWithSaturation(Int64(clamping: estimate.bytes.value.rounded()))
        requests += estimate.requests.total.rounded
        // Organizations are worked on at the same time, by one machine.
        seconds = max(seconds, Int(estimate.duration.seconds.rounded(.up)))
    }

    /// Warns where there is less room on the disk.
    func tell(of space: DiskSpace?, beyond minimum: Int64) {
        guard let space, bytes > space.freeBytes - minimum else { return }
        Complaint.warning(
            "expected \(Readable.bytes(bytes)), but only \(Readable.bytes(space.freeBytes)) are free, of which "
                + "archive.minimum_free_bytes reserves \(Readable.bytes(minimum))"
        )
    }
}
