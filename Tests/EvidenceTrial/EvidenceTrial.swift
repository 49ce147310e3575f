import Evidence
import Foundation
import Recordings

/// Writes to a log: to be killed while doing so, to write concurrently with others, or to fill it.
///
/// usage: evidence-trial LOGS KEY append NAME COUNT GROUP   appends entries of recordings called NAME-0, NAME-1, … in groups,
///                                                          and prints a line for each group that is accepted
///        evidence-trial LOGS KEY fold                      publishes
///        evidence-trial LOGS KEY epoch                     begins a new epoch
///        evidence-trial LOGS KEY keep TEXT                 explains a gap with a text
///
/// The log is that of acme, or of the organization that EVIDENCE_TRIAL_ORGANIZATION names.
@main
enum EvidenceTrial {
    static let organization = OrganizationName(
        ProcessInfo.processInfo.environment["EVIDENCE_TRIAL_ORGANIZATION"] ?? "acme"
    )

    static func main() {
        do {
            try run(Array(CommandLine.arguments.dropFirst()))
        } catch let error as EvidenceError {
            FileHandle.standardError.write(Data("\(error.code.rawValue): \(error)\n".utf8))
            exit(65)
        } catch {
            FileHandle.standardError.write(Data("\(error)\n".utf8))
            exit(70)
        }
    }

    private static func run(_ arguments: [String]) throws {
        guard arguments.count >= 3, let organization else { exit(64) }
        let actor = Actor(name: "trial", via: .service)
        let place = EvidenceLog.Place(
            logs: arguments[0],
            organization: organization,
            keyFile: LogKeyFile(path: arguments[1]),
            origin: "trial.example/callark",
            actor: actor
        )
        if arguments[2] == "epoch" {
            _ = try EvidenceLog.beginEpoch(place, now: Timestamp(Date()))
            return
        }
        let log = try EvidenceLog.open(place, now: Timestamp(Date())).log
        switch arguments[2] {
        case "append":
            let (name, count, group) = (arguments[3], Int(arguments[4]) ?? 0, Int(arguments[5]) ?? 1)
            for first in stride(from: 0, to: count, by: group) {
                let entries = (first..<min(first + group, count)).map { stored("\(name)-\($0)", actor) }
                let indices = try log.append(entries)
                say("\(name) \(first) \(entries.count) \(indices.lowerBound)")
            }
        case "fold": say("\(try log.fold().size)")
        case "keep":
            let note = try log.keep(Array(arguments[3].utf8))
            try log.append([
                LogEntry(
                    .gapExplained,
                    time: Timestamp(Date()),
                    actor: actor,
                    organization: organization,
                    [.taskID: .text("task"), .reason: .text("test_call"), .note: .digest(note)]
                )
            ])
        default: exit(64)
        }
    }

    private static func stored(_ name: String, _ actor: Actor) -> LogEntry {
        guard let organization, let digest = ContentDigest(bytes: [UInt8](repeating: 7, count: 32)) else { exit(70) }
        return LogEntry(
            .recordingStored,
            time: Timestamp(Date()),
            actor: actor,
            organization: organization,
            [
                .taskID: .text(name), .path: .text("data/\(name)/call.wav"), .archive: .text("acme-2025-11-20-001"),
                .bytes: .number(1_234), .sha256: .digest(digest), .record: .digest(digest),
            ]
        )
    }

    /// Unbuffered, so that a kill does not hide what was accepted before it.
    private static func say(_ line: String) {
        FileHandle.standardOutput.write(Data("\(line)\n".utf8))
    }
}
