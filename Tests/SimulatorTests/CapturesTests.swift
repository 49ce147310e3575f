import Foundation
import Testing

@testable import Simulator

@Suite struct CapturesTests {
    private func recordings(_ answer: Client.Answer) throws -> [[String: Any]] {
        try answer.data().flatMap { try #require($0["recording"] as? [[String: Any]]) }
    }

    private func task(_ simulator: Simulator, _ suits: (SimulatedTask) -> Bool) throws -> SimulatedTask {
        let found = simulator.world.tasks().first(where: suits)
        return try #require(found)
    }

    @Test func `segments, the stitched whole and virtual agents are listed when asked for`() async throws {
        try await withSimulator(calls: 200) { simulator, client async throws in
            let task = try task(simulator) { task in
                task.recordings.contains { $0.segment } && task.recordings.contains { $0.callType == "va-main" }
            }
            func ids(_ more: String) async throws -> Set<String> {
                Set(try recordings(await client.captures(of: [task.id], more: more)).compactMap { $0["id"] as? String })
            }
            func expected(_ suits: (SimulatedRecording) -> Bool) -> Set<String> {
                Set(task.recordings.filter(suits).map(\.id))
            }
            #expect(try await ids("\"includeSegments\":true") == expected { !$0.stitched && $0.callType != "va-main" })
            #expect(try await ids("\"includeSegments\":false") == expected { !$0.segment && $0.callType != "va-main" })
            #expect(try await ids("\"includeVARecordings\":true") == expected { !$0.segment })
            simulator.change { $0.captures.listsStitchedWithSegments = true }
            #expect(try await ids("\"includeSegments\":true") == expected { $0.callType != "va-main" })
        }
    }

    @Test(arguments: [
        "", "{", "[]", "{}", #"{"query":{}}"#, #"{"query":{"orgId":"ORG","taskIds":[]}}"#,
        #"{"query":{"orgId":"ORG","taskIds":["1","2","3","4","5","6","7","8","9","10","11"]}}"#,
        #"{"query":{"orgId":"ORG","taskIds":["1","1"]}}"#,
        #"{"query":{"orgId":"ORG","taskIds":["1"],"urlExpiration":0}}"#,
        #"{"query":{"orgId":"ORG","taskIds":["1"],"urlExpiration":-5}}"#,
        #"{"query":{"orgId":"ORG","taskIds":["1"],"urlExpiration":61}}"#, #"{"query":{"taskIds":["1"]}}"#,
        #"{"orgId":"ORG","taskIds":["1"],"urlExpiration":30}"#, #"{"query":{"orgId":"ORG","taskIds":"1"}}"#,
    ])
    func `a bad question is refused`(body: String) async throws {
        try await withSimulator(calls: 5) { simulator, client async throws in
            let answer = try await client.captures(body.replacing("ORG", with: simulator.organizationID))
            #expect(answer.status == 400)
            #expect(try answer.json()["trackingId"] is String)
        }
    }

    @Test func `switches allow what is refused otherwise`() async throws {
        try await withSimulator(calls: 5) { simulator, client async throws in
            simulator.change {
                $0.captures.acceptsFlatBody = true
                $0.captures.clampsExpiration = true
                $0.captures.toleratesDuplicates = true
            }
            let flat = #"{"orgId":"\#(simulator.organizationID)","taskIds":["1","1"],"urlExpiration":300}"#
            let answer = try await client.captures(flat)
            #expect(answer.status == 200)
            #expect((try answer.json()["meta"] as? [String: Any])?["urlExpiration"] as? Int == 60)
            #expect(try answer.data().count == 1)
        }
    }

    @Test func `only a service app has to name its organization, and no app may name another`() async throws {
        try await withSimulator(calls: 5) { simulator, client async throws in
            #expect(try await client.captures(#"{"query":{"taskIds":["1"],"orgId":"other"}}"#).status == 403)
            simulator.change { $0.tokens.isServiceApp = false }
            var user = client
            user.token = simulator.issueAccessToken()
            #expect(try await user.captures(#"{"query":{"taskIds":["1"]}}"#).status == 200)
        }
    }

    @Test func `unknown tasks give empty entries beside known ones`() async throws {
        try await withSimulator { simulator, client async throws in
            let known = try task(simulator) { !$0.recordings.isEmpty }
            let answer = try await client.captures(of: ["nobody", known.id])
            let entries = try answer.data()
            #expect(entries.map { $0["taskId"] as? String } == [known.id, "nobody"])
            #expect((entries[1]["recording"] as? [Any])?.isEmpty == true)
            #expect((entries[1]["transcription"] as? [Any])?.isEmpty == true)
        }
    }

    @Test func `captures appear after their delay, late ones later, held back ones when told`() async throws {
        var mix = CallMix.typical
        (mix.lateShare, mix.captureDelay, mix.consultShare) = (0, .seconds(120), 0)
        try await withSimulator(mix: mix, clock: .at(Moment(1_763_596_800_000))) { simulator, client async throws in
            let task = try task(simulator) { !$0.recordings.isEmpty }
            simulator.clock.advance(by: .milliseconds(simulator.clock.now.distance(to: task.ended) + 60_000))
            #expect(try recordings(await client.captures(of: [task.id])).isEmpty)
            simulator.clock.advance(by: .seconds(61))
            #expect(!(try recordings(await client.captures(of: [task.id])).isEmpty))
            simulator.holdBackCaptures(of: task.id, until: simulator.clock.now + .seconds(1000))
            #expect(try recordings(await client.captures(of: [task.id])).isEmpty)
            simulator.clock.advance(by: .seconds(1001))
            #expect(!(try recordings(await client.captures(of: [task.id])).isEmpty))
        }
    }

    @Test func `recordings can be added, removed and purged by age`() async throws {
        try await withSimulator { simulator, client async throws in
            let task = try task(simulator) { $0.recordings.count == 1 }
            let added = try simulator.addRecording(to: task.id)
            let first = task.recordings[0].id
            #expect(Set(try await client.urls(of: task.id).keys) == [added, first])
            simulator.removeRecording(first)
            #expect(Set(try await client.urls(of: task.id).keys) == [added])
            simulator.change { $0.retention = .seconds(3600) }
            #expect(try await client.urls(of: task.id).isEmpty)
            #expect(throws: SimulatorError.self) { try simulator.addRecording(to: "nobody") }
        }
    }

    @Test func `real answers' irregularities all occur`() async throws {
        try await withSimulator(calls: 300) { simulator, client async throws in
            let ids = simulator.world.tasks().filter { !$0.recordings.isEmpty }.map(\.id)
            var (attributes, transcripts, text) = ([[String: Any]](), [[String: Any]](), "")
            for start in stride(from: 0, to: ids.count, by: 10) {
                let answer = try await client.captures(of: Array(ids[start..<min(start + 10, ids.count)]))
                attributes += try recordings(answer).compactMap { $0["attributes"] as? [String: Any] }
                transcripts += try answer.data().flatMap { $0["transcription"] as? [[String: Any]] ?? [] }
                text += answer.text
            }
            #expect(attributes.contains { $0["startTime"] is String } && attributes.contains { $0["startTime"] is Int })
            #expect(attributes.contains { $0["participants"] is String })
            #expect(attributes.contains { $0["channel1"] == nil })
            #expect(transcripts.contains { $0["Source"] != nil } && transcripts.contains { $0["source"] != nil })
            #expect(text.contains("\\u0026X-Amz-Signature\\u003d"))
        }
    }

    @Test func `missing recordings never come, though they were asked for`() async throws {
        var mix = CallMix.typical
        mix.missingShare = 1
        try await withSimulator(mix: mix) { simulator, client async throws in
            let task = try task(simulator) { $0.captureRequested && $0.recordings.allSatisfy { $0.callType == "main" } }
            #expect(try await client.urls(of: task.id).isEmpty)
        }
    }
}
