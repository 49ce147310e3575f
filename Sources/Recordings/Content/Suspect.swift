/// A recording that is held although it looks incomplete or unusual: for example, its header promises more sound than
/// it has. It is checked again until the horizon, and counts as suspect until complete bytes arrive.
package struct Suspect: Hashable, Sendable, Codable {
    package var taskID: TaskID
    package var recordingID: RecordingID
    /// The name in the task's folder.
    package var file: FileName
    /// Why the recording is suspect.
    package var reason: String
    /// A person's acknowledgement; `nil` if there is none.
    package var acknowledgement: Acknowledgement?

    package init(
        taskID: TaskID,
        recordingID: RecordingID,
        file: FileName,
        reason: String,
        acknowledgement: Acknowledgement? = nil
    ) {
        self.taskID = taskID
        self.recordingID = recordingID
        self.file = file
        self.reason = reason
        self.acknowledgement = acknowledgement
    }

    enum CodingKeys: String, CodingKey {
        case file, reason, acknowledgement
        case taskID = "task_id"
        case recordingID = "recording_id"
    }
}

/// A person's statement that a suspect recording is known, and why it may stay as it is.
package struct Acknowledgement: Hashable, Sendable, Codable {
    /// In the person's words; never empty.
    package var note: String
    /// Who said it: the name of an account, or its number.
    package var author: String
    /// The account's number.
    package var authorUID: UInt32
    package var time: Timestamp

    package init(note: String, author: String, authorUID: UInt32, time: Timestamp) {
        self.note = note
        self.author = author
        self.authorUID = authorUID
        self.time = time
    }

    enum CodingKeys: String, CodingKey {
        case note, author, time
        case authorUID = "author_uid"
    }
}

extension FileName: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let name = FileName(exactly: try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a safe file name")
        }
        self = name
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension RecordingKey {
    private static let digestMark = ".sha256-"

    /// The identity of the version of this recording that has these bytes: the provider's ID, followed by `.sha256-`
    /// and the first 16 digits of the digest.
    package func versioned(_ digest: ContentDigest) -> RecordingKey {
        var key = self
        let mark = Self.digestMark + digest.description.prefix(16)
        key.recordingID = RecordingID(recordingID.description + mark) ?? recordingID
        return key
    }

    /// The recording that this is a version of, by its bytes; `nil` if it is not such a version.
    package var withoutDigest: RecordingKey? {
        let text = recordingID.description.utf8
        let mark = Self.digestMark.utf8
        let name = text.dropLast(mark.count + 16)
        guard !name.isEmpty, text.dropFirst(name.count).starts(with: mark),
            let id = String(name).flatMap({ RecordingID($0) })
        else { return nil }
        var key = self
        key.recordingID = id
        return key
    }
}
