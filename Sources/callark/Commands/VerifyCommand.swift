import Reports
import Archiver
import ArgumentParser
import DailyArchive
import Evidence
import Files
import Foundation
import Manifest
import Payloads
import Recordings
import Settings
import Wiring

struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Read the archives back and compare every byte with its checksum; repair what is damaged.",
        discussion: """
            Prints one line for each archive: OK, DAMAGED, REPAIRED (with the supplement that replaces what is \
            damaged) or EXPLAINED. With -v, each damaged recording follows, with its task and its offset. The exit \
            code is 65 if anything is damaged. The manifest and the open archives in the spool are checked too. An \
            archive that can be written to is a warning.

            A fault is one thing that is wrong in or about an archive: bytes that differ from their checksum, a file \
            that is missing or cut short, a side file that says something else. One damaged recording can be several \
            faults, and a fault need not damage a recording.

            Give paths to verify archives wherever they are, or all archives in a folder. That needs neither a \
            configuration nor a root: the archives are then checked against their own checksums only.

            --share reads only the archives that were read longest ago, at least that share of all bytes, and those \
            that had faults last time, and looks whether all others exist with their size: a daily job with 1/30 has read everything in 30 days. `callark status` shows \
            since when everything has been read.

            --repair makes up for what is damaged. An archive that the vault has is put back from there, whole. Otherwise \
            a supplement gets what is whole in an archive that is damaged in itself, and what is fetched from the provider again. It writes a checksum file (.sha256) anew \
            that is missing or wrong beside a whole archive. Sealed archives are never changed. It does not wait for a pass: 75 means that one is running. Exit code 0 means that everything \
            damaged has been replaced or explained.

            --remote reads the copies in the vault instead, whole, and looks at their locks. It says first how many \
            requests and bytes that takes, which many stores charge for; with --share it reads what was read longest \
            ago. A copy that does not hold is put there again by the next pass. Archives that were removed from the \
            disk because the vault has them are checked by --remote only. If the vault should have none, it is asked \
            whether it answers, and nothing is read.

            EXAMPLES
              callark verify
              callark verify --day 2025-11-20 -v
              callark verify --repair --day 2025-11-20
              # a daily job
              callark verify --share 1/30
              # the copies in the vault, all of them in a year
              callark verify --remote --share 1/365
              # a copy, on any machine
              callark verify /mnt/copy/acme-2025-11-20-001.tar
            """
    )

    @OptionGroup var common: CommonOptions

    @Option(
        parsing: .unconditional,
        help: "Only the archives of this day: 2025-11-20, today or yesterday.",
        transform: DayArgument.init(argument:)
    )
    var day: DayArgument?

    @Option(help: "Only this organization.", transform: OrganizationName.init(argument:))
    var org: OrganizationName?

    @Argument(
        help: ArgumentHelp("Archives, or folders with archives, anywhere.", valueName: "path"),
        completion: .file(extensions: ["tar"])
    )
    var paths: [String] = []

    @Option(help: "The same as a path.", completion: .file(extensions: ["tar"]))
    var archive: [String] = []

    @Flag(name: .shortAndLong, help: "Name each fault, and each recording that was repaired.")
    var verbose = false

    @Flag(help: "Check names, sizes and side files only; do not read the recordings.")
    var quick = false

    @Option(
        parsing: .unconditional,
        help: "Read only this share of all bytes (1/30, 5%): what was read longest ago.",
        transform: ReadingShare.init(argument:)
    )
    var share: ReadingShare?

    @Flag(help: "Read the copies in the vault, and look at their locks.")
    var remote = false

    @Flag(help: "Make up for what is damaged, from the archives, the vault and the provider.")
    var repair = false

    func validate() throws {
        if !chosen.isEmpty && (day != nil || org != nil || share != nil || repair || remote) {
            throw ValidationError(
                "a path already says which archive: leave out --day, --org, --share, --remote and --repair"
            )
        }
        if remote && (quick || repair) { throw ValidationError("--remote only reads: leave out --quick and --repair") }
        if quick && (share != nil || repair) {
            throw ValidationError("--quick reads no recordings: leave out --share and --repair")
        }
    }

    private var chosen: [String] { archive + paths }

    /// This command again, with `-v`.
    private static var verbosely: String {
        let given = CommandLine.arguments.drop { $0 != configuration.commandName }.dropFirst()
        let words = given.map { word in
            let isPlain = word.allSatisfy { $0.isLetter || $0.isNumber || "-_./:=@,+%".contains($0) }
            return isPlain && !word.isEmpty ? word : "'\(word.replacing("'", with: "'\\''"))'"
        }
        return (["callark verify -v"] + words).joined(separator: " ")
    }

    func run() async throws {
        if repair {
            let status = try await CommandLineRun.interruptibly { stop in
                if let status = try await Handover.run(common, stop) { return status }
                return try await repairRoot(in: Installation(common), stop)
            }
            throw ExitCode(status.rawValue)
        }
        let output = Output(json: common.json)
        let summary: VerificationRun.Summary
        var known: [ArchiveDay] = []
        do {
            defer { output.flush() }
            if remote {
                summary = try await verifyVault(output)
            } else if chosen.isEmpty {
                (summary, known) = try await verifyRoot(output)
            } else {
                summary = try await verify(chosen, output)
            }
            try output.json(VerificationSummaryLine(summary, knownDamage: known))
            // Of what was not read, nothing is known.
            if !remote || summary.archives > 0 { output.text(summary.text(isQuick: quick)) }
            if let first = known.first {
                let days = known.count == 1 ? "\(first)" : "\(known.count) days, the first \(first)"
                output.text(
                    "earlier damage is known on \(days) and was not checked again: run `callark verify --day \(first)`"
                )
            }
            if summary.faults > summary.foreignFiles, !verbose {
                output.text("run `\(Self.verbosely)` to see each fault")
            }
        }
        if summary.faults > 0 || !known.isEmpty { throw ExitCode(ExitStatus.damage.rawValue) }
    }

    /// The days in the scope with known damage that nothing makes up for. A quick check reads no recording, so it
    /// cannot know better.
    private func knownDamage(_ manifest: Manifest?, _ installation: Installation) async throws -> [ArchiveDay] {
        guard quick, let manifest else { return [] }
        var days: Set<ArchiveDay> = []
        for organization in try installation.organizations(named: org.map { [$0] } ?? []) {
            days.formUnion(try await manifest.damageFigures(organization, altered: AlteredArchives()).days)
        }
        let day = day(in: installation)
        return days.filter { day == nil || $0 == day }.sorted()
    }

    /// - Throws: ``CommandError`` with exit code 66 for a day of which nothing is known, because then nothing was
    ///   checked.
    func requireKnown(_ installation: Installation, _ manifest: Manifest?) async throws {
        guard let day = day(in: installation), try !installation.root.hasFiles(of: day, organization: org) else {
            return
        }
        if let manifest, try await manifest.knows(day, organization: org) { return }
        let keyFile = installation.evidence.setup.keyFile
        let ledgers = try await LogLedgers.read(installation.root, keyFile: keyFile, organization: org)
        if ledgers.knows(day, organization: org) { return }
        throw CommandError.unknown(
            "day",
            ["\(day)\(org.map { " of \($0)" } ?? "")"],
            "no call and no archive of it exists"
        )
    }

    func day(in installation: Installation) -> ArchiveDay? { day.map { $0.day(in: installation) } }

    func scope(in installation: Installation) -> VerificationRun.Scope {
        VerificationRun.Scope(organization: org, day: day(in: installation), isQuick: quick, share: share)
    }

    private func verifyRoot(_ output: Output) async throws -> (VerificationRun.Summary, knownDamage: [ArchiveDay]) {
        let installation = try Installation(common, needsSecrets: false)
        if let org { _ = try installation.organizations(named: [org]) }
        let keyFile = installation.evidence.setup.keyFile
        let verification = try VerificationRun.reading(installation.root, keyFile: keyFile)
        try await requireKnown(installation, verification.manifest)
        if !verification.hasManifest {
            Diagnostics.warning(
                "no manifest at \(installation.root.manifestPath): checking archives against their own checksums only"
            )
        }
        let log = ReadingLog(installation.manifest, by: Operator.current) { Timestamp(Date()) }
        // Nothing is written into a damaged manifest.
        var notes = verification.hasManifest && !quick
        let summary = try await verification.run(scope(in: installation)) { report in
            try VerificationLines.write(report, to: output, verbose: verbose)
            if let fault = report.faults.first(where: { $0.kind == .manifestDamaged }) {
                if notes || quick { Diagnostics.error("\(fault)") }
                notes = false
            }
            if notes { await log.note(report) }
        }
        try? await installation.manifest.close()
        // The entries are durable. If this cannot publish them, the next writer does.
        try? await installation.evidence.publish()
        installation.evidence.takeNewLogs().forEach(Diagnostics.notice)
        if let obstacle = await log.obstacle {
            Diagnostics.warning("could not record which archives were verified: \(obstacle); run it again later")
        }
        return (summary, try await knownDamage(verification.manifest, installation))
    }

    private func verify(_ paths: [String], _ output: Output) async throws -> VerificationRun.Summary {
        let root = try rootIfPresent()
        let verification =
            try root.map { try VerificationRun.reading($0) }
            ?? VerificationRun(root: ArchiveRoot(path: "."), manifest: nil)
        // All of them first, so that a typing error is not found only after hours of reading.
        let archives = try paths.flatMap { try archivePaths(at: $0, root) }
        let ledgers = try await ledgers(for: archives, root)
        var summary = VerificationRun.Summary()
        for path in archives {
            let report = try await verification.run(archive: path, isQuick: quick, ledgers: ledgers)
            try VerificationLines.write(report, to: output, verbose: verbose, isNamed: false)
            summary.archives += 1
            summary.add(report)
        }
        return summary
    }

    /// What the evidence logs say, if one of the archives is in its place in the root.
    private func ledgers(for archives: [String], _ root: ArchiveRoot?) async throws -> LogLedgers {
        guard let root, archives.contains(where: { isPlaceOfArchive($0, root) }) else { return LogLedgers() }
        let ledgers = try await LogLedgers.read(root, keyFile: LogKeyFile(path: root.logKeyPath))
        for fault in ledgers.faults { Diagnostics.warning("\(fault); nothing is compared with this log") }
        return ledgers
    }

    /// The archive at `path`, or all archives in that folder and below it.
    /// - Throws: ``CommandError`` with exit code 66 if there is none.
    private func archivePaths(at path: String, _ root: ArchiveRoot?) throws -> [String] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            if isPlaceOfArchive(path, root) { return [path] }
            throw CommandError.unknown("archive", [path], "no file exists there")
        }
        guard isFolder.boolValue else { return [path] }
        let found = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
        let archives = found.filter { $0.hasSuffix(".tar") }.sorted().map { "\(path)/\($0)" }
        guard !archives.isEmpty else {
            throw CommandError.unknown("archive", [path], "the folder and those below it have no .tar file")
        }
        return archives
    }

    /// Whether a sealed archive belongs at `path`, so that its absence is damage and not a typing error.
    private func isPlaceOfArchive(_ path: String, _ root: ArchiveRoot?) -> Bool {
        let file = URL(filePath: path).resolvingSymlinksInPath()
        guard file.pathExtension == "tar", let root,
            let name = ArchiveName(file.deletingPathExtension().lastPathComponent)
        else { return false }
        return URL(filePath: root.archivePath(name)).resolvingSymlinksInPath().path == file.path
    }

    /// Copies of archives are verified on machines without a configuration or a root. A configuration that was named
    /// has to be right.
    private func rootIfPresent() throws -> ArchiveRoot? {
        do {
            let root = try Installation(common, usesRoot: false, needsSecrets: false).root
            try root.identity()
            return root
        } catch let error as SettingsError where common.config == nil && error.problems.map(\.code) == [.notFound] {
            return nil
        } catch let error as ArchiveError {
            Diagnostics.warning("\(error); checking archives against their own checksums only")
            return nil
        }
    }

    /// `--repair`: in this process, or in a service on behalf of another one.
    func repairRoot(in installation: Installation, _ stop: StopRequest) async throws -> ExitStatus {
        if let org { _ = try installation.organizations(named: [org]) }
        installation.warnOfNetworkFileSystem()
        let output = Output(json: common.json)
        defer { output.flush() }
        let progress = PassProgress(output: output)
        let repair = try await installation.withArchive(stop: stop, observer: progress.observe) { archive in
            try await requireKnown(installation, try await installation.manifestForReading())
            return try await archive.repair(scope(in: installation)) { report in
                try VerificationLines.write(report, to: output, verbose: verbose)
            }
        }
        progress.end()
        try VerificationLines.write(repair, to: output, verbose: verbose)
        for (name, error) in repair.failures.sorted(by: { $0.key < $1.key }) { Diagnostics.error("\(name): \(error)") }
        for fault in repair.left { output.text("DAMAGED   \(fault.archive): \(fault)") }
        let repaired = repair.copied + repair.fetched
        try output.json(RepairSummaryLine(repair, repaired: repaired))
        output.text(repair.summary.text())
        if !repair.outcomes.isEmpty {
            let ways = repair.copied > 0 ? ": \(repair.copied.grouped) copied, \(repair.fetched.grouped) fetched" : ""
            output.text("\(repaired.grouped) of \(Readable.count(repair.outcomes.count, "recording")) repaired\(ways)")
        } else if repair.sideFiles.isEmpty && repair.renewed.isEmpty && repair.returned.isEmpty && repair.gone.isEmpty {
            output.text("no recording is damaged: nothing was fetched")
        }
        if stop.isMade { return .interrupted }
        let isLeft = repair.summary.faults > 0 || !repair.outcomes.allSatisfy(\.isSettled)
        return ExitStatus.worst(repair.failures.values.map(ExitStatus.init) + (isLeft ? [.damage] : []))
    }

}

extension ReadingShare {
    /// Reads an argument.
    init(argument: String) throws {
        guard let share = Self(argument) else {
            throw ArgumentFault("give a share of all, more than 0 and at most 1: 1/30 or 5%")
        }
        self = share
    }
}

extension VerificationRun.Summary {
    /// - Parameter isQuick: whether only names and sizes were checked, which says nothing about the bytes.
    fileprivate func text(isQuick: Bool = false) -> String {
        "\(Readable.count(archives, "archive")), \(Readable.count(recordings, "recording")), \(Readable.bytes(bytes)): "
            + (faults == 0
                ? (isQuick ? "names and sizes are right, no recording was read" : "no damage")
                : Readable.count(faults, "fault")
                    + (damagedRecordings == 0
                        ? "" : ", \(Readable.count(damagedRecordings, "recording")) damaged"))
            + (warnings == 0 ? "" : ", \(Readable.count(warnings, "warning"))")
            + (repaired == 0 ? "" : ", \(Readable.count(repaired, "fault")) repaired")
            + (explained == 0 ? "" : ", \(Readable.count(explained, "fault")) explained")
    }
}
