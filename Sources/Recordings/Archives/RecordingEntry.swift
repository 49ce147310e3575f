/// Everything that is known about a recording whose bytes are kept: one line of a daily archive's
/// `metadata/recordings.jsonl`. `rebuild` makes the manifest from these lines.
package struct RecordingEntry: Hashable, Sendable {
    package var key: RecordingKey
    package var organization: OrganizationName
    package var organizationID: OrganizationID
    package var day: ArchiveDay
    package var stopTime: Timestamp?
    /// The name in the task's folder.
    package var file: FileName
    /// The offset of the first byte in the tar, from 0.
    package var offset: Int64
    /// The bytes as they are in the tar: what `verify` and every reader compare.
    package var stored: ByteIdentity
    /// The recording's own bytes. They are what is stored, unless the archive keeps them in another form.
    package var original: ByteIdentity
    /// `nil` if it is not audio, or its format is unknown.
    package var audio: AudioFormat?
    /// Why the recording is suspect; `nil` if it is not.
    package var suspicion: String?
    /// How many downloads were started for it.
    package var attempts: Int
    package var receivedTime: Timestamp
    /// The task as the provider listed it; `nil` if it was never listed, only asked for by its ID.
    package var taskJSON: ProviderJSON?
    /// The recording as `captures/query` described it.
    package var captureJSON: ProviderJSON
    /// The task as the provider's Search shows it; `nil` if it was not asked, or said nothing, before this.
    package var searchJSON: ProviderJSON?
    /// The archive that held the recording before and whose copy was damaged; `nil` for a recording that was never held
    /// before.
    package var replaces: ArchiveName?
    /// The path inside the bag of the suspect recording that this is a later version of; `nil` for any other recording.
    package var supersedes: String?
    /// What the media host sent, if that had to be decoded to become the recording; `nil` if it sent the bytes that are
    /// kept.
    package var sent: SentForm?
    /// What keeps a hash of the line from being guessed. It is drawn once, when the line is written first; `nil` until then,
    /// and in archives from before there were salts.
    package var salt: Salt?

    /// A recording as it was sent.
    package struct SentForm: Hashable, Sendable {
        /// The `Content-Encoding`, in lower case.
        package var contentEncoding: String
        package var byteCount: Int64
        package var digest: ContentDigest

        package init(contentEncoding: String, byteCount: Int64, digest: ContentDigest) {
            self.contentEncoding = contentEncoding
            self.byteCount = byteCount
            self.digest = digest
        }
    }

    /// - Parameter original: `nil` if it is what is stored.
    package init(
        key: RecordingKey,
        organization: OrganizationName,
        organizationID: OrganizationID,
        day: ArchiveDay,
        stopTime: Timestamp?,
        file: FileName,
        offset: Int64,
        stored: ByteIdentity,
        original: ByteIdentity? = nil,
        audio: AudioFormat?,
        suspicion: String?,
        attempts: Int,
        receivedTime: Timestamp,
        taskJSON: ProviderJSON?,
        captureJSON: ProviderJSON,
        searchJSON: ProviderJSON? = nil,
        replaces: ArchiveName? = nil,
        supersedes: String? = nil,
        sent: SentForm? = nil,
        salt: Salt? = nil
    ) {
        self.key = key
        self.organization = organization
        self.organizationID = organizationID
        self.day = day
        self.stopTime = stopTime
        self.file = file
        self.offset = offset
        self.stored = stored
        self.original = original ?? stored
        self.audio = audio
        self.suspicion = suspicion
        self.attempts = attempts
        self.receivedTime = receivedTime
        self.taskJSON = taskJSON
        self.captureJSON = captureJSON
        self.searchJSON = searchJSON
        self.replaces = replaces
        self.supersedes = supersedes
        self.sent = sent
        self.salt = salt
    }

    /// The member's path inside the bag.
    package var payloadPath: String { PayloadPath.of(key.taskID, file) }
}

/// What the archive keeps of a task, whether or not it has recordings: one line of `metadata/tasks.jsonl`.
package struct TaskEntry: Hashable, Sendable {
    package var id: TaskID
    package var day: ArchiveDay
    package var createdTime: Timestamp
    package var channelType: String
    package var status: TaskStatus
    package var captureRequest: CaptureRequest
    /// The task as the provider listed it; `nil` if it was never listed, only asked for by its ID, or if only the data
    /// of Search is new.
    package var json: ProviderJSON?
    /// The task as the provider's Search shows it; `nil` if it was not asked, or said nothing.
    package var searchJSON: ProviderJSON?
    /// Another source of the provider that says that the call was recorded, although the task list says that it was
    /// not. This counts whatever later listings say.
    package var sightedBy: String?

    package init(
        id: TaskID,
        day: ArchiveDay,
        createdTime: Timestamp,
        channelType: String,
        status: TaskStatus,
        captureRequest: CaptureRequest,
        json: ProviderJSON?,
        searchJSON: ProviderJSON? = nil,
        sightedBy: String? = nil
    ) {
        self.id = id
        self.day = day
        self.createdTime = createdTime
        self.channelType = channelType
        self.status = status
        self.captureRequest = captureRequest
        self.json = json
        self.searchJSON = searchJSON
        self.sightedBy = sightedBy
    }
}
