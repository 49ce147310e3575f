import Archiver
import ArgumentParser
import DailyArchive
import Manifest
import Recordings
import Settings

struct FetchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fetch",
        abstract: "Write the recordings of calls, by their task IDs, to DIR/<task id>/<file>.",
        discussion: """
            Recordings come from the daily archives, else from the spool, else from the provider, and then they are archived \
            too. Every byte is compared with its checksum on the way, and a file appears only when it is whole; a damaged \
            recording gives no file, and the exit code is 65. A legacy session that is attached to the task \
            (`callark legacy enrich`) is written as DIR/<task id>/legacy-session.json.

            DIR/SHA256SUMS lists the checksum of every file: check them with `sha256sum -c SHA256SUMS`. DIR/calls.jsonl has \
            the metadata of each recording, byte for byte as in the archive. Both keep what earlier fetches wrote. A file \
            that exists with other bytes is not replaced (74) unless you give --force. Who fetched which call is in \
            `callark events`.

            The exit code is 66 if neither the archive nor the provider knows a task ID.

            EXAMPLES
              callark fetch 93912f11-6017-404b-bf14-5331890b1797 -o calls
              callark list --day 2025-11-20 --json | jq -r 'select(.type=="recording").task_id' | callark fetch - -o day
            """
    )

    @OptionGroup var common: CommonOptions

    @Argument(help: ArgumentHelp("Task IDs; - reads them from standard input, one a line.", valueName: "task-id"))
    var taskIDs: [String]

    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: "The folder to write to; it is created if it is missing.",
        completion: .directory
    )
    var output = "."

    @Option(help: "Only this organization.")
    var org: OrganizationName?

    @Flag(help: "Replace files that exist with other bytes.")
    var force = false

    @Flag(
        help: """
            Keep what the provider has of these tasks even if it is in no format that is known, as long as it is not text. \
            It counts as suspect.
            """
    )
    var acceptUnknown = false

    func validate() throws {
        guard output != "-", !output.isEmpty else {
            throw ValidationError("--output names a folder: fetch writes files, and none to standard output")
        }
    }

    func run() async throws {
        let status = try await CommandLineRun.interruptibly { stop in try await fetch(stop) }
        throw ExitCode(status.rawValue)
    }

    private func fetch(_ stop: StopRequest) async throws -> ExitStatus {
        var workplace = try Workplace(common, needsSecrets: false)
        workplace.acceptsUnknown = acceptUnknown
        if let org { _ = try workplace.organizations(named: [org]) }
        workplace.warnOfNetworkFileSystem()
        let report = FetchReport(output: Output(json: common.json), folder: FetchFolder(path: folder))
        defer { report.flush() }
        let log = FetchLog(workplace: workplace)
        var missing: [TaskID] = []
        let tasks = try TaskID.requested(taskIDs)
        if let manifest = try await workplace.manifestForReading() {
            let retrieval = Retrieval(root: workplace.root, manifest: manifest)
            for task in tasks where !(try await copy(task, retrieval, workplace, log, to: report)) {
                missing.append(task)
            }
            await report.addMetadata(retrieval)
        } else {
            missing = tasks
        }
        if !missing.isEmpty {
            do {
                try await acquire(missing, workplace, stop, log, to: report)
            } catch {
                try await report.end(with: error)
                return report.status
            }
        }
        try await report.end()
        return report.status
    }

    /// The folder to write to, without slashes at its end.
    private var folder: String {
        var folder = output
        while folder.count > 1, folder.hasSuffix("/") { folder.removeLast() }
        return folder
    }

    /// - Returns: whether everything that is known of the task was held and written.
    private func copy(
        _ task: TaskID,
        _ retrieval: Retrieval,
        _ workplace: Workplace,
        _ log: FetchLog,
        to report: FetchReport
    ) async throws -> Bool {
        let rows = try await retrieval.recordings(of: task, organization: org)
        guard !rows.isEmpty, rows.allSatisfy({ $0.held != nil }),
            try await retrieval.missing(of: rows, at: workplace.standpoint(of:)).isEmpty
        else { return false }
        await log.note(rows)
        for row in rows {
            try await copy(row, retrieval, to: report, source: row.held?.isSealed == true ? "archive" : "spool")
        }
        try await copyLegacySessions(of: rows, retrieval, to: report)
        return true
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

    private func copy(
        _ row: RecordingRow,
        _ retrieval: Retrieval,
        to report: FetchReport,
        source: String
    ) async throws {
        do {
            try report.wrote(try await retrieval.copy(row, into: folder, force: force), source: source)
        } catch {
            try report.failed(row.key.taskID, error)
        }
    }

    private func acquire(
        _ tasks: [TaskID],
        _ workplace: Workplace,
        _ stop: StopRequest,
        _ log: FetchLog,
        to report: FetchReport
    ) async throws {
        let progress = PassProgress(output: Output(json: false))
        try await workplace.withArchive(stop: stop, observer: progress.observe) { archive in
            let held = try await held(of: tasks, archive.retrieval)
            let failures = try await archive.acquire(tasks, organization: org)
            for (name, error) in failures.sorted(by: { $0.key < $1.key }) {
                Complaint.error("\(name): \(error)")
            }
            for task in tasks {
                let rows = try await archive.retrieval.recordings(of: task, organization: org)
                let reasons = failures.values.map(ExitStatus.init)
                if rows.isEmpty {
                    let known = try await archive.retrieval.tasks(task, organization: org)
                    try report.missing(task, known: known.first, becauseOf: reasons)
                }
                if rows.contains(where: { $0.held == nil }) { report.note(reasons) }
                if rows.contains(where: { $0.held != nil }) { await log.note(rows) }
                for row in rows {
                    let source = held[row.row].map { $0 ? "archive" : "spool" } ?? "provider"
                    try await copy(row, archive.retrieval, to: report, source: source)
                }
                try await copyLegacySessions(of: rows, archive.retrieval, to: report)
                for gap in try await archive.retrieval.missing(of: rows, at: workplace.standpoint(of:)) {
                    let what = "the provider lists more of task \(task) than can be had"
                    let reason = gap.detail.map { " (\($0))" } ?? ""
                    let advice = "explain it, or try again later"
                    try report.failed(task, ArchiverError(.notAvailable, "\(what)\(reason); \(advice)"))
                }
            }
            await report.addMetadata(archive.retrieval)
        }
        progress.end()
    }

    /// The recordings of these tasks that are held before the provider is asked, and whether in a sealed archive.
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

/// Who fetched which call, in the log of events: noted before the first byte of a call is written.
private actor FetchLog {
    private let workplace: Workplace
    private var manifest: Manifest?
    private var isOutOfReach = false

    init(workplace: Workplace) {
        self.workplace = workplace
    }

    /// Notes that the recordings of one task are given out. From an archive that nobody can write to any more, such as a
    /// disk that was mounted to be read only, calls can be fetched all the same, and a warning says that it is not noted.
    func note(_ rows: [RecordingRow]) async {
        guard !isOutOfReach else { return }
        do {
            if manifest == nil { manifest = try await workplace.manifestForWriting() }
            for (organization, rows) in Dictionary(grouping: rows.filter { $0.held != nil }, by: \.organization) {
                let event = Event(
                    time: workplace.now,
                    kind: .callFetched,
                    organization: organization,
                    task: rows.first?.key.taskID,
                    detail: ["recordings": "\(rows.count)"],
                    by: Operator.current
                )
                try await manifest?.appendEvent(event)
            }
        } catch {
            isOutOfReach = true
            Complaint.warning("the log of events does not say who fetches these calls: \(error)")
        }
    }
}

/// What `fetch` reports as it goes.
private final class FetchReport {
    private let output: Output
    private var folder: FetchFolder
    private var files = 0
    private var calls: Set<TaskID> = []
    private var replaced = 0
    private var legacySessions = 0
    private var bytes: Int64 = 0
    private var statuses: [ExitStatus] = []
    /// Recordings whose metadata is to be written beside them.
    private var rows: [RecordingRow] = []

    init(output: Output, folder: FetchFolder) {
        self.output = output
        self.folder = folder
    }

    var status: ExitStatus { ExitStatus.worst(statuses) }

    func wrote(_ file: Retrieval.File, source: String) throws {
        files += 1
        bytes += file.row.held?.byteCount ?? 0
        calls.insert(file.row.key.taskID)
        rows.append(file.row)
        if file.isReplacement { replaced += 1 }
        if let digest = file.row.held?.digest { folder.add(file.path, digest) }
        try output.json(
            FileLine(
                organization: file.row.organization.description,
                taskID: file.row.key.taskID,
                recordingID: file.row.key.recordingID,
                path: file.path,
                bytes: file.row.held?.byteCount ?? 0,
                sha256: file.row.held?.digest,
                source: source,
                replaced: file.isReplacement
            )
        )
        output.text(file.path + (file.isReplacement ? " (replaced)" : ""))
    }

    func wrote(_ place: LegacySessionFile.Place, at path: String) async throws {
        legacySessions += 1
        if let digest = try await ArchiveReader.digest(ofFile: path) { folder.add(path, digest) }
        try output.json(
            LegacySessionFileLine(
                organization: place.session.organization.description,
                taskID: place.session.taskID,
                path: path,
                answeredTime: place.session.answeredTime.description
            )
        )
        output.text(path)
    }

    func failed(_ task: TaskID, _ error: any Error) throws {
        statuses.append(ExitStatus(error))
        Complaint.error("\(error)")
        try output.json(ErrorLine(taskID: task, reason: "\(error)"))
    }

    /// A task without a recording. If a provider could not be asked, that is why, and not that there is none.
    func missing(_ task: TaskID, known: TaskRow?, becauseOf failures: [ExitStatus]) throws {
        statuses += failures
        if !failures.isEmpty {
            let text = "task \(task): not in the archive, and the provider could not be asked"
            try failed(task, ArchiverError(.notFound, text))
        } else if let known {
            let text = "task \(task) of \(known.day) has no recording; `callark gaps show \(task)` says why"
            try failed(task, ArchiverError(.notFound, text))
        } else {
            let text = "task \(task) is not known: neither the archive nor the provider has it"
            try failed(task, CommandError(.unknown, text))
        }
    }

    /// Adds the metadata of what was written since the last time.
    func addMetadata(_ retrieval: Retrieval) async {
        let lines = await retrieval.metadata(of: rows) { name, error in
            Complaint.warning("calls.jsonl lacks the metadata of recordings in \(name): \(error)")
        }
        for line in lines { folder.add(metadata: line) }
        rows = []
    }

    /// Why what is known was not received.
    func note(_ failures: [ExitStatus]) { statuses += failures }

    func end() async throws {
        do {
            try await folder.write()
        } catch {
            statuses.append(ExitStatus(error))
            Complaint.error(error)
        }
        try output.json(
            Summary(
                calls: calls.count,
                files: files,
                bytes: bytes,
                legacySessions: legacySessions,
                replaced: replaced,
                checksums: folder.isEmpty ? nil : folder.checksumsPath,
                metadata: folder.isEmpty ? nil : folder.metadataPath,
                complete: statuses.isEmpty
            )
        )
        let what = [Readable.count(calls.count, "call"), Readable.count(files, "recording"), Readable.bytes(bytes)]
        output.text(
            what.joined(separator: ", ") + " in \(folder.path)" + (replaced > 0 ? ", \(replaced) replaced" : "")
                + (statuses.isEmpty ? "" : "; not complete")
        )
        if !folder.isEmpty { output.text("check them: cd \(folder.path) && sha256sum -c SHA256SUMS") }
    }

    /// Something kept the rest from being asked for at all.
    func end(with error: any Error) async throws {
        statuses.append(ExitStatus(error))
        Complaint.error(error)
        try await end()
    }

    func flush() { output.flush() }

    private struct FileLine: Encodable {
        let type = "file"
        var organization: String
        var taskID: TaskID
        var recordingID: RecordingID
        var path: String
        var bytes: Int64
        var sha256: ContentDigest?
        var source: String
        /// Whether it took the place of a file with other bytes.
        var replaced: Bool

        enum CodingKeys: String, CodingKey {
            case type, organization, path, bytes, sha256, source, replaced
            case taskID = "task_id"
            case recordingID = "recording_id"
        }
    }

    private struct LegacySessionFileLine: Encodable {
        let type = "legacy_session"
        var organization: String
        var taskID: TaskID
        var path: String
        var answeredTime: String

        enum CodingKeys: String, CodingKey {
            case type, organization, path
            case taskID = "task_id"
            case answeredTime = "answered_time"
        }
    }

    private struct ErrorLine: Encodable {
        let type = "error"
        var taskID: TaskID
        var reason: String

        enum CodingKeys: String, CodingKey {
            case type, reason
            case taskID = "task_id"
        }
    }

    private struct Summary: Encodable {
        let type = "summary"
        var calls: Int
        var files: Int
        var bytes: Int64
        var legacySessions: Int
        /// Files that took the place of others.
        var replaced: Int
        var checksums: String?
        var metadata: String?
        var complete: Bool

        enum CodingKeys: String, CodingKey {
            case type, calls, files, bytes, replaced, checksums, metadata, complete
            case legacySessions = "legacy_sessions"
        }
    }
}
