import DailyArchive
import Manifest
import Recordings

/// `{"type":"recording", …}` of the interface. Every field is there in every line; what is not known is `null`.
struct RecordingLine: Encodable {
    private let row: RecordingRow
    private let archivePath: String?

    /// - Parameter root: the recording's archive is told by its path, open or sealed.
    init(_ row: RecordingRow, root: ArchiveRoot) {
        self.row = row
        archivePath = row.held.map {
            row.state == .archived ? root.archivePath($0.archive) : root.openArchivePath($0.archive)
        }
    }

    enum CodingKeys: String, CodingKey {
        case type, organization, day, segment, state, bytes, sha256, archive, offset, attempts, reason, kind, file,
            audio
        case taskID = "task_id"
        case recordingID = "recording_id"
        case callType = "call_type"
        case startTime = "start_time"
        case suspicion = "suspect"
        case reasonCode = "reason_code"
        case agent, queue, site, team, origin, destination, direction, termination
        case agentID = "agent_id"
        case queueID = "queue_id"
        case siteID = "site_id"
        case teamID = "team_id"
        case durationMilliseconds = "duration_ms"
        case wrapUp = "wrap_up"
        case callSource = "call_source"
    }

    func encode(to encoder: any Encoder) throws {
        var line = encoder.container(keyedBy: CodingKeys.self)
        try line.encode("recording", forKey: .type)
        try line.encode(row.key.taskID, forKey: .taskID)
        try line.encode(row.key.recordingID, forKey: .recordingID)
        try line.encode(row.organization.description, forKey: .organization)
        try line.encode(row.day, forKey: .day)
        try line.encode(row.key.kind, forKey: .kind)
        try line.encode(row.key.callType, forKey: .callType)
        try line.encode(row.key.isSegment, forKey: .segment)
        try line.encode(row.key.startTime?.description, forKey: .startTime)
        try line.encode(row.state, forKey: .state)
        try line.encode(row.held?.byteCount, forKey: .bytes)
        try line.encode(row.held?.digest, forKey: .sha256)
        try line.encode(archivePath, forKey: .archive)
        try line.encode(row.held?.offset, forKey: .offset)
        try line.encode(row.file.description, forKey: .file)
        try line.encode(row.attempts, forKey: .attempts)
        try line.encode(row.reason, forKey: .reason)
        try line.encode(row.failureCode, forKey: .reasonCode)
        try line.encode(row.held?.suspicion, forKey: .suspicion)
        try line.encode(row.held?.audio, forKey: .audio)
        try encodeCall(to: &line)
    }

    /// What is known of the call, and who says so: of Search's and of the listing's duration, say, only the former is
    /// exact.
    private func encodeCall(to line: inout KeyedEncodingContainer<CodingKeys>) throws {
        let call = row.call?.facts
        for (party, name, id) in [
            (call?.agent, CodingKeys.agent, CodingKeys.agentID), (call?.queue, .queue, .queueID),
            (call?.site, .site, .siteID), (call?.team, .team, .teamID),
        ] {
            try line.encode(party?.name, forKey: name)
            try line.encode(party?.id, forKey: id)
        }
        try line.encode(call?.origin, forKey: .origin)
        try line.encode(call?.destination, forKey: .destination)
        try line.encode(call?.direction, forKey: .direction)
        try line.encode(call?.durationMilliseconds, forKey: .durationMilliseconds)
        try line.encode(call?.wrapUp, forKey: .wrapUp)
        try line.encode(call?.termination, forKey: .termination)
        try line.encode(row.call.map { $0.isSearched ? "search" : "task" }, forKey: .callSource)
    }
}

/// `{"type":"legacy_session", …}`: where a task's legacy session is.
struct LegacySessionLine: Encodable {
    let type = "legacy_session"
    private let organization: String
    private let day: ArchiveDay
    private let taskID: TaskID
    private let file: String
    private let line: Int
    private let answeredTime: String

    init(_ place: LegacySessionFile.Place) {
        organization = place.session.organization.description
        day = place.session.day
        taskID = place.session.taskID
        file = place.path
        line = place.line
        answeredTime = place.session.answeredTime.description
    }

    enum CodingKeys: String, CodingKey {
        case type, organization, day, file, line
        case taskID = "task_id"
        case answeredTime = "answered_time"
    }
}
