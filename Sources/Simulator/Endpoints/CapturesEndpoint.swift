import Foundation

extension Provider {
    /// A client's request to `POST captures/query`, checked.
    private struct CaptureQuery {
        var taskIDs: [String]
        /// In minutes.
        var expiration: Int
        var segments: Bool
        var virtualAgents: Bool
    }

    /// The body in either form; every value optional, so that the refusal can say what is wrong.
    private struct Body: Decodable {
        struct Query: Decodable {
            var orgId: String?
            var urlExpiration: Int?
            var taskIds: [String]?
            var includeSegments: Bool?
            var includeVARecordings: Bool?
        }
        var query: Query?
    }

    /// `POST captures/query` (wxcc-api 6).
    func captures(_ request: Request, from caller: Caller, tracking: String) throws(Refusal) -> Response {
        let options = options
        let query = try query(request, caller, options, tracking)
        let now = clock.now
        let changes = changes
        let organization = world.organizations[caller.organization].id
        let signer = URLSigner(seed: world.seed, host: request.header("host") ?? "127.0.0.1", now: now)
        var entries = query.taskIDs.map { id -> JSON in
            let task = world.task(id: id, organization: caller.organization)
            let held = task.map { recordings(of: $0, changes, at: now) } ?? []
            if let task { countListingFaults(of: task, changes, at: now) }
            let listed = held.filter {
                $0.recording.isListed(
                    segments: query.segments,
                    virtualAgents: query.virtualAgents,
                    rules: options.captures
                )
            }
            let spoken = task.map { transcripts(of: $0, changes, at: now) } ?? []
            let paths = CapturePaths(organization: organization, task: id, signer: signer, minutes: query.expiration)
            let rows = ordered(listed, options.quirks).map { row($0, paths, options.quirks) }
            if options.isEarlyAccess {
                let isPending = rows.isEmpty && task.map { captureRequested($0, changes, at: now) != false } ?? false
                return ["taskId": .string(id), "recording": .earlyAccess(rows, isPending: isPending)]
            }
            var entry: [(String, JSON)] = [
                ("taskId", .string(id)), ("recording", .array(rows)),
                ("transcription", .array(spoken.map { row($0, paths, options.quirks) })),
            ]
            if options.quirks.contains(.missingKeys), id.hashed & 1 == 0 { entry.append(("screenRecordings", [])) }
            return .object(entry)
        }
        entries = ordered(entries, options.quirks)
        let meta: JSON = ["orgId": .string(organization), "urlExpiration": .integer(Int64(query.expiration))]
        let answer: JSON = ["meta": meta, "data": .array(entries)]
        return .json(200, escaped: options.quirks.contains(.escapedURLs), answer)
    }

    /// The tasks in a request; none if it is invalid.
    static func taskIDs(in request: Request) -> [String] {
        let decoder = JSONDecoder()
        let nested = try? decoder.decode(Body.self, from: request.body).query
        let flat = nested == nil ? try? decoder.decode(Body.Query.self, from: request.body) : nil
        return (nested ?? flat)?.taskIds ?? []
    }

    private func ordered<T>(_ values: [T], _ quirks: Quirks) -> [T] {
        quirks.contains(.anyOrder) && values.count > 1 ? Array(values.dropFirst() + values.prefix(1)) : values
    }

    private func query(
        _ request: Request,
        _ caller: Caller,
        _ options: SimulatorOptions,
        _ tracking: String
    ) throws(Refusal) -> CaptureQuery {
        func refuse(_ text: String, _ status: Int = 400) -> Refusal {
            Refusal(.failure(status, text, tracking: tracking))
        }
        let decoder = JSONDecoder()
        guard let body = try? decoder.decode(Body.self, from: request.body) else {
            throw refuse("the body is not valid")
        }
        let acceptsFlat = options.captures.acceptsFlatBody || options.isEarlyAccess
        let flat = acceptsFlat ? try? decoder.decode(Body.Query.self, from: request.body) : nil
        guard let asked = body.query ?? flat else { throw refuse("query is required") }
        let own = world.organizations[caller.organization].id
        if asked.orgId == nil, caller.isServiceApp { throw refuse("orgId is required for a service app") }
        guard asked.orgId ?? own == own else { throw refuse("the organization is not permitted for this token", 403) }
        guard let ids = asked.taskIds, !ids.isEmpty else { throw refuse("taskIds is required") }
        guard ids.count <= 10 else { throw refuse("at most 10 taskIds are allowed") }
        guard Set(ids).count == ids.count || options.captures.toleratesDuplicates else {
            throw refuse("taskIds must be unique")
        }
        let expiration = asked.urlExpiration ?? 60
        guard expiration > 0 else { throw refuse("urlExpiration should be greater than 0") }
        guard expiration <= 60 || options.captures.clampsExpiration else {
            throw refuse("urlExpiration should not be greater than 60")
        }
        return CaptureQuery(
            taskIDs: Set(ids).count == ids.count ? ids : Array(Set(ids)).sorted(),
            expiration: min(expiration, 60),
            segments: asked.includeSegments ?? false,
            virtualAgents: asked.includeVARecordings ?? false
        )
    }

    private func row(_ held: HeldRecording, _ paths: CapturePaths, _ quirks: Quirks) -> JSON {
        let recording = held.recording
        var random = SeededRandom(world.seed, recording.id.hashed)
        let strings = quirks.contains(.stringTimestamps) && random.chance(0.3)
        func time(_ moment: Moment) -> JSON {
            strings ? .string(String(moment.milliseconds)) : .integer(moment.milliseconds)
        }
        var attributes: [(String, JSON)] = [
            ("fileName", .string(recording.fileName)),
            ("filePath", .string(paths.url(to: recording.fileName, of: recording.id, at: held.origin))),
            ("startTime", time(recording.start)), ("stopTime", time(recording.stop)),
        ]
        if quirks.contains(.joinedParticipants), random.chance(0.05) {
            attributes.append(("participants", .string(recording.participants.joined(separator: ","))))
        } else {
            attributes.append(("participants", .array(recording.participants.map(JSON.string))))
        }
        if !(quirks.contains(.missingKeys) && random.chance(0.1)) {
            attributes.append(("channel1", .string(recording.channels.0)))
            if recording.sound.channels == 2 { attributes.append(("channel2", .string(recording.channels.1))) }
        }
        attributes.append(("callType", .string(recording.callType)))
        if let sensitive = recording.sensitive { attributes.append(("sensitive", .boolean(sensitive))) }
        return [
            "id": .string(recording.id), "segment": .boolean(recording.segment), "attributes": .object(attributes),
        ]
    }

    private func row(_ transcript: SimulatedTranscript, _ paths: CapturePaths, _ quirks: Quirks) -> JSON {
        let lower = quirks.contains(.lowerCaseKeys) && transcript.start.milliseconds.isMultiple(of: 2)
        return [
            lower ? "source" : "Source": "recording", lower ? "provider" : "Provider": "CISCO",
            "id": .string(transcript.id), "fileName": .string(transcript.fileName),
            "filePath": .string(paths.url(to: transcript.fileName, of: transcript.id)),
            "startTime": .string(String(transcript.start.milliseconds)),
            "languageCode": .string(transcript.languageCode),
            "createTime": .string(String(transcript.available.milliseconds)),
        ]
    }
}

extension JSON {
    /// The recordings of a task in the early-access platform's form: in an object with a status, each with its
    /// attributes in a list, and without later fields (wxcc-api 6.2).
    fileprivate static func earlyAccess(_ rows: [JSON], isPending: Bool) -> JSON {
        let known: Set<String> = ["fileName", "filePath", "startTime", "stopTime", "participants"]
        let artifacts = rows.map { row -> JSON in
            guard case .object(let members) = row[member: "attributes"] else { return row }
            let attributes = JSON.object(members.filter { known.contains($0.0) })
            return ["id": row[member: "id"], "attributes": [attributes]]
        }
        let status = rows.isEmpty ? (isPending ? "Pending" : "Not Found") : "Completed"
        return ["status": .string(status), "artifacts": .array(artifacts)]
    }

    private subscript(member name: String) -> JSON {
        guard case .object(let members) = self else { return .null }
        return members.first { $0.0 == name }?.1 ?? .null
    }
}

/// The path of a task's captures at the storage host: `/{tenant}/{task}/{capture}/{file}` (wxcc-api 6.5).
private struct CapturePaths {
    let organization: String
    let task: String
    let signer: URLSigner
    let minutes: Int

    func url(to fileName: String, of capture: String, at origin: String? = nil) -> String {
        let path = [organization, task, capture, fileName].map(Provider.encoded).joined(separator: "/")
        return signer.url(path: "/media/\(path)", at: origin, expiresAfter: minutes * 60)
    }
}
