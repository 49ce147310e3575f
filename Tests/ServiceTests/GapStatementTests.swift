import Evidence
import Files
import Foundation
import Recordings
import Simulator
import Testing

@testable import Service
@testable import Wiring

@Suite struct `A gap's explanation` {
    private static var mix: CallMix {
        var mix = CallMix()
        mix.missingShare = 0.5
        return mix
    }

    @Test func `is taken from an operator, and taken back`() async throws {
        try await Office.with(calls: 12, mix: Self.mix) { office in
            let key = try await office.key(.operator, name: "olga")
            let all = try await office.ask("/api/v1/gaps", key: key).json["gaps"]?.list ?? []
            let task = try #require(all.first?["task_id"]?.text)
            let body = #"{"organization":"acme","tasks":["\#(task)"],"reason":"test_call","note":"tried the line"}"#
            let viewer = try await office.key(.reviewer)
            #expect(try await office.ask("POST", "/api/v1/gaps/explanations", key: viewer, body: body).status == 403)
            let done = try await office.ask("POST", "/api/v1/gaps/explanations", key: key, body: body)
            #expect(done.status == 200, "\(done.text)")
            let gap = try #require(try done.json["gaps"]?.list.first)
            #expect(gap["explanation"]?["author"] == .text("olga"))
            let explained = try await office.ask("/api/v1/gaps?explained=true", key: key).json["gaps"]?.list ?? []
            #expect(explained.contains { $0["task_id"] == .text(task) })
            let reader = try LogReader(LogFolder(path: "\(office.installation.root.logsPath)/acme"))
            var entries: [LogEntry] = []
            try reader.forEachProvenEntry { _, entry throws(EvidenceError) in
                if let entry = try? LogEntry(entry), entry.type == .gapExplained { entries.append(entry) }
            }
            #expect(entries.map(\.actor.name) == ["olga"] && entries.first?.actor.via == .key)
            let back = #"{"organization":"acme","tasks":["\#(task)"]}"#
            let withdrawn = try await office.ask("POST", "/api/v1/gaps/withdrawals", key: key, body: back)
            #expect(withdrawn.status == 200, "\(withdrawn.text)")
            let twice = try await office.ask("POST", "/api/v1/gaps/withdrawals", key: key, body: back)
            #expect(twice.status == 409 && twice.problem == "no_gap")
        }
    }

    @Test func `taken meanwhile moves no gap from one page to another`() async throws {
        var mix = CallMix()
        mix.missingShare = 0.9
        try await Office.with(calls: 24, mix: mix) { office in
            let key = try await office.key(.operator)
            func tasks(_ page: JSON) -> [String] { page["gaps"]?.list.compactMap { $0["task_id"]?.text } ?? [] }
            let all = try await office.ask("/api/v1/gaps", key: key).json
            try #require(tasks(all).count > 5 && all["next_cursor"] == nil)
            #expect(all["total"]?.number.map(Int.init) == tasks(all).count)
            var (seen, cursor) = ([String](), "")
            while seen.count <= tasks(all).count {
                let page = try await office.ask("/api/v1/gaps?limit=2\(cursor)", key: key).json
                let explained = cursor.isEmpty ? 0 : 1
                #expect(page["total"]?.number.map(Int.init) == tasks(all).count - explained)
                seen += tasks(page)
                guard let next = page["next_cursor"]?.text else { break }
                #expect(next.wholeMatch(of: /[A-Za-z0-9_-]+/) != nil)
                if cursor.isEmpty {
                    let body = #"{"organization":"acme","tasks":["\#(seen[0])"],"reason":"test_call","note":"n"}"#
                    let done = try await office.ask("POST", "/api/v1/gaps/explanations", key: key, body: body)
                    try #require(done.status == 200, "\(done.text)")
                }
                cursor = "&cursor=\(next)"
            }
            #expect(seen == tasks(all))
            for bad in ["g2", "x", "AAAA", "W10", "%2e"] {
                let reply = try await office.ask("/api/v1/gaps?cursor=\(bad)", key: key)
                #expect(reply.problem == "bad_parameter", "\(bad)")
            }
        }
    }

    @Test(arguments: [
        (#"{"organization":"acme","tasks":["x"],"reason":"test_call","note":"n"}"#, 404),
        (#"{"organization":"zeta","tasks":["x"],"reason":"test_call","note":"n"}"#, 404),
        (#"{"organization":"acme","tasks":[],"reason":"test_call","note":"n"}"#, 400),
        (#"{"organization":"acme","tasks":["x"],"reason":"because","note":"n"}"#, 400),
        (#"{"organization":"acme","tasks":["x"],"reason":"test_call","note":"  "}"#, 400),
        (#"{"organization":"acme","tasks":["x"],"reason":"test_call"}"#, 400),
        (#"{"organization":"acme","tasks":"x","reason":"test_call","note":"n"}"#, 400),
        (#"{"tasks":["x"],"reason":"test_call","note":"n"}"#, 400), ("null", 400),
    ])
    func `that is not a root changes nothing`(_ body: String, _ status: Int) async throws {
        try await Office.with { office in
            let key = try await office.key(.operator)
            let reply = try await office.ask("POST", "/api/v1/gaps/explanations", key: key, body: body)
            #expect(reply.status == status && reply.problem != nil, "\(reply.text)")
        }
    }
}
