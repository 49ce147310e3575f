extension Provider {
    /// The records: all of them, and those on the requested page.
    struct SearchResult: Sendable {
        var count: Int
        var page: [JSON]

        init(_ records: some RandomAccessCollection<JSON>, _ page: Range<Int>) {
            count = records.count
            self.page = Array(records.dropFirst(page.lowerBound).prefix(page.count))
        }
    }

    /// The contacts created in a span of time, in the form of Search, newest first. Without a filter, only those of the
    /// page are generated.
    func taskRecords(
        in span: Range<Moment>,
        filter: SearchFilter?,
        organization: Int,
        page: Range<Int>
    ) -> SearchResult {
        let now = clock.now
        let changes = changes
        let tasks = world.tasks(organization: organization, createdIn: span)
        let records = tasks.reversed().lazy.map { self.record(of: $0, organization, changes, at: now) }
        guard let filter else { return SearchResult(records, page) }
        return SearchResult(records.filter(filter.matches) as [JSON], page)
    }

    /// A record with every field.
    var taskRecordExample: JSON {
        let nobody: JSON = ["id": "", "name": ""]
        let names = [
            "id", "status", "isActive", "createdTime", "endedTime", "origin", "destination", "direction", "channelType",
            "channelSubType", "isOutdial", "isCallback", "firstQueueId", "firstQueueName", "contactReason",
            "terminationType", "terminationReason", "terminatingEnd", "abandonedType", "contactHandleType",
            "lastWrapUpCodeId", "lastWrapupCodeName", "totalDuration", "connectedDuration", "connectedCount",
            "holdDuration", "holdCount", "queueDuration", "queueCount", "ringingDuration", "wrapupDuration",
            "selfserviceDuration", "selfserviceCount", "consultDuration", "consultCount", "conferenceDuration",
            "conferenceCount", "transferCount", "blindTransferCount", "captureRequested", "recordingCount",
            "recordingErrorCount", "recordingFileSize", "isRecordingDeleted", "isTranscriptionAvailable",
        ]
        let objects: [(String, JSON)] = [
            ("owner", nobody), ("lastSite", nobody), ("lastTeam", nobody), ("lastEntryPoint", nobody),
            ("lastAgent", ["id": "", "name": "", "signInId": "", "sessionId": "", "phoneNumber": ""]),
            ("lastQueue", ["id": "", "name": "", "duration": 0]),
        ]
        return .object(names.map { ($0, JSON.null) } + objects)
    }

    private func record(
        of task: SimulatedTask,
        _ organization: Int,
        _ changes: WorldChanges,
        at now: Moment
    ) -> JSON {
        let facts = world.facts(of: task, organization: organization)
        let isOver = task.ended <= now
        let isMet = facts.connected.map { $0 <= now } ?? false
        let agent = isMet ? task.owner : nil
        let queue = facts.queued.map { $0 <= now } ?? false ? task.queue : nil
        var members: [(String, JSON)] = [
            ("id", .string(task.id)), ("status", isOver ? "ended" : isMet ? "connected" : "parked"),
            ("isActive", .boolean(!isOver)), ("createdTime", .integer(task.created.milliseconds)),
            ("endedTime", isOver ? .integer(task.ended.milliseconds) : .null), ("origin", .string(task.origin)),
            ("destination", .string(task.destination)), ("direction", .string(task.direction)),
            ("channelType", .string(task.channelType)), ("isOutdial", .boolean(task.kind == .outdial)),
            ("isCallback", .boolean(false)), ("owner", Self.reference(agent)), ("lastAgent", lastAgent(agent)),
            ("lastQueue", Self.reference(queue, [("duration", .integer(isMet || isOver ? facts.queueDuration : 0))])),
            ("firstQueueId", queue.map { .string($0.id) } ?? .null),
            ("firstQueueName", queue.map { .string($0.name) } ?? .null),
            ("lastSite", Self.reference(isMet ? facts.site : nil)),
            ("lastTeam", Self.reference(isMet ? facts.team : nil)),
            ("lastEntryPoint", Self.reference(facts.entryPoint)),
            ("contactReason", task.reasonCode.map(JSON.string) ?? .null),
        ]
        members += recordingMembers(of: task, changes, at: now)
        if isOver { members += Self.outcome(of: task, facts, at: now) }
        return .object(members)
    }

    /// What is known once a contact is over.
    private static func outcome(of task: SimulatedTask, _ facts: TaskFacts, at now: Moment) -> [(String, JSON)] {
        let code = facts.wrappedUp.map { $0 <= now } ?? false ? facts.wrapUpCode : nil
        return [
            ("terminationType", .string(facts.terminationType)), ("terminatingEnd", .string(facts.terminatingEnd)),
            ("terminationReason", facts.terminatingEnd == "Agent" ? "Agent Left" : "Customer Left"),
            ("abandonedType", task.kind == .abandoned ? "queue" : .null),
            ("contactHandleType", task.kind == .abandoned ? "abandoned" : "normal"),
            ("lastWrapUpCodeId", code.map { .string($0.id) } ?? .null),
            ("lastWrapupCodeName", code.map { .string($0.name) } ?? .null),
            ("totalDuration", .integer(task.created.distance(to: task.ended))),
            ("selfserviceDuration", .integer(facts.selfServiceDuration)),
            ("selfserviceCount", .integer(facts.selfServiceDuration > 0 ? 1 : 0)),
            ("queueDuration", .integer(facts.queueDuration)), ("queueCount", .integer(facts.queued == nil ? 0 : 1)),
            ("ringingDuration", .integer(facts.ringingDuration)),
            ("connectedDuration", .integer(facts.connectedDuration)),
            ("connectedCount", .integer(facts.connected == nil ? 0 : 1)),
            ("holdDuration", .integer(facts.holdDuration)), ("holdCount", .integer(Int64(facts.holdCount))),
            ("wrapupDuration", .integer(code == nil ? 0 : facts.wrapUpDuration)), ("consultDuration", 0),
            ("consultCount", .integer(Int64(task.recordings.count { $0.callType == "consult" }))),
            ("conferenceDuration", 0), ("conferenceCount", 0), ("transferCount", 0), ("blindTransferCount", 0),
        ]
    }

    /// What was recorded and exists or existed: a recording that is gone still counts, and is reported as deleted.
    private func recordingMembers(
        of task: SimulatedTask,
        _ changes: WorldChanges,
        at now: Moment
    ) -> [(String, JSON)] {
        let rules = options.captures
        let made = (task.recordings + changes.added[task.id, default: []]).filter {
            $0.available <= now && $0.isListed(segments: true, virtualAgents: false, rules: rules)
        }
        let retention = options.retention
        let isDeleted = made.contains { recording in
            changes.removed.contains(recording.id) || retention.map { recording.stop + $0 <= now } ?? false
        }
        let kept = made.filter { !$0.missing }
        return [
            ("captureRequested", captureRequested(task, changes, at: now).map(JSON.boolean) ?? .null),
            ("recordingCount", .integer(Int64(kept.count))),
            ("recordingErrorCount", .integer(Int64(made.count - kept.count))),
            ("recordingFileSize", .integer(kept.reduce(0) { $0 + Int64($1.sound.byteCount) })),
            ("isRecordingDeleted", .boolean(isDeleted)),
            ("isTranscriptionAvailable", .boolean(!transcripts(of: task, changes, at: now).isEmpty)),
        ]
    }

    private func lastAgent(_ agent: Staff.Member?) -> JSON {
        guard let agent else { return .null }
        return Self.reference(
            agent,
            [
                ("signInId", .string(signInName(of: agent))),
                ("sessionId", .string(identifier(0x7365_7373, of: agent))),
                ("phoneNumber", .null),
            ]
        )
    }

    private static func reference(_ member: Staff.Member?, _ more: [(String, JSON)] = []) -> JSON {
        guard let member else { return .null }
        return .object([("id", .string(member.id)), ("name", .string(member.name))] + more)
    }

    /// An agent's login.
    func signInName(of agent: Staff.Member) -> String { agent.id.prefix(8) + "@example.com" }

    /// The identifier of something that belongs to an agent.
    func identifier(_ label: UInt64, of agent: Staff.Member) -> String {
        var random = SeededRandom(world.seed, label, agent.id.hashed)
        return Identifier.random(&random)
    }
}
