import Archiver
import ArgumentParser
import Foundation
import Logging
import Manifest
import Recordings
import Settings

struct RebuildCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rebuild",
        abstract: "Make a new manifest from the daily archives alone.",
        discussion: """
            For a manifest that is lost or damaged. Every sealed archive is read from end to end, which takes as long as \
            `callark verify` does: its headers and recordings are compared with its metadata, its checksum files and its \
            side file, none of which excuses another. Recordings in the spool that are whole stay stored. The old manifest \
            is kept beside the new one, which takes its place only when it is complete. Of an archive that is damaged, \
            whatever is whole is taken in; each recording and archive that is not is named, and the exit code is 65.

            EXAMPLES
              callark rebuild
            """
    )

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let workplace = try Workplace(common)
        workplace.warnOfNetworkFileSystem()
        let output = Output(json: common.json)
        let summary: Rebuild.Summary
        do {
            defer { output.flush() }
            let rebuild = Rebuild(
                root: workplace.root,
                schedule: AskSchedule(horizon: workplace.settings.captures.horizon),
                logger: workplace.logger
            )
            summary = try await rebuild.run(now: Timestamp(Date())) { name in
                workplace.logger.info("archive is taken in", metadata: ["archive.name": "\(name)"])
            }
            for fault in summary.faults { try VerificationLines.write(fault, to: output) }
            for remark in summary.remarks { Complaint.warning(remark) }
            try output.json(SummaryLine(summary))
            output.text(
                "\(Readable.count(summary.archives, "archive")) with \(Readable.count(summary.recordings, "recording"))"
                    + " taken in, \(summary.stored) more from the spool"
            )
            if let previous = summary.previousManifest { output.text("the old manifest is now \(previous)") }
        }
        if !summary.faults.isEmpty { throw ExitCode(ExitStatus.damage.rawValue) }
    }

    private struct SummaryLine: Encodable {
        let type = "summary"
        var archives: Int
        var recordings: Int
        var stored: Int
        var unreadable: Int
        var faults: Int
        var previousManifest: String?

        init(_ summary: Rebuild.Summary) {
            archives = summary.archives
            recordings = summary.recordings
            stored = summary.stored
            unreadable = summary.unreadable.count
            faults = summary.faults.count
            previousManifest = summary.previousManifest
        }

        enum CodingKeys: String, CodingKey {
            case type, archives, recordings, stored, unreadable, faults
            case previousManifest = "previous_manifest"
        }
    }
}
