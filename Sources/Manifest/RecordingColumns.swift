import GRDB
import Recordings

/// The columns in which a recording comes out of the manifest, and how they become values again.
enum RecordingColumns {
    /// Of `recording` with `keyJoins`.
    static let key = """
        recording.id AS recording_id, kind, is_segment, call_type.text AS call_type, start_time,
        coalesce(provider_word.text, provider_name) AS provider_name
        """

    static let keyJoins = """
        JOIN word AS call_type ON call_type.row = recording.call_type
        LEFT JOIN word AS provider_word
            ON typeof(provider_name) = 'integer' AND provider_word.row = provider_name
        """

    /// Of `recording` with `keyJoins` and `heldJoins`.
    static let held = """
        archive.row AS archive_row, archive.sequence, archive.digest IS NOT NULL AS is_archived, offset,
        recording.byte_count AS byte_count, recording.digest AS digest, codec, channels, sample_rate_hz,
        bits_per_sample, duration_ms, suspicion, received_time
        """

    /// Of `recording`: the sequence of the latest archive in which a recording was damaged that is not held.
    static let damagedIn = """
        CASE WHEN recording.archive IS NULL THEN (SELECT max(damaged.sequence) FROM displacement
            JOIN archive AS damaged ON damaged.row = displacement.archive
            WHERE displacement.task = recording.task AND displacement.ordinal = recording.ordinal) END AS damaged_in
        """

    static let heldJoins = """
        LEFT JOIN archive ON archive.row = recording.archive
        LEFT JOIN audio_format ON audio_format.row = recording.audio_format
        """
}

extension RecordingKey {
    init(_ row: Row, taskID: TaskID) throws {
        self.init(
            taskID: taskID,
            recordingID: try RecordingID(stored: row["recording_id"]),
            kind: try CaptureKind(stored: row["kind"]),
            isSegment: try row["is_segment"],
            callType: try row["call_type"],
            startTime: try (row["start_time"] as Int64?).map(Timestamp.init(stored:)),
            providerFileName: try row["provider_name"]
        )
    }
}

extension RecordingRow {
    init(
        _ row: Row,
        organization: OrganizationName,
        taskID: TaskID,
        task: Int64,
        day: ArchiveDay,
        call: KnownCall?
    ) throws {
        let key = try RecordingKey(row, taskID: taskID)
        let failure: String? = try row["failure"]
        let held = try Held(row, organization: organization, day: day)
        let isArchived: Bool = try row["is_archived"] ?? false
        self.init(
            row: RecordingRowID(task: task, ordinal: try row["ordinal"]),
            organization: organization,
            day: day,
            key: key,
            stopTime: try (row["stop_time"] as Int64?).map(Timestamp.init(stored:)),
            file: try FileName(stored: row["file"], key: key),
            state: held == nil ? (failure == nil ? .pending : .failed) : isArchived ? .archived : .stored,
            reason: try Self.reason(row, failure, organization: organization, day: day),
            failureCode: failure == nil ? nil : GapReason(stored: try row["failure_code"] as Int?),
            attempts: try row["attempts"],
            wantedTime: try (row["wanted_time"] as Int64?).map(Timestamp.init(stored:)),
            held: held,
            call: call
        )
    }
}

extension RecordingRow {
    private static func reason(
        _ row: Row,
        _ failure: String?,
        organization: OrganizationName,
        day: ArchiveDay
    ) throws -> String? {
        guard let sequence: Int = try row["damaged_in"] else { return failure }
        let damage = "damaged in \(try ArchiveName(organization: organization, day: day, stored: sequence))"
        return failure.map { "\(damage); \($0)" } ?? damage
    }
}

extension RecordingRow.Held {
    /// - Returns: `nil` where the recording is in no archive.
    init?(_ row: Row, organization: OrganizationName, day: ArchiveDay) throws {
        guard let sequence: Int = try row["sequence"] else { return nil }
        self.init(
            archive: try ArchiveName(organization: organization, day: day, stored: sequence),
            offset: try row.amount("offset"),
            byteCount: try row.amount("byte_count"),
            digest: try ContentDigest(stored: row["digest"]),
            audio: try AudioFormat(row),
            suspicion: try row["suspicion"],
            receivedTime: Timestamp(stored: try row["received_time"])
        )
    }
}

extension AudioFormat {
    /// - Returns: `nil` where the row has no audio format.
    fileprivate init?(_ row: Row) throws {
        guard let codec: String = try row["codec"] else { return nil }
        self.init(
            codec: codec,
            channels: try row["channels"],
            sampleRateHertz: try row["sample_rate_hz"],
            bitsPerSample: try row["bits_per_sample"],
            durationMilliseconds: try row.amount("duration_ms")
        )
    }
}
