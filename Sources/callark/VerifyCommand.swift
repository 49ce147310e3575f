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
        abstract: "Read the archives back and hold every byte against the checksums; repair what is damaged.",
        discussion: """
            Every fault is reported, not only the first, with the task and the offset concerned; then the exit code is 65. \
            The manifest and the open archives in the spool are checked too. With --archive one archive is verified \
            wherever it is. It needs no root for that: without a configuration, or without a root, the archive is checked \
            against its side file, its own checksums and its own lists only.

            With --share only the archives that were read longest ago are read, at least that part of all bytes, and \
            those that had faults the last time: a daily job with 1/30 has read everything in 30 days. The manifest keeps \
            which archive was read when; `callark status` tells.

            With --repair, what is damaged is fetched from the provider again, into a supplement; sealed archives are \
            never touched. It waits for no pass: 75 says that one is running. Exit code 0 says that nothing damaged is \
            left that is not made up for.

            EXAMPLES
              callark verify
              callark verify --day 2025-11-20 --quick
              callark verify --share 1/30
              callark verify --repair --day 2025-11-20
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

    @Option(help: "Only so large a part of all bytes (1/30, 5%), of what was read longest ago.")
    var share: ReadingShare?

    @Flag(help: "Fetch damaged recordings from the provider again.")
    var repair = false

    func validate() throws {
        if archive != nil && (day != nil || org != nil || share != nil || repair) {
            throw ValidationError("--archive already says which: leave out --day, --org, --share and --repair")
        }
        if quick && (share != nil || repair) {
            throw ValidationError("--quick reads no recordings: leave out --share and --repair")
        }
    }

    func run() async throws {
        if repair {
            let status = try await CommandLineRun.interruptibly { stop in try await repairRoot(stop) }
            throw ExitCode(status.rawValue)
        }
        let output = Output(json: common.json)
        let summary: Verification.Summary
        do {
            defer { output.flush() }
            summary =
                if let archive { try await verify(archive: archive, output) } else { try await verifyRoot(output) }
            try output.json(SummaryLine(summary))
            output.text(summary.text)
        }
        if summary.faults > 0 { throw ExitCode(ExitStatus.damage.rawValue) }
    }

    /// - Throws: ``CommandError`` with exit code 66 for a day of which nothing is known: nothing was looked at then.
    private func requireKnown(_ root: ArchiveRoot, _ manifest: Manifest?) async throws {
        guard let day, try !root.hasFiles(of: day, organization: org) else { return }
        if let manifest, try await manifest.knows(day, organization: org) { return }
        throw CommandError(
            .unknown,
            "nothing is known of \(day)\(org.map { " of \($0)" } ?? ""): no call, and no archive"
        )
    }

    private var scope: Verification.Scope {
        Verification.Scope(organization: org, day: day, isQuick: quick, share: share)
    }

    private func verifyRoot(_ output: Output) async throws -> Verification.Summary {
        let workplace = try Workplace(common, needsSecrets: false)
        if let org { _ = try workplace.organizations(named: [org]) }
        let verification = try Verification.reading(workplace.root)
        try await requireKnown(workplace.root, verification.manifest)
        if !verification.hasManifest {
            Complaint.warning("no manifest at \(workplace.root.manifestPath): the archives speak for themselves")
        }
        let log = ReadingLog(root: workplace.root) { Timestamp(Date()) }
        // Nothing is written into a manifest that is damaged.
        var notes = verification.hasManifest && !quick
        let summary = try await verification.run(scope) { report in
            try VerificationLines.write(report, to: output)
            if let fault = report.faults.first(where: { $0.kind == .manifestDamaged }) {
                if notes || quick { Complaint.error("\(fault)") }
                notes = false
            }
            if notes { await log.note(report) }
        }
        await log.close()
        if let obstacle = await log.obstacle {
            Complaint.warning("the manifest cannot be told which archives were read: \(obstacle)")
        }
        return summary
    }

    private func verify(archive path: String, _ output: Output) async throws -> Verification.Summary {
        let root = try rootIfPresent()
        let verification =
            try root.map { try Verification.reading($0) } ?? Verification(root: ArchiveRoot(path: "."), manifest: nil)
        let report = try await verification.run(archive: path, isQuick: quick)
        if report.faults.contains(where: { $0.kind == .archiveMissing }), !isPlaceOfArchive(path, root) {
            throw CommandError(.unknown, "there is no archive at \(path)")
        }
        try VerificationLines.write(report, to: output)
        var summary = Verification.Summary()
        summary.archives = 1
        summary.add(report)
        return summary
    }

    /// Whether a sealed archive belongs at `path`, so that its absence is damage and no slip of the pen.
    private func isPlaceOfArchive(_ path: String, _ root: ArchiveRoot?) -> Bool {
        let file = URL(filePath: path).resolvingSymlinksInPath()
        guard file.pathExtension == "tar", let root,
            let name = ArchiveName(file.deletingPathExtension().lastPathComponent)
        else { return false }
        return URL(filePath: root.archivePath(name)).resolvingSymlinksInPath().path == file.path
    }

    /// A copy of an archive is verified on machines that have no configuration and no root; a configuration that was named
    /// has to be right.
    private func rootIfPresent() throws -> ArchiveRoot? {
        do {
            let root = try Workplace(common, usesRoot: false, needsSecrets: false).root
            try root.identity()
            return root
        } catch let error as SettingsError where common.config == nil && error.problems.map(\.code) == [.notFound] {
            return nil
        } catch let error as ArchiveError {
            Complaint.warning("\(error); checking the archive against its own checksums only")
            return nil
        }
    }

    private func repairRoot(_ stop: StopRequest) async throws -> ExitStatus {
        let workplace = try Workplace(common)
        if let org { _ = try workplace.organizations(named: [org]) }
        workplace.warnOfNetworkFileSystem()
        let output = Output(json: common.json)
        defer { output.flush() }
        let progress = PassProgress(output: output)
        let repair = try await workplace.withArchive(stop: stop, observer: progress.observe) { archive in
            try await requireKnown(workplace.root, try await workplace.manifestForReading())
            return try await archive.repair(scope) { report in try VerificationLines.write(report, to: output) }
        }
        progress.end()
        for outcome in repair.outcomes { try VerificationLines.write(outcome, to: output) }
        for (name, error) in repair.failures.sorted(by: { $0.key < $1.key }) { Complaint.error("\(name): \(error)") }
        for fault in repair.left { output.text("LEFT   \(fault.archive): \(fault)") }
        let repaired = repair.outcomes.filter { $0.repairedBy != nil }.count
        try output.json(RepairSummaryLine(repair, repaired: repaired))
        output.text(repair.summary.text)
        if repair.outcomes.isEmpty {
            output.text("no recording is damaged: nothing was fetched")
        } else {
            output.text("\(repaired) of \(Readable.count(repair.outcomes.count, "damaged recording")) repaired")
        }
        if stop.isMade { return .interrupted }
        let isLeft = repair.summary.faults > 0 || !repair.outcomes.allSatisfy(\.isSettled)
        return ExitStatus.worst(repair.failures.values.map(ExitStatus.init) + (isLeft ? [.damage] : []))
    }

    private struct SummaryLine: Encodable {
        let type = "summary"
        var archives: Int
        var recordings: Int
        var bytes: Int64
        var faults: Int
        var repaired: Int
        var explained: Int
        var sound: Bool

        init(_ summary: Verification.Summary) {
            archives = summary.archives
            recordings = summary.recordings
            bytes = summary.bytes
            faults = summary.faults
            repaired = summary.repaired
            explained = summary.explained
            sound = summary.faults == 0
        }
    }

    private struct RepairSummaryLine: Encodable {
        let type = "summary"
        var archives: Int
        var recordings: Int
        var bytes: Int64
        /// What is left after the repair.
        var faults: Int
        var damaged: Int
        var repaired: Int
        var sound: Bool

        init(_ repair: Repair, repaired: Int) {
            archives = repair.summary.archives
            recordings = repair.summary.recordings
            bytes = repair.summary.bytes
            faults = repair.summary.faults
            damaged = repair.outcomes.count
            self.repaired = repaired
            sound = repair.isComplete
        }
    }
}

extension ReadingShare: ExpressibleByArgument {
    /// Reads an argument.
    public init?(argument: String) {
        self.init(argument)
    }
}

extension Verification.Summary {
    fileprivate var text: String {
        "\(Readable.count(archives, "archive")), \(Readable.count(recordings, "recording")), \(Readable.bytes(bytes)): "
            + (faults == 0 ? "no fault" : Readable.count(faults, "fault"))
            + (repaired == 0 ? "" : ", \(repaired) repaired") + (explained == 0 ? "" : ", \(explained) explained")
    }
}
