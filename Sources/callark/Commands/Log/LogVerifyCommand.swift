import ArgumentParser
import Evidence
import Foundation
import Recordings
import Wiring

struct LogVerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check whole evidence logs: every entry, hash, object and signature.",
        discussion: """
            Computes every hash anew from the entries, and compares the tiles, the checkpoint, the states that were made \
            known outside, and the checkpoints given with --since. Names everything that does not hold, and then ends \
            with exit code 65.

            A checkpoint is five lines of text. Keep one somewhere else, and --since holds the log to all entries that \
            it covers.

            EXAMPLES
              callark log verify
              callark log verify --since kept-checkpoint
            """
    )

    @OptionGroup var common: CommonOptions

    @Option(help: "Only the log of this organization.", transform: OrganizationName.init(argument:))
    var org: OrganizationName?

    @Option(help: "A checkpoint that was kept elsewhere; may be given several times.", completion: .file())
    var since: [String] = []

    func run() async throws {
        let installation = try Installation(common, needsSecrets: false)
        let output = Output(json: common.json)
        defer { output.flush() }
        let kept = try since.map(Self.kept)
        var summary = Summary()
        let logs = try LogAccess.all(org.map { [$0] } ?? [], in: installation)
        let origins = Set(logs.compactMap { try? $0.folder.publishedKey().name })
        for state in kept where !origins.contains(state.position.origin) {
            throw CommandError(.unknown, "\(state.source): no log here has the origin \(state.position.origin)")
        }
        for log in logs where log.folder.exists {
            let own = (try? log.folder.publishedKey().name) ?? ""
            let known = kept.filter { $0.position.origin == own }
            let report = LogVerification(log.folder, key: log.confirmedKey, known: known).report()
            summary.logs += 1
            try write(report, of: log, &summary, to: output)
        }
        for log in logs where !log.folder.exists { output.text("\(log.organization): no log yet") }
        summary.sound = summary.faults == 0
        try output.json(summary)
        if !summary.sound { throw ExitCode(ExitStatus.damage.rawValue) }
    }

    private func write(_ report: LogReport, of log: LogAccess, _ summary: inout Summary, to output: Output) throws {
        try output.json(Line(report, log))
        let size = report.position.map { "\($0.size) entries of \($0.origin)" } ?? "the checkpoint does not hold"
        let verdict = report.faults.isEmpty ? "everything holds" : Readable.count(report.faults.count, "fault")
        output.text("\(log.organization): \(size): \(verdict)")
        output.text(
            "  compared with \(report.comparedStates) earlier checkpoints; \(report.objects) objects; "
                + "\(report.acceptedEntries) accepted and in no checkpoint yet"
        )
        if log.confirmedKey == nil {
            output.text(
                "  the key is the one that the log itself names: no key file that this account can read confirms it"
            )
        }
        for fault in report.faults {
            summary.faults += 1
            try output.json(FaultLine(log.organization, path: fault.path, reason: fault.reason))
            output.text("  \(fault)")
        }
        for previous in report.previous { try write(previous, of: log, &summary, to: output) }
    }

    /// A checkpoint in a file. Only its form is checked here; its signature is checked where the log's key is known.
    private static func kept(_ path: String) throws -> (position: LogPosition, source: String) {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandError(.inputOutput, "cannot read \(path)")
        }
        do throws(NoteFault) {
            return (try LogPosition(unverified: Array(data)), path)
        } catch {
            throw CommandError(.usage, "\(path): \(error)")
        }
    }

    private struct Line: Encodable {
        let type = "log"
        var organization: OrganizationName
        var origin: String?
        var size: Int64?
        var root: String?
        var accepted: Int
        var comparedCheckpoints: Int
        var objects: Int
        var faults: Int
        var sound: Bool
        var keyConfirmed: Bool

        init(_ report: LogReport, _ log: LogAccess) {
            organization = log.organization
            origin = report.position?.origin
            size = report.position?.size
            root = report.position?.root.base64
            accepted = report.acceptedEntries
            comparedCheckpoints = report.comparedStates
            objects = report.objects
            faults = report.faults.count
            sound = report.faults.isEmpty
            keyConfirmed = log.confirmedKey != nil
        }

        enum CodingKeys: String, CodingKey {
            case type, organization, origin, size, root, accepted, objects, faults, sound
            case comparedCheckpoints = "compared_checkpoints"
            case keyConfirmed = "key_confirmed"
        }
    }

    private struct Summary: Encodable {
        let type = "summary"
        var logs = 0
        var faults = 0
        var sound = true
    }
}
