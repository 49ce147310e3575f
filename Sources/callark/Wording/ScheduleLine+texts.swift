import Foundation
import Recordings
import Service

extension ScheduleLine {
    /// The schedule for people: a line for each job.
    func texts(in zone: TimeZone) -> [String] {
        let head = isKept ? "schedule of \(organization)" : "schedule of \(organization), which no service keeps now"
        return [head + ":"] + jobs.map { "  \($0.name): \($0.text(in: zone, isKept: isKept))" }
    }
}

extension ScheduleLine.Job {
    fileprivate var name: String {
        switch job {
        case .poll: "look for new calls"
        case .daily: "daily job"
        case .upkeep: "tokens and anchors"
        case .verification: "verification"
        }
    }

    fileprivate func text(in zone: TimeZone, isKept: Bool) -> String {
        var parts: [String] = []
        if isRunning, let began = last?.began { parts.append("running since \(began.named(in: zone))") }
        if isKept, !isRunning, let next { parts.append("next at \(next.named(in: zone))") }
        if let done = last?.lastDone { parts.append("last done at \(done.named(in: zone))") }
        if let last, let ended = last.ended, !last.isDone {
            parts.append("the last run, ended at \(ended.named(in: zone)), was not complete")
        }
        return parts.isEmpty ? "not done yet" : parts.joined(separator: "; ")
    }
}
