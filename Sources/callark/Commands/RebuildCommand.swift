import Reports
import Archiver
import ArgumentParser
import DailyArchive
import Files
import Foundation
import Logging
import Manifest
import Payloads
import Recordings
import Settings
import Wiring

struct RebuildCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rebuild",
        abstract: "Make a new manifest from the daily archives and the evidence log.",
        discussion: """
            Use this if the manifest is lost or damaged; then no flag is needed. If the manifest is sound (exit code \
            64), or knows recordings or checksums that the archives do not have (65), this lists the differences and \
            changes nothing: find out why, then run it with --discard-old. What people did and explained \
            comes back from the evidence log; what only the old manifest has is not in the new one: passes, and what \
            happened in them.

            It reads every sealed archive from end to end, which takes as long as `callark verify`, and compares \
            headers and recordings with the metadata, the checksum files, the side file and the evidence log. Intact recordings in the \
            spool stay stored. The old manifest is kept next to the new one, which replaces it only when it is \
            complete. From a damaged archive, whatever is intact is taken; everything else is named, and the exit \
            code is 65.

            `callark serve` has to be stopped before (75), because it has the manifest open.

            EXAMPLES
              callark rebuild
              callark rebuild --discard-old
            """
    )

    @OptionGroup var common: CommonOptions

    @Flag(
        help:
            "Replace the old manifest even if it is sound or contradicts the archives; it is kept next to the new one."
    )
    var discardOld = false

    func run() async throws {
        let installation = try Installation(common, needsSecrets: false)
        installation.warnOfNetworkFileSystem()
        try await Handover.requireNoService(over: installation.root, for: "rebuild")
        let output = Output(json: common.json)
        let summary: Rebuild.Summary
        do {
            defer { output.flush() }
            let rebuild = Rebuild(
                root: installation.root,
                schedule: AskSchedule(horizon: installation.settings.captures.horizon),
                logger: installation.logger,
                actor: Operator.current,
                logs: installation.evidence
            )
            summary = try await rebuild.run(now: Timestamp(Date()), discardingOld: discardOld) { name in
                installation.logger.info("archive is taken in", metadata: ["archive.name": "\(name)"])
            }
            installation.evidence.takeNewLogs().forEach(Diagnostics.notice)
            for fault in summary.contradictions.faults + summary.faults {
                try VerificationLines.write(fault, to: output)
            }
            let unnamed = summary.contradictions.count - summary.contradictions.faults.count
            if unnamed > 0 { output.text("and \(unnamed) more contradictions") }
            for remark in summary.remarks { Diagnostics.warning(remark) }
            if let refusal = summary.refusal {
                throw Self.error(refusal, summary, path: installation.root.manifestPath)
            }
            try output.json(RebuildSummaryLine(summary))
            output.text(
                "new manifest: \(Readable.count(summary.archives, "archive")) with "
                    + "\(Readable.count(summary.recordings, "recording")), \(summary.stored) more from the spool"
            )
            if let previous = summary.previousManifest { output.text("the old manifest is now \(previous)") }
        }
        let isDamaged = !summary.faults.isEmpty || !summary.contradictions.isEmpty
        if isDamaged { throw ExitCode(ExitStatus.damage.rawValue) }
    }

    private static func error(_ refusal: Rebuild.Refusal, _ summary: Rebuild.Summary, path: String) -> CommandError {
        switch refusal {
        case .contradicted:
            let count = Readable.count(summary.contradictions.count, "contradiction")
            return CommandError(
                .damage,
                "\(count) between \(path) and the archives; nothing was changed; check each, restore what is lost from a "
                    + "backup, and pass --discard-old to trust the archives"
            )
        case .sound:
            return CommandError(
                .usage,
                "\(path) is sound and the archives agree with it; nothing was changed; pass --discard-old to make a new "
                    + "one anyway, without its passes"
            )
        }
    }

}
