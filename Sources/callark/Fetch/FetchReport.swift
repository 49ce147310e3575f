import Reports
import Archiver
import DailyArchive
import Manifest
import Recordings

/// The progress and results of `fetch`.
final class FetchReport {
    private let output: Output
    private var folder: FetchFolder
    private var files = 0
    private var calls: Set<TaskID> = []
    private var replaced = 0
    private var legacySessions = 0
    private var bytes: Int64 = 0
    private var statuses: [ExitStatus] = []
    /// Recordings whose metadata is still to be written.
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
        Diagnostics.error("\(error)")
        try output.json(ErrorLine(taskID: task, reason: "\(error)"))
    }

    /// Reports a part of a call that has no file.
    func absent(_ absence: FetchAbsence) throws {
        try output.json(AbsenceLine(absence))
        guard let status = absence.status else { return output.text(absence.text) }
        statuses.append(status)
        Diagnostics.error(absence.text)
    }

    /// Reports a task that is not known. If a provider could not be asked, that is the reason.
    func unknown(_ task: TaskID, becauseOf failures: [ExitStatus]) throws {
        if !failures.isEmpty {
            let text = "task \(task): not in the archive, and the provider could not be asked"
            try failed(task, ArchiverError(.notFound, text))
        } else {
            let error = CommandError.unknown("task", [task.description], "neither the archive nor the provider has it")
            try failed(task, error)
        }
    }

    /// Adds the metadata of everything written since the last call.
    func addMetadata(_ retrieval: Retrieval) async throws {
        let lines = try await retrieval.metadata(of: rows) { name, count, error in
            Diagnostics.warning(
                "calls.jsonl has what the manifest knows of \(Readable.count(count, "recording")) in \(name), and not what "
                    + "the provider said: \(error)"
            )
        }
        for line in lines { folder.add(metadata: line) }
        rows = []
    }

    /// Adds the reasons why known recordings were not received.
    func note(_ failures: [ExitStatus]) { statuses += failures }

    func end() async throws {
        do {
            try await folder.write()
        } catch {
            statuses.append(ExitStatus(error))
            Diagnostics.error(error)
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

    /// Reports an error that kept the rest from being asked for.
    func end(with error: any Error) async throws {
        statuses.append(ExitStatus(error))
        Diagnostics.error(error)
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
        /// Whether it replaced a file with other bytes.
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

    /// `{"type":"absent", …}` if nothing needs to be done; `{"type":"error", …}` if something does.
    private struct AbsenceLine: Encodable {
        var type: String
        var taskID: TaskID
        var recordingID: RecordingID?
        var state: String
        var reason: String

        init(_ absence: FetchAbsence) {
            type = absence.status == nil ? "absent" : "error"
            taskID = absence.taskID
            recordingID = absence.recordingID
            state = absence.state
            reason = absence.text
        }

        enum CodingKeys: String, CodingKey {
            case type, state, reason
            case taskID = "task_id"
            case recordingID = "recording_id"
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
        /// Files that replaced others.
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
