import Archiver
import Foundation
import Recordings

/// The running pass, for people.
package struct RunningPass {
    private let running: PassNotice.Running?
    private let now: Timestamp
    private let timeZone: TimeZone

    package init(_ running: PassNotice.Running?, now: Timestamp, timeZone: TimeZone) {
        self.running = running
        self.now = now
        self.timeZone = timeZone
    }

    /// What runs, how far it is, and what it waits for.
    package var lines: [String] {
        guard let running else { return ["running: nothing"] }
        guard let content = running.content else {
            return ["running: process \(running.process), which has only begun"]
        }
        let activity = content.activity
        let milliseconds = now.millisecondsSince1970 - content.startedTime.millisecondsSince1970
        let elapsed = Readable.duration(.milliseconds(max(0, milliseconds)))
        var lines = [
            "running: \(content.words), process \(content.process), for \(elapsed), since "
                + content.startedTime.named(in: timeZone)
        ]
        if !activity.figures.isEmpty { lines.append("  " + activity.figures.joined(separator: ", ")) }
        for part in activity.organizations {
            let words = part.step?.words ?? "starting"
            lines.append(
                "  \(part.organization): \(words)\(part.window.map { ", \($0.named(in: timeZone))" } ?? "")"
            )
        }
        lines += activity.waiting.map { "  \($0.message)" }
        return lines
    }

    /// A remark on figures that were counted while it runs; `nil` if nothing runs.
    package var remark: String? {
        guard let running else { return nil }
        let end = "figures change until it ends"
        guard let content = running.content else { return "a pass has just begun (process \(running.process)): \(end)" }
        let windows = content.activity.organizations.compactMap { part in
            part.window.map { "\(part.organization), \($0.named(in: timeZone))" }
        }
        let what = ([content.words, "process \(content.process)"] + windows).joined(separator: ", ")
        let since = content.startedTime.named(in: timeZone)
        return "a pass has been running since \(since) (\(what)): \(end)"
    }
}

extension PassActivity.Report {
    /// Its progress, as far as it is known. The total is not, because answers bring recordings until the end.
    fileprivate var figures: [String] {
        let asked = tasksToAsk.map { Self.share(tasksAsked, of: $0, isAll: !isListing) } ?? "\(tasksAsked)"
        let received = Self.share(recordingsStored, of: recordingsFound, isAll: !isFinding)
        let figures = [
            (tasksListed, "\(Readable.count(tasksListed, "task")) listed"),
            (max(tasksAsked, tasksToAsk ?? 0), "\(asked) asked about"),
            (recordingsFound, "\(received) recordings received"),
            (recordingsFailed, "\(recordingsFailed) failed"),
        ]
        return figures.filter { $0.0 > 0 }.map(\.1) + (bytes > 0 ? [Readable.bytes(bytes)] : [])
    }

    /// `256 of 840 (30 %)`, or `256 of at least 840` while there may be more.
    package static func share(_ part: Int, of whole: Int, isAll: Bool) -> String {
        guard isAll, whole > 0 else { return "\(part) of at least \(max(part, whole))" }
        return "\(part) of \(whole) (\(min(100, part * 100 / whole)) %)"
    }
}

extension PassNotice.Content {
    /// What runs, for people: `callark archive`, or the present day of a backfill.
    fileprivate var words: String {
        let days = activity.organizations.compactMap(\.backfill)
        guard let backfill = days.last else { return "callark \(command)" }
        return "callark \(command) --low-priority (a backfill, day \(backfill.number) of \(backfill.days))"
    }
}

extension PassStep {
    fileprivate var words: String {
        switch self {
        case .listing: "listing tasks and receiving recordings"
        case .comparing: "comparing the task list with other sources"
        case .asking: "asking about calls and receiving recordings"
        case .receiving: "receiving recordings"
        case .sealing: "sealing and closing days"
        case .vaulting: "putting sealed archives into the vault"
        case .done: "done"
        }
    }
}
