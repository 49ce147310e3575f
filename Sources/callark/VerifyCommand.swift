import Archiver
import ArgumentParser
import DailyArchive
import Foundation
import Manifest
import Recordings
import Settings

struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Read the archives back and hold every byte against the checksums.",
        discussion: """
            Every fault is reported, not only the first, with the task and the offset concerned; then the exit code is 65. \
            Recordings that still lie in the spool are read back too. With --archive one archive is verified wherever it \
            lies, and where no configuration is found the archive speaks for itself: its side file, its own checksums and \
            its own lists.

            EXAMPLES
              callark verify
              callark verify --day 2025-11-20 --quick
              callark verify --archive /mnt/copy/acme-2025-11-20-001.tar --json
            """
    )

    @OptionGroup var common: CommonOptions

    @Option(help: "Only the archives of this day.")
    var day: ArchiveDay?

    @Option(help: "Only this organization.")
    var org: OrganizationName?

    @Option(help: "Only this archive, wherever it lies.", completion: .file(extensions: ["tar"]))
    var archive: String?

    @Flag(help: "Look at names, sizes and side files only, and do not read the recordings.")
    var quick = false

    func validate() throws {
        if archive != nil && (day != nil || org != nil) {
            throw ValidationError("--archive already says which: leave out --day and --org")
        }
    }

    func run() async throws {
        let output = Output(json: common.json)
        let summary: Verification.Summary
        do {
            defer { output.flush() }
            summary =
                if let archive { try await verify(archive: archive, output) } else { try await verifyRoot(output) }
            try output.json(SummaryLine(summary))
            output.text(
                "\(Readable.count(summary.archives, "archive")), \(Readable.count(summary.recordings, "recording")), "
                    + "\(Readable.bytes(summary.bytes)): "
                    + (summary.faults == 0 ? "no fault" : Readable.count(summary.faults, "fault"))
            )
        }
        if summary.faults > 0 { throw ExitCode(ExitStatus.damage.rawValue) }
    }

    private func verifyRoot(_ output: Output) async throws -> Verification.Summary {
        let workplace = try Workplace(common)
        if let org { _ = try workplace.organizations(named: [org]) }
        let manifest = try workplace.manifestForReading()
        if manifest == nil {
            Complaint.warning("no manifest at \(workplace.root.manifestPath): the archives speak for themselves")
        }
        let verification = Verification(root: workplace.root, manifest: manifest)
        let scope = Verification.Scope(organization: org, day: day, isQuick: quick)
        return try await verification.run(scope) { try show($0, output) }
    }

    private func verify(archive path: String, _ output: Output) async throws -> Verification.Summary {
        let workplace = try workplaceIfConfigured()
        let root = workplace?.root ?? ArchiveRoot(path: ".")
        let verification = Verification(root: root, manifest: try workplace?.manifestForReading())
        let report = try await verification.run(archive: path, isQuick: quick)
        try show(report, output)
        var summary = Verification.Summary()
        summary.archives = 1
        summary.recordings = report.recordingCount
        summary.bytes = report.byteCount
        summary.faults = report.faults.count
        return summary
    }

    /// A copy of an archive is verified on machines that have no configuration; one that was named has to be right.
    private func workplaceIfConfigured() throws -> Workplace? {
        do {
            return try Workplace(common)
        } catch let error as SettingsError where common.config == nil && error.problems.map(\.code) == [.notFound] {
            return nil
        }
    }

    private func show(_ report: VerificationReport, _ output: Output) throws {
        for fault in report.faults {
            try output.json(FaultLine(fault))
            output.text("FAULT \(fault.archive): \(fault)")
        }
        try output.json(ArchiveLine(report))
        if report.isSound {
            output.text("sound  \(report.path): \(Readable.count(report.recordingCount, "recording"))")
        }
    }

    private struct FaultLine: Encodable {
        let type = "fault"
        var kind: String
        var archive: String
        var taskID: TaskID?
        var member: String?
        var offset: Int64?
        var message: String

        init(_ fault: ArchiveFault) {
            kind = fault.kind.rawValue
            archive = fault.archive
            taskID = fault.taskID
            member = fault.member
            offset = fault.offset
            message = fault.message
        }

        enum CodingKeys: String, CodingKey {
            case type, kind, archive, member, offset, message
            case taskID = "task_id"
        }
    }

    private struct ArchiveLine: Encodable {
        let type = "archive"
        var path: String
        var recordings: Int
        var bytes: Int64
        var sha256: ContentDigest?
        var faults: Int
        var sound: Bool

        init(_ report: VerificationReport) {
            path = report.path
            recordings = report.recordingCount
            bytes = report.byteCount
            sha256 = report.digest
            faults = report.faults.count
            sound = report.isSound
        }
    }

    private struct SummaryLine: Encodable {
        let type = "summary"
        var archives: Int
        var recordings: Int
        var bytes: Int64
        var faults: Int
        var sound: Bool

        init(_ summary: Verification.Summary) {
            archives = summary.archives
            recordings = summary.recordings
            bytes = summary.bytes
            faults = summary.faults
            sound = summary.faults == 0
        }
    }
}
