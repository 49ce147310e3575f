import Reports
import Archiver
import DailyArchive
import Files
import Foundation
import Payloads
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
                + "\(Readable.bytes(Int64(rate.rounded())))/s"
        case .assumed(let rate):
            "a guess, because none is archived yet: at most \(Readable.bytes(Int64(rate)))/s"
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
            + "at \(Readable.bytes(Int64(rate)))/s, like the latest ones"
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

extension EstimateSummaryLine {
    /// Warns if the disk has less room than that.
    func warn(about space: DiskSpace?, beyond minimum: Int64) {
        guard let space, bytes > space.freeBytes - minimum else { return }
        Diagnostics.warning(
            "expected \(Readable.bytes(bytes)), but only \(Readable.bytes(space.freeBytes)) are free, of which "
                + "archive.minimum_free_bytes reserves \(Readable.bytes(minimum))"
        )
    }
}
