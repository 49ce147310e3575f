import Crypto
import Foundation
import Synchronization

extension Provider {
    /// The simulator's own paths: the truth about its world, and the means to change it. Without authorization.
    func simulatorPage(_ request: Request) -> Response {
        switch (request.method, request.path) {
        case ("GET", "/simulator/recordings"): return recordingLines(request)
        case ("GET", "/simulator/tasks"): return taskLines()
        case ("GET", "/simulator/counters"): return .json(200, state.withLock { $0.counters }.json)
        case ("POST", "/simulator/advance"):
            guard let seconds = request.parameter("seconds").flatMap({ Int64($0) }), (0...1 << 32).contains(seconds)
            else {
                return .text(400, "seconds is required")
            }
            clock.advance(by: .seconds(seconds))
            return .json(200, ["type": "clock", "now": .string(clock.now.text(.iso8601))])
        case ("POST", "/simulator/recordings"):
            let added = request.parameter("task").flatMap { addRecording(to: $0, callType: "main") }
            guard let added else { return .text(404, "task has to name a task of this world") }
            return .json(200, ["type": "added", "recording_id": .string(added)])
        case (_, "/simulator/faults"): return faultsPage(request)
        case ("POST", "/simulator/revoke-access-tokens"):
            state.withLock { $0.tokens.revokeAccessTokens() }
            return .json(200, ["type": "revoked"])
        default: return .text(404, "no such page")
        }
    }

    /// Adds a recording that exists from now on.
    /// - Returns: its identifier, or `nil` if no organization has that task.
    func addRecording(to taskID: String, callType: String) -> String? {
        let task = world.organizations.indices.lazy.compactMap { self.world.task(id: taskID, organization: $0) }.first
        guard let task else { return nil }
        let now = clock.now
        return state.withLock { state in
            let number = state.changes.added[taskID, default: []].count + 1
            var random = SeededRandom(world.seed, taskID.hashed, UInt64(number))
            let start = task.created + .seconds(number)
            let seconds = max(1, 20 * world.scale)
            let recording = SimulatedRecording(
                id: Identifier.random(&random),
                fileName: "recording-late-\(number).wav",
                callType: callType,
                segment: false,
                stitched: false,
                start: start,
                stop: start + .milliseconds(Int64(seconds * 1000)),
                available: now,
                channels: ("Caller", "Agent"),
                participants: [],
                sensitive: nil,
                sound: Sound(seconds: seconds, &random),
                missing: false
            )
            state.changes.added[taskID, default: []].append(recording)
            return recording.id
        }
    }

    private func taskLines() -> Response {
        let now = clock.now
        let changes = changes
        return lines { [self.line(of: $0, $1, changes, at: now)] }
    }

    /// Parameters: `segments` (default true), `virtual_agent` (false), `sha256` (true), `transcripts` (true).
    private func recordingLines(_ request: Request) -> Response {
        let now = clock.now
        let changes = changes
        let rules = options.captures
        let segments = request.parameter("segments") != "false"
        let virtualAgents = request.parameter("virtual_agent") == "true"
        let digests = request.parameter("sha256") != "false"
        let withTranscripts = request.parameter("transcripts") != "false"
        return lines { task, organization in
            let held = self.recordings(of: task, changes, at: now).filter {
                $0.recording.isListed(segments: segments, virtualAgents: virtualAgents, rules: rules)
            }
            let spoken = withTranscripts ? self.transcripts(of: task, changes, at: now) : []
            return held.map { self.line(of: $0, task, organization, digests) }
                + spoken.map { self.line(of: $0, task, organization, digests) }
        }
    }

    /// - Parameter rows: the lines of each task of an organization.
    private func lines(_ rows: @escaping @Sendable (SimulatedTask, Int) -> [JSON]) -> Response {
        let now = clock.now
        let body = Response.Body.lines { [world] in
            let chunks = world.organizations.indices.lazy.flatMap { organization in
                world.tasks(organization: organization).lazy.prefix { $0.created <= now }.map { task in
                    Data(rows(task, organization).flatMap { $0.bytes + [UInt8(ascii: "\n")] })
                }
            }
            return AnyIterator(chunks.makeIterator())
        }
        return Response(200, headers: [("Content-Type", "application/x-ndjson")], body: body)
    }

    private func line(
        of task: SimulatedTask,
        _ organization: Int,
        _ changes: WorldChanges,
        at now: Moment
    ) -> JSON {
        let requested = captureRequested(task, changes, at: now)
        return [
            "type": "task", "organization": .string(world.organizations[organization].name),
            "task_id": .string(task.id),
            "day": .string(task.day), "kind": .string(task.kind.rawValue), "channel_type": .string(task.channelType),
            "created": .integer(task.created.milliseconds), "ended": .integer(task.ended.milliseconds),
            "capture_requested": requested.map(JSON.boolean) ?? .null,
            "recordings": .integer(Int64(recordings(of: task, changes, at: now).count)),
        ]
    }

    private func line(of held: HeldRecording, _ task: SimulatedTask, _ organization: Int, _ digests: Bool) -> JSON {
        let reader = SoundReader(held.sound)
        return [
            "type": "recording", "organization": .string(world.organizations[organization].name),
            "task_id": .string(task.id), "recording_id": .string(held.recording.id), "day": .string(task.day),
            "call_type": .string(held.recording.callType), "segment": .boolean(held.recording.segment),
            "file_name": .string(held.recording.fileName), "start": .integer(held.recording.start.milliseconds),
            "available": .integer(held.recording.available.milliseconds), "bytes": .integer(Int64(reader.byteCount)),
            "sha256": digests ? .string(reader.digest().hex) : .null,
        ]
    }

    private func line(
        of transcript: SimulatedTranscript,
        _ task: SimulatedTask,
        _ organization: Int,
        _ digests: Bool
    ) -> JSON {
        [
            "type": "transcription", "organization": .string(world.organizations[organization].name),
            "task_id": .string(task.id), "recording_id": .string(transcript.id), "day": .string(task.day),
            "file_name": .string(transcript.fileName), "start": .integer(transcript.start.milliseconds),
            "available": .integer(transcript.available.milliseconds),
            "bytes": .integer(Int64(transcript.content.count)),
            "sha256": digests ? .string(SHA256.hash(data: transcript.content).hex) : .null,
        ]
    }
}
