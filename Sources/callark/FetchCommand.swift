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
            Recordings come out of the daily archives, by their offset; else out of the spool; else from the provider, \
            and then they are archived too. Every byte is held against its checksum on the way, and a file appears under \
            its name only when it is whole; of one that is damaged there is none, and the exit code is 65. Where a legacy session is attached to the task (`callark legacy enrich`), it is \
            written too, as DIR/<task id>/legacy-session.json.

            --accept-unknown is for recordings that were refused because nobody has taught Callark their format.

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
        help: "The folder to write to; it is made where it is missing.",
        completion: .directory
    )
    var output = "."

    @Option(help: "Only this organization.")
    var org: OrganizationName?

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
        let report = FetchReport(output: Output(json: common.json))
        defer { report.flush() }
        var missing: [TaskID] = []
        let tasks = try TaskID.requested(taskIDs)
        if let manifest = try await workplace.manifestForReading() {
            let retrieval = Retrieval(root: workplace.root, manifest: manifest)
            for task in tasks where !(try await copy(task, retrieval, workplace, to: report)) { missing.append(task) }
        } else {
            missing = tasks
        }
        if !missing.isEmpty {
            do {
                try await acquire(missing, workplace, stop, to: report)
            } catch {
                try report.end(with: error)
                return report.status
            }
        }
        try report.end()
        return report.status
    }

    /// - Returns: whether everything that is known of the task was held and written.
    private func copy(
        _ task: TaskID,
        _ retrieval: Retrieval,
        _ workplace: Workplace,
        to report: FetchReport
    ) async throws -> Bool {
        let rows = try await retrieval.recordings(of: task, organization: org)
        guard !rows.isEmpty, rows.allSatisfy({ $0.held != nil }),
            try await retrieval.missing(of: rows, at: workplace.standpoint(of:)).isEmpty
        else { return false }
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
                try report.wrote(place, at: try await retrieval.copy(place, into: output))
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
            try report.wrote(try await retrieval.copy(row, into: output), source: source)
        } catch {
            try report.failed(row.key.taskID, error)
        }
    }

    private func acquire(
        _ tasks: [TaskID],
        _ workplace: Workplace,
        _ stop: StopRequest,
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
                if rows.isEmpty { try report.missing(task, becauseOf: reasons) }
                if rows.contains(where: { $0.held == nil }) { report.note(reasons) }
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

/// What `fetch` tells as it goes.
private final class FetchReport {
    private let output: Output
    private var files = 0
    private var legacySessions = 0
    private var bytes: Int64 = 0
    private var statuses: [ExitStatus] = []

    init(output: Output) {
        self.output = output
    }

    var status: ExitStatus { ExitStatus.worst(statuses) }

    func wrote(_ file: Retrieval.File, source: String) throws {
        files += 1
        bytes += file.row.held?.byteCount ?? 0
        try output.json(
            FileLine(
                organization: file.row.organization.description,
                taskID: file.row.key.taskID,
                recordingID: file.row.key.recordingID,
                path: file.path,
                bytes: file.row.held?.byteCount ?? 0,
                sha256: file.row.held?.digest,
                source: source
            )
        )
        output.text(file.path)
    }

    func wrote(_ place: LegacySessionFile.Place, at path: String) throws {
        legacySessions += 1
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

    /// A task of which nothing is known. Where a provider could not be asked, that is why, and not that there is nothing.
    func missing(_ task: TaskID, becauseOf failures: [ExitStatus]) throws {
        let text =
            failures.isEmpty
            ? "task \(task): neither the archive nor the provider has a recording of it"
            : "task \(task): not in the archive, and the provider could not be asked"
        statuses += failures
        try failed(task, ArchiverError(.notFound, text))
    }

    /// Why what is known was not received.
    func note(_ failures: [ExitStatus]) { statuses += failures }

    func end() throws {
        try output.json(
            Summary(files: files, bytes: bytes, legacySessions: legacySessions, complete: statuses.isEmpty)
        )
    }

    /// Something kept the rest from being asked for at all.
    func end(with error: any Error) throws {
        statuses.append(ExitStatus(error))
        Complaint.error("\(error)")
        try end()
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

        enum CodingKeys: String, CodingKey {
            case type, organization, path, bytes, sha256, source
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
        var files: Int
        var bytes: Int64
        var legacySessions: Int
        var complete: Bool

        enum CodingKeys: String, CodingKey {
            case type, files, bytes, complete
            case legacySessions = "legacy_sessions"
        }
    }
}
