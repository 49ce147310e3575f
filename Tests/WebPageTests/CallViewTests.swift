import Foundation
import Recordings
import Testing

@testable import WebPage

/// The page of a call, out of the API's JSON.
@Suite struct `The page of a call` {
    /// A call with a recording that no browser plays.
    private static let call = """
        {"type":"call","organization":"acme","task_id":"t-1","day":"2026-11-24","created_time":"2026-11-24T09:00:00.000Z",
        "agents":[],"recordings":[{"type":"recording","file":"a.wav","kind":"audio","call_type":"main","state":"archived",
        "sha256":"00","archive":"acme/2026/acme-2026-11-24-001.tar","bytes":10,"start_time":"2026-11-24T09:00:00.000Z",
        "audio":{"codec":"g729","channels":1,"duration_ms":1000}}],"gap":null,"history":[]}
        """

    private func page(mayListen: Bool) async throws -> String {
        let call = try JSONReader.value(of: Data(Self.call.utf8))
        let visit = Visit(
            person: Visit.Person(
                name: "ann",
                role: mayListen ? "reviewer" : "viewer",
                hasSession: false,
                mayListen: mayListen,
                mayExamine: mayListen,
                mayOperate: false,
                mayAudit: false,
                mayAdminister: false
            ),
            values: ["organization": "acme", "task_id": "t-1"],
            query: [:],
            now: try #require(Timestamp(iso: "2026-11-25T09:00:00Z")),
            timeZone: .gmt,
            theme: nil,
            api: { path, _ in
                if path == "/api/v1/calls/acme/t-1" { return call }
                return try JSONReader.value(of: Data(#"{"organizations":[],"cases":[],"alarms":[]}"#.utf8))
            }
        )
        return try await WebSite().html(.call, visit)
    }

    @Test func `offers audio that browsers do not play to those who may listen`() async throws {
        let page = try await page(mayListen: true)
        #expect(page.contains(Words.english("codec_unplayed", ["codec": "g729"])))
        #expect(page.contains(#"href="/api/v1/calls/acme/t-1/a.wav" download"#) && !page.contains("<audio"))
    }

    @Test func `has no address of audio for those who may not listen`() async throws {
        let page = try await page(mayListen: false)
        #expect(page.contains(Words.english("no_audio")))
        #expect(!page.contains(" download>") && !page.contains("<audio"))
    }
}
