import Recordings

/// A contact as Search's `taskDetails` knows it (wxcc-api 11.1): the fields by which an investigator finds it.
/// Everything except its identifier may be missing.
package struct SearchTask: Sendable, Hashable {
    /// The same as in the task list.
    package var id: TaskID
    /// In the terms of this interface, which differ from those of the task list: `ended`, ….
    package var status: String?
    /// Whether it is still in progress.
    package var isActive: Bool?
    /// Contacts are found by this time.
    package var createdTime: Timestamp?
    /// When its last party left.
    package var endedTime: Timestamp?
    /// Who called: ANI for telephony.
    package var origin: String?
    /// What was called: DNIS for telephony.
    package var destination: String?
    /// `inbound`, `outbound` and the like, in whichever spelling.
    package var direction: String?
    /// `telephony`, ….
    package var channelType: String?

    /// Its agent, as in the task list.
    package var owner: NamedReference?
    /// Its last agent.
    package var lastAgent: NamedReference?
    /// Its last queue.
    package var lastQueue: NamedReference?
    /// The site of its last agent.
    package var lastSite: NamedReference?
    /// The team of its last agent.
    package var lastTeam: NamedReference?
    /// The entry point.
    package var lastEntryPoint: NamedReference?

    /// The customer's reason for the contact.
    package var contactReason: String?
    /// `normal`, `abandoned`, `sudden_disconnect`, ….
    package var terminationType: String?
    /// Who ended it: `Agent`, `Customer`, ….
    package var terminatingEnd: String?
    /// The agent's wrap-up code.
    package var wrapUpCode: NamedReference?
    /// How long its parts took.
    package var durations: Durations
    /// How often its parts came.
    package var counts: Counts

    /// Whether it was recorded; the field of the same name in the task list may disagree (wxcc-api 16).
    package var captureRequested: Bool?
    /// How many recordings were made, including deleted ones.
    package var recordingCount: Int?
    /// How many could not be made.
    package var recordingErrorCount: Int?
    /// Whether the recordings were deleted.
    package var isRecordingDeleted: Bool?
    /// The provider's own JSON.
    package var json: ProviderJSON

    /// Lengths of time.
    package struct Durations: Sendable, Hashable {
        /// From beginning to end.
        package var total: Duration?
        /// In the menu.
        package var selfService: Duration?
        /// Waiting for an agent.
        package var queue: Duration?
        /// Ringing at agents.
        package var ringing: Duration?
        /// In conversation.
        package var connected: Duration?
        /// On hold.
        package var hold: Duration?
        /// Wrap-up by its agents, afterwards.
        package var wrapUp: Duration?
    }

    /// Counts of events.
    package struct Counts: Sendable, Hashable {
        /// How often it was put into a queue.
        package var queue: Int?
        /// How often it was connected to an agent.
        package var connected: Int?
        /// How often it was put on hold.
        package var hold: Int?
        /// How often an agent transferred it.
        package var transfer: Int?
    }
}

/// An agent, a queue, a site or the like, as the provider refers to it; at least one of the two fields is set.
package struct NamedReference: Sendable, Hashable, Codable {
    /// The provider's identifier of it.
    package var id: String?
    /// The name that people use.
    package var name: String?

    /// - Returns: `nil` if there is neither: a contact that met no agent has none.
    package init?(id: String?, name: String?) {
        guard id != nil || name != nil else { return nil }
        self.id = id
        self.name = name
    }

    init?(_ value: JSONValue?) {
        self.init(id: value?["id"]?.text, name: value?["name"]?.text)
    }
}

extension SearchTask: SearchRecord {
    /// Its identifier.
    package var searchKey: String { id.description }
    /// When it was created.
    package var searchTime: Timestamp? { createdTime }

    /// The CSR fields that an archive needs (wxcc-api 11.1); none of its activities.
    package static let source = SearchSource(
        root: .taskDetails,
        selection: SearchSelection(fields: [
            "id", "status", "isActive", "createdTime", "endedTime", "origin", "destination", "direction", "channelType",
            "channelSubType", "isOutdial", "isCallback", .init("owner", ["id", "name"]),
            .init("lastAgent", ["id", "name", "signInId", "sessionId", "phoneNumber"]),
            .init("lastQueue", ["id", "name", "duration"]), "firstQueueId", "firstQueueName",
            .init("lastSite", ["id", "name"]), .init("lastTeam", ["id", "name"]),
            .init("lastEntryPoint", ["id", "name"]), "contactReason", "terminationType", "terminationReason",
            "terminatingEnd", "abandonedType", "contactHandleType", "lastWrapUpCodeId", "lastWrapupCodeName",
            "totalDuration", "connectedDuration", "connectedCount", "holdDuration", "holdCount", "queueDuration",
            "queueCount", "ringingDuration", "wrapupDuration", "selfserviceDuration", "consultDuration", "consultCount",
            "conferenceDuration", "conferenceCount", "transferCount", "blindTransferCount", "captureRequested",
            "recordingCount", "recordingErrorCount", "recordingFileSize", "isRecordingDeleted",
            "isTranscriptionAvailable",
        ])
    )

    /// Reads the available fields; `nil` without an identifier.
    package init?(_ row: SearchRow) {
        let row = row.value
        guard let id = row["id"]?.text.flatMap({ TaskID($0) }) else { return nil }
        self.id = id
        status = row["status"]?.text
        isActive = row["isActive"]?.flag
        createdTime = Timestamp(plausible: row["createdTime"])
        endedTime = Timestamp(plausible: row["endedTime"])
        origin = row["origin"]?.text
        destination = row["destination"]?.text
        direction = row["direction"]?.text
        channelType = row["channelType"]?.text
        owner = NamedReference(row["owner"])
        lastAgent = NamedReference(row["lastAgent"])
        lastQueue = NamedReference(row["lastQueue"])
        lastSite = NamedReference(row["lastSite"])
        lastTeam = NamedReference(row["lastTeam"])
        lastEntryPoint = NamedReference(row["lastEntryPoint"])
        contactReason = row["contactReason"]?.text
        terminationType = row["terminationType"]?.text
        terminatingEnd = row["terminatingEnd"]?.text
        wrapUpCode = NamedReference(id: row["lastWrapUpCodeId"]?.text, name: row["lastWrapupCodeName"]?.text)
        durations = Durations(row)
        counts = Counts(row)
        captureRequested = row["captureRequested"]?.flag
        recordingCount = row["recordingCount"]?.count
        recordingErrorCount = row["recordingErrorCount"]?.count
        isRecordingDeleted = row["isRecordingDeleted"]?.flag
        json = row.keptOnDemand
    }
}

extension SearchTask.Durations {
    fileprivate init(_ row: JSONValue) {
        total = row["totalDuration"]?.milliseconds
        selfService = row["selfserviceDuration"]?.milliseconds
        queue = row["queueDuration"]?.milliseconds
        ringing = row["ringingDuration"]?.milliseconds
        connected = row["connectedDuration"]?.milliseconds
        hold = row["holdDuration"]?.milliseconds
        wrapUp = row["wrapupDuration"]?.milliseconds
    }
}

extension SearchTask.Counts {
    fileprivate init(_ row: JSONValue) {
        queue = row["queueCount"]?.count
        connected = row["connectedCount"]?.count
        hold = row["holdCount"]?.count
        transfer = row["transferCount"]?.count
    }
}

extension JSONValue {
    /// A length of time in milliseconds; `nil` if it is missing or impossible.
    var milliseconds: Duration? {
        integer.flatMap { (0...Self.maxMilliseconds).contains($0) ? Duration.milliseconds($0) : nil }
    }

    /// A count; `nil` if it is missing or impossible.
    var count: Int? {
        integer.flatMap { (0...Self.maxThings).contains($0) ? Int($0) : nil }
    }

    /// Three hundred years. The sum of a page of such values cannot overflow.
    private static let maxMilliseconds: Int64 = 10_000_000_000_000
    /// A million million, for the same reason.
    private static let maxThings: Int64 = 1_000_000_000_000
}
