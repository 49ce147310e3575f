import Archiver
import ArgumentParser
import DailyArchive
import Files
import Manifest
import Recordings
import Service
import Settings
import Wiring

struct FetchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fetch",
        abstract: "Write the recordings of calls to files, with their checksums and metadata.",
        discussion: """
            Each recording is written to DIR/<task id>/<file>. It comes from the daily archives, or else from the \
            spool, or else from the provider; then it is archived too, by `callark serve` if that runs. Every byte is compared with its checksum on \
            the way, and a file appears only when it is complete. A damaged recording is not written, and the exit \
            code is 65. If a legacy session is attached to the task (`callark legacy enrich`), it is written as \
            DIR/<task id>/legacy-session.json.

            DIR/SHA256SUMS lists the checksum of every file. DIR/calls.jsonl has the metadata of each recording as in \
            the archive, with the archive's name and checksum. Both keep what earlier fetches wrote. A file that exists \
            with other content is replaced only with --force (otherwise 74).

            Before the first byte, the evidence log and the log of events note who fetches which call, and why (--reason, \
            --case). If this account cannot write to them, nothing is given out (77), unless audit.required is false. With \
            audit.require_reason, there has to be a --reason (64).

            A line says of each recording that gives no file why, and what to do: 75 if it is pending, failed or missing. A \
            call of which nothing was to be recorded, such as an abandoned one, gives no file and is no failure (0). The exit \
            code is 66 if neither the archive nor the provider knows a task ID.

            EXAMPLES
              callark fetch TASK_ID -o calls
              callark fetch TASK_ID -o calls --case 2026-017 \\
                --reason "complaint of the customer"
              cd calls && sha256sum -c SHA256SUMS
              # every call of one day
              callark list --day 2025-11-20 --json --calls \\
                | jq -r 'select(.type=="call").task_id' \\
                | callark fetch - -o day
            """
    )

    @OptionGroup var common: CommonOptions

    @Argument(help: ArgumentHelp("Task IDs; - reads them from standard input, one per line.", valueName: "task-id"))
    var taskIDs: [String]

    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: "The folder to write to; created if it is missing.",
        completion: .directory
    )
    var output = "."

    @Option(help: "Only this organization.", transform: OrganizationName.init(argument:))
    var org: OrganizationName?

    @Option(help: "Why, in your own words; it is kept in the evidence log.")
    var reason: String?

    @Option(name: .customLong("case"), help: "The name of the case that it is for; it is kept in the evidence log.")
    var matter: String?

    @Flag(help: "Replace files that exist with other content.")
    var force = false

    @Flag(
        help: """
            Keep what the provider has for these tasks even if its format is unknown, unless it is text. It counts as \
            suspect.
            """
    )
    var acceptUnknown = false

    func validate() throws {
        guard output != "-", !output.isEmpty else {
            throw ValidationError("--output names a folder: fetch writes files, and nothing to standard output")
        }
    }

    func run() async throws {
        let status = try await CommandLineRun.interruptibly { stop in try await fetch(stop) }
        throw ExitCode(status.rawValue)
    }

    private func fetch(_ stop: StopRequest) async throws -> ExitStatus {
        var installation = try Installation(common, needsSecrets: false)
        installation.acceptsUnknown = acceptUnknown
        if let org { _ = try installation.organizations(named: [org]) }
        try installation.requireReason(reason)
        // Who gets a call is noted by this process, even if a service archives it.
        try installation.root.requireOwnAccount()
        installation.warnOfNetworkFileSystem()
        let report = FetchReport(output: Output(json: common.json), folder: FetchFolder(path: folder))
        defer { report.flush() }
        let log = FetchLog(installation: installation, folder: folder, reason: reason, matter: matter)
        var missing: [TaskID] = []
        let tasks = try TaskID.requested(taskIDs)
        if let manifest = try await installation.manifestForReading() {
            let retrieval = Retrieval(root: installation.root, manifest: manifest)
            for task in tasks where !(try await copy(task, retrieval, installation, log, to: report)) {
                missing.append(task)
            }
            try await report.addMetadata(retrieval)
        } else {
            missing = tasks
        }
        if !missing.isEmpty {
            do {
                try await acquire(missing, installation, stop, log, to: report)
            } catch {
                try await report.end(with: error)
                return report.status
            }
        }
        try await report.end()
        await log.close()
        return report.status
    }

    /// The folder to write to, without trailing slashes.
    private var folder: String { output.withoutTrailingSlashes }

    /// - Returns: whether everything that is known of the task was held and written, or it was not to be recorded.
    private func copy(
        _ task: TaskID,
        _ retrieval: Retrieval,
        _ installation: Installation,
        _ log: FetchLog,
        to report: FetchReport
    ) async throws -> Bool {
        let calls = try await retrieval.calls(of: task, organization: org, at: installation.standpoint(of:))
        if !calls.isEmpty, calls.allSatisfy(\.isKnownToHaveNothing) {
            for absence in absences(of: calls, installation) { try report.absent(absence) }
            return true
        }
        let rows = try await retrieval.recordings(of: task, organization: org)
        guard !rows.isEmpty, rows.allSatisfy({ $0.held != nil }),
            calls.allSatisfy({ $0.gap == nil || $0.gap?.explanation != nil })
        else { return false }
        try await log.noteBeginning(rows)
        var failures: [RecordingRowID: FetchLog.Failure] = [:]
        for row in rows {
            let source = row.held?.isSealed == true ? "archive" : "spool"
            failures[row.row] = try await copy(row, retrieval, log, to: report, source: source)
        }
        await log.noteEnd(rows, failures: failures)
        for absence in absences(of: calls, installation) { try report.absent(absence) }
        try await copyLegacySessions(of: rows, retrieval, to: report)
        return true
    }

    private func absences(of calls: [CallRow], _ installation: Installation) -> [FetchAbsence] {
        calls.flatMap { $0.absences(in: installation.settings.archive.timeZone) }
    }

    private func copyLegacySessions(
        of rows: [RecordingRow],
        _ retrieval: Retrieval,
        to report: FetchReport
    ) async throws {
        guard let task = rows.first?.key.taskID else { return }
        do {
            for place in try await retrieval.legacySessions(of: rows) {
                try await report.wrote(place, at: try await retrieval.copy(place, into: folder))
            }
        } catch {
            try report.failed(task, error)
        }
    }

    /// - Returns: why the file was not written; `nil` if it was.
    private func copy(
        _ row: RecordingRow,
        _ retrieval: Retrieval,
        _ log: FetchLog,
        to report: FetchReport,
        source: String
    ) async throws -> FetchLog.Failure? {
        let file: Retrieval.File
        do {
            file = try await retrieval.copy(row, into: folder, force: force)
        } catch {
            let failure = await log.note(error, of: row)
            try report.failed(row.key.taskID, error)
            return failure
        }
        try report.wrote(file, source: source)
        return nil
    }

    private func acquire(
        _ tasks: [TaskID],
        _ installation: Installation,
        _ stop: StopRequest,
        _ log: FetchLog,
        to report: FetchReport
    ) async throws {
        if try await acquireByService(tasks, installation, stop, log, to: report) { return }
        let progress = PassProgress(output: Output(json: false))
        try await installation.withArchive(stop: stop, observer: progress.observe) { archive in
            let held = try await held(of: tasks, archive.retrieval)
            let reasons = try await Handover.acquire(tasks, organization: org, archive)
            try await write(tasks, held, archive.retrieval, becauseOf: reasons, installation, log, to: report)
        }
        progress.end()
    }

    /// Has a running service ask the provider, which archives what there is; the files are written here.
    /// - Returns: whether one runs.
    private func acquireByService(
        _ tasks: [TaskID],
        _ installation: Installation,
        _ stop: StopRequest,
        _ log: FetchLog,
        to report: FetchReport
    ) async throws -> Bool {
        func retrieval() async throws -> Retrieval? {
            let manifest = try await installation.manifestForReading()
            return manifest.map { Retrieval(root: installation.root, manifest: $0) }
        }
        let before = try await retrieval()
        let held = if let before { try await held(of: tasks, before) } else { [RecordingRowID: Bool]() }
        let order = HandoverOrder.Work.acquire(
            tasks: tasks.map(\.description),
            organization: org?.description,
            acceptsUnknown: acceptUnknown
        )
        guard let end = try await Handover.run(order, over: installation.root, stop) else { return false }
        if let error = end.error { throw CommandError(ExitStatus(rawValue: end.status) ?? .bug, error) }
        guard let after = try await retrieval() else { return true }
        let reasons = end.failures.compactMap(ExitStatus.init(rawValue:))
        try await write(tasks, held, after, becauseOf: reasons, installation, log, to: report)
        return true
    }

    /// Writes what the archive has of tasks that the provider was asked about.
    /// - Parameters:
    ///   - held: the recordings that were held before, and whether each was in a sealed archive.
    ///   - reasons: why organizations could not be asked.
    private func write(
        _ tasks: [TaskID],
        _ held: [RecordingRowID: Bool],
        _ retrieval: Retrieval,
        becauseOf reasons: [ExitStatus],
        _ installation: Installation,
        _ log: FetchLog,
        to report: FetchReport
    ) async throws {
        for task in tasks {
            let rows = try await retrieval.recordings(of: task, organization: org)
            let calls = try await retrieval.calls(
                of: task,
                organization: org,
                at: installation.standpoint(of:)
            )
            let absences = absences(of: calls, installation)
            if calls.isEmpty { try report.unknown(task, becauseOf: reasons) }
            if calls.isEmpty || !absences.isEmpty { report.note(reasons) }
            try await log.noteBeginning(rows)
            var unwritten: [RecordingRowID: FetchLog.Failure] = [:]
            for row in rows where row.held != nil {
                let source = held[row.row].map { $0 ? "archive" : "spool" } ?? "provider"
                unwritten[row.row] = try await copy(row, retrieval, log, to: report, source: source)
            }
            await log.noteEnd(rows, failures: unwritten)
            try await copyLegacySessions(of: rows, retrieval, to: report)
            for absence in absences { try report.absent(absence) }
        }
        try await report.addMetadata(retrieval)
    }

    /// The recordings of these tasks that are held before the provider is asked, and whether each is in a sealed
    /// archive.
    private func held(of tasks: [TaskID], _ retrieval: Retrieval) async throws -> [RecordingRowID: Bool] {
        var held: [RecordingRowID: Bool] = [:]
        for task in tasks {
            for row in try await retrieval.recordings(of: task, organization: org) {
                held[row.row] = row.held?.isSealed
            }
        }
        return held
    }
}
