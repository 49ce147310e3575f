import Reports
import Anchors
import Archiver
import ArgumentParser
import Evidence
import Foundation
import Manifest
import Recordings
import Wiring

struct LogVerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check whole evidence logs, and compare archives and manifest with them.",
        discussion: """
            Computes every hash again from the entries, and compares the tiles, the checkpoint, the states that anchors \
            have received, and the checkpoints given with --since. Checks what anchors have given, without asking them: \
            time stamps with the certificates, and cosignatures with the keys, of evidence.anchors, or else with those \
            that the log names. Then compares the archives on the disk and the manifest with what the log says of them. \
            Names everything that does not hold, and then ends with exit code 65. `callark verify` reads the archives \
            themselves.

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
        let anchors = try installation.anchors
        var summary = Summary()
        let logs = try LogAccess.all(org.map { [$0] } ?? [], in: installation)
        let origins = Set(logs.flatMap { Self.origins($0.folder) })
        for state in kept where !origins.contains(state.position.origin) {
            throw CommandError(.unknown, "\(state.source): no log here has the origin \(state.position.origin)")
        }
        let manifest = try await readableManifest(installation)
        for log in logs where log.folder.exists || log.newest != nil {
            let own = (try? log.folder.publishedKey().name) ?? ""
            let names = Self.origins(log.folder)
            var known = kept.filter { names.contains($0.position.origin) }
            if let newest = log.newest, newest.position.origin == own { known.append(newest) }
            var report = LogVerification(log.folder, key: log.confirmedKey, known: known).report()
            if let position = report.position { report.faults += log.contradictions(at: position) }
            // Nothing can be compared with a log that does not hold.
            let isCompared = report.isSound
            if isCompared {
                let check = LogCrossCheck(root: installation.root, organization: log.organization, manifest: manifest)
                report.faults += try await check.faults(key: log.confirmedKey)
            }
            var findings = [AnchorFindings]()
            Self.checkAnchors(anchors, of: log.folder, &report, &findings)
            summary.logs += 1
            try write(report, findings[...], of: log, &summary, to: output)
            if !isCompared {
                output.text("  the archives and the manifest are NOT compared with a log that does not hold")
            }
        }
        for log in logs where !log.folder.exists && log.newest == nil {
            output.text("\(log.organization): no log yet")
        }
        summary.sound = summary.faults == 0
        try output.json(summary)
        if !summary.sound { throw ExitCode(ExitStatus.damage.rawValue) }
    }

    /// The names of a log and of the epochs before it.
    private static func origins(_ folder: LogFolder) -> Set<String> {
        Set(folder.epochs.compactMap { try? $0.publishedKey().name })
    }

    /// - Returns: `nil`, with a warning, if there is none that can be read: then only the archives are compared with
    ///   the log.
    private func readableManifest(_ installation: Installation) async throws -> Manifest? {
        do {
            return try await installation.manifestForReading()
        } catch {
            Diagnostics.warning("the manifest is not compared with the evidence log: \(error)")
            return nil
        }
    }

    /// Checks the anchors' answers for a log and for the epochs before it, and adds faults to each report.
    /// - Parameter findings: receives the findings of each, newest first.
    private static func checkAnchors(
        _ anchors: [Anchor],
        of folder: LogFolder,
        _ report: inout LogReport,
        _ findings: inout [AnchorFindings]
    ) {
        let found = AnchorVerification(folder, anchors: anchors).findings(logged: report.anchors)
        report.faults += found.faults
        findings.append(found)
        for place in report.previous.indices {
            checkAnchors(anchors, of: folder.previous, &report.previous[place], &findings)
        }
    }

    private func write(
        _ report: LogReport,
        _ findings: ArraySlice<AnchorFindings>,
        of log: LogAccess,
        _ summary: inout Summary,
        to output: Output
    ) throws {
        let anchored = findings.first ?? AnchorFindings()
        try output.json(Line(report, anchored, log))
        let size = report.position.map { "\($0.size) entries of \($0.origin)" } ?? "the checkpoint does not hold"
        let left = report.lost == 0 ? "everything" : "what is left of it"
        let verdict = report.faults.isEmpty ? "\(left) holds" : Readable.count(report.faults.count, "fault")
        output.text("\(log.organization): \(size): \(verdict)")
        output.text(
            "  compared with \(Readable.count(report.comparedStates, "earlier checkpoint")); "
                + "\(Readable.count(report.objects, "object")); "
                + "\(report.acceptedEntries) accepted and in no checkpoint yet"
        )
        output.text("  \(Self.text(anchored))")
        if report.lost > 0 {
            let lost = Readable.count(Int(report.lost), "entry", "entries")
            output.text("  lost: \(lost) that this epoch had when the next one began")
        }
        if log.confirmedKey == nil {
            output.text(
                "  the key is taken from the log itself: no key file that this account can read confirms it"
            )
        }
        for fault in report.faults {
            summary.faults += 1
            try output.json(FaultLine(log.organization, path: fault.path, reason: fault.reason))
            output.text("  \(fault)")
        }
        for previous in report.previous {
            try write(previous, findings.dropFirst(), of: log, &summary, to: output)
        }
    }

    private static func text(_ findings: AnchorFindings) -> String {
        let names: [AnchorToken.Kind: String] = [
            .timestamp: "time stamp", .witness: "cosignature", .command: "command record",
        ]
        let counts = AnchorToken.Kind.allCases.compactMap { kind in
            findings.counts[kind].map { Readable.count($0, names[kind] ?? "") }
        }
        guard !counts.isEmpty else { return "no anchor has confirmed a checkpoint" }
        let doubt =
            findings.unconfirmed > 0
            ? "; \(findings.unconfirmed) checked only against keys that the log itself names" : ""
        return "from anchors: \(counts.joined(separator: ", "))\(doubt)"
    }

    /// Reads a checkpoint from a file. Who signed it does not matter: the log has to have what it says.
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
        /// The number of entries that an earlier epoch had once, and that are not here.
        var lost: Int64
        /// The number of the anchors' answers, by kind.
        var anchors: [String: Int]
        var anchorsUnconfirmed: Int
        var faults: Int
        var sound: Bool
        var keyConfirmed: Bool

        init(_ report: LogReport, _ anchored: AnchorFindings, _ log: LogAccess) {
            anchors = Dictionary(uniqueKeysWithValues: anchored.counts.map { ($0.key.rawValue, $0.value) })
            anchorsUnconfirmed = anchored.unconfirmed
            organization = log.organization
            origin = report.position?.origin
            size = report.position?.size
            root = report.position?.root.base64
            accepted = report.acceptedEntries
            comparedCheckpoints = report.comparedStates
            objects = report.objects
            lost = report.lost
            faults = report.faults.count
            sound = report.faults.isEmpty
            keyConfirmed = log.confirmedKey != nil
        }

        enum CodingKeys: String, CodingKey {
            case type, organization, origin, size, root, accepted, objects, lost, anchors, faults, sound
            case anchorsUnconfirmed = "anchors_unconfirmed"
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
