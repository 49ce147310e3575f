import GRDB
import Recordings

/// The columns in which the manifest stores a recording, and how they become values again.
enum RecordingColumns {
    /// For `recording` with `keyJoins`.
    static let key = """
        recording.id AS recording_id, kind, is_segment, call_type.text AS call_type, start_time,
        coalesce(provider_word.text, provider_name) AS provider_name
        """

    /// A reference to a row that does not exist gives NULL, which is noticed when it is read. An inner join would leave
    /// out the recording.
    static let keyJoins = """
        LEFT JOIN word AS call_type ON call_type.row = recording.call_type
        LEFT JOIN word AS provider_word
            ON typeof(provider_name) = 'integer' AND provider_word.row = provider_name
        """

    /// For `recording` with `keyJoins` and `heldJoins`.
    static let held = """
        recording.archive AS archive_row, archive.sequence, archive.digest IS NOT NULL AS is_sealed,
        \(VaultRule.isInVault("recording.archive")) AS is_in_vault,
        \(VaultRule.isEvicted("recording.archive")) AS is_evicted,
        \(VaultRule.isWaiting("recording.archive")) AS is_waiting, offset,
        recording.byte_count AS byte_count, recording.digest AS digest, codec, channels, sample_rate_hz,
        bits_per_sample, duration_ms, suspicion, received_time
        """

    /// For `recording` with `KnownDamage.join`: what is known about its damage.
    static let damage = """
        damage.task IS NOT NULL AS is_damaged, damage.reason AS damage_reason, damage.found_time AS damage_found_time,
        (SELECT coalesce(damaged.sequence, 0) FROM archive AS damaged WHERE damaged.row = damage.archive) AS damaged_in
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
            startTime: try (row["start_time"] as Int64?).map(Timestamp.init(verbatim:)),
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
        call: KnownCall?,
        altered: AlteredArchives
    ) throws {
        let key = try RecordingKey(row, taskID: taskID)
        let failure: String? = try row["failure"]
        let held = try Held(row, organization: organization, day: day, altered)
        let damage = try KnownRecordingDamage(row, organization: organization, day: day, altered)
        self.init(
            row: RecordingRowID(task: task, ordinal: try row["ordinal"]),
            organization: organization,
            day: day,
            key: key,
            stopTime: try (row["stop_time"] as Int64?).map(Timestamp.init(verbatim:)),
            file: try FileName(stored: row["file"], key: key),
            state: damage != nil ? .damaged : held?.state ?? (failure == nil ? .pending : .failed),
            reason: damage?.reason(held, failure) ?? failure,
            failureCode: Self.code(failure, try row["failure_code"], isDamaged: damage != nil),
            attempts: try row["attempts"],
            wantedTime: try row["wanted_time"],
            held: held,
            call: call
        )
    }
}

extension RecordingRow {
    private static func code(_ failure: String?, _ stored: Int?, isDamaged: Bool) -> GapReason? {
        guard failure != nil else { return isDamaged ? .damaged : nil }
        return GapReason(stored: stored, wasHeld: isDamaged)
    }
}

/// What is known about a damaged recording.
private struct KnownRecordingDamage {
    /// `nil` if that archive is not known any more.
    private var archive: ArchiveName?
    private var found: String

    /// - Returns: `nil` for a recording that is not known to be damaged.
    init?(_ row: Row, organization: OrganizationName, day: ArchiveDay, _ altered: AlteredArchives) throws {
        if let held: Int64 = try row["archive_row"], let gone = altered[held] {
            archive = gone.name
            found = gone.reason
            return
        }
        guard try row["is_damaged"] else { return nil }
        archive = try (row["damaged_in"] as Int?).map {
            try ArchiveName(organization: organization, day: day, stored: $0)
        }
        found = try row["damage_reason"]
    }

    /// - Parameter failure: why it could not be fetched again.
    func reason(_ held: RecordingRow.Held?, _ failure: String?) -> String {
        let place = archive.map { "damaged in \($0)" } ?? "damaged"
        return held != nil ? "\(place): \(found)" : failure.map { "\(place); \($0)" } ?? place
    }
}

extension RecordingRow.Held {
    /// The state of a recording that is held there and intact.
    fileprivate var state: RecordingState { isSealed && !isWaitingForVault ? .archived : .stored }
}

extension RecordingRow.Held {
    /// - Returns: `nil` if the recording is in no archive.
    init?(_ row: Row, organization: OrganizationName, day: ArchiveDay, _ altered: AlteredArchives) throws {
        guard let archive: Int64 = try row["archive_row"] else { return nil }
        let isEvicted: Bool = try row["is_evicted"]
        self.init(
            archive: try ArchiveName(organization: organization, day: day, stored: try row["sequence"]),
            isSealed: try row["is_sealed"],
            isWaitingForVault: try row["is_waiting"],
            copies: ArchiveCopies(
                isOnDisk: !isEvicted && altered[archive] == nil,
                isInVault: try row["is_in_vault"]
            ),
            offset: try row.amount("offset"),
            byteCount: try row.amount("byte_count"),
            digest: try ContentDigest(stored: row["digest"]),
            audio: try AudioFormat(row),
            suspicion: try row["suspicion"],
            receivedTime: try row["received_time"]
        )
    }
}

extension AudioFormat {
    /// - Returns: `nil` if the row has no audio format.
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
