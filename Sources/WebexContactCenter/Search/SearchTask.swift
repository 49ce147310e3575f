import Recordings

/// A contact as Search's `taskDetails` knows it (wxcc-api 11.1): what an investigator looks for it by. Everything but its
/// identifier may be missing.
package struct SearchTask: Sendable, Hashable {
    /// The same as in the listing of tasks.
    package var id: TaskID
    /// In the words of this interface, which are not those of the listing: `ended`, ….
    package var status: String?
    /// Whether it is still going on.
    package var isActive: Bool?
    /// By which it is found.
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

    /// Its agent, in the words of the listing.
    package var owner: NamedReference?
    /// The agent who had it last.
    package var lastAgent: NamedReference?
    /// The queue it was in last.
    package var lastQueue: NamedReference?
    /// The site of the agent who had it last.
    package var lastSite: NamedReference?
    /// The team of the agent who had it last.
    package var lastTeam: NamedReference?
    /// What it came in by.
    package var lastEntryPoint: NamedReference?

    /// Why the customer got in touch.
    package var contactReason: String?
    /// `normal`, `abandoned`, `sudden_disconnect`, ….
    package var terminationType: String?
    /// Who ended it: `Agent`, `Customer`, ….
    package var terminatingEnd: String?
    /// What its agent chose in wrapping up.
    package var wrapUpCode: NamedReference?
    /// How long its parts took.
    package var durations: Durations
    /// How often its parts came.
    package var counts: Counts

    /// Whether it was recorded, which the listing's word of the same name need not agree with (wxcc-api 16).
    package var captureRequested: Bool?
    /// How many recordings were made, deleted ones too.
    package var recordingCount: Int?
    /// How many could not be made.
    package var recordingErrorCount: Int?
    /// Whether what was recorded is gone.
    package var isRecordingDeleted: Bool?
    /// The provider's own words.
    package var json: ProviderJSON

    /// Lengths of time.
    package struct Durations: Sendable, Hashable {
        /// From beginning to end.
        package var total: Duration?
        /// In the menu.
        package var selfService: Duration?
        /// Waiting for an agent.
        package var queue: Duration?
        /// At agents who had not taken it yet.
        package var ringing: Duration?
        /// In conversation.
        package var connected: Duration?
        /// On hold.
        package var hold: Duration?
        /// Of its agents, afterwards.
        package var wrapUp: Duration?
    }

    /// Numbers of times.
    package struct Counts: Sendable, Hashable {
        /// How often it was put into a queue.
        package var queue: Int?
        /// How often it was connected to an agent.
        package var connected: Int?
        /// How often it was put on hold.
        package var hold: Int?
        /// How often an agent handed it on.
        package var transfer: Int?
    }
}

/// An agent, a queue, a site and the like, as the provider refers to it; one of the two is there.
package struct NamedReference: Sendable, Hashable, Codable {
    /// The provider's identifier of it.
    package var id: String?
    /// What people call it.
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

    /// The CSR fields that an archive wants of it (wxcc-api 11.1); none of its activities.
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

    /// Reads what is there; `nil` without an identifier.
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
        json = row.kept
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
    /// A length of time in milliseconds; `nil` if there is none, or where it cannot be one.
    var milliseconds: Duration? {
        integer.flatMap { (0...Self.mostMilliseconds).contains($0) ? Duration.milliseconds($0) : nil }
    }

    /// A number of things; `nil` if there is none, or where it cannot be one.
    var count: Int? {
        integer.flatMap { (0...Self.mostThings).contains($0) ? Int($0) : nil }
    }

    /// Three hundred years. So many of a page can be added up without a thought.
    private static let mostMilliseconds: Int64 = 10_000_000_000_000
    /// A million million, for the same reason.
    private static let mostThings: Int64 = 1_000_000_000_000
}
