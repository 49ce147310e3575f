import Foundation
import GRDB
import Recordings
import Testing
@testable import Manifest

/// The log of events.
@Suite struct EventTests {
    @Test func `events are kept in order and with their detail`() async throws {
        try await Fixture.with { fixture in
            for (index, kind) in Event.Kind.allCases.enumerated() {
                let event = Event(
                    time: Fixture.morning + .seconds(index),
                    kind: kind,
                    organization: index % 2 == 0 ? fixture.acme : nil,
                    task: try Fixture.taskID(index % 3),
                    file: FileName(exactly: "a.wav"),
                    detail: ["what": "\"é\n\(index)"]
                )
                try await fixture.manifest.appendEvent(event)
            }
            let all = try await fixture.manifest.events().collected()
            #expect(all.map(\.kind) == Event.Kind.allCases)
            #expect(all.last?.detail == ["what": "\"é\n\(all.count - 1)"])
            let some = fixture.manifest.events(
                organization: fixture.acme,
                task: try Fixture.taskID(1),
                since: Fixture.morning + .seconds(2)
            )
            let expected = all.indices.filter { $0 % 2 == 0 && $0 % 3 == 1 && $0 >= 2 }.map { all[$0] }
            #expect(try await some.collected() == expected)
        }
    }

    @Test func `a day's closings are found by an index, in a manifest from before it too`() async throws {
        try await Fixture.with { fixture in
            let days = [Fixture.today.description, "2025-01-01", "2025-01-02"]
            let kinds: [Event.Kind] = [.dayClosed, .gapOpened, .dayReopened, .dayClosed]
            for (index, kind) in kinds.enumerated() {
                for day in days {
                    let time = Fixture.morning + .seconds(index)
                    let event = Event(time: time, kind: kind, organization: fixture.acme, detail: ["day": day])
                    try await fixture.manifest.appendEvent(event)
                }
            }
            try fixture.manifest.close()
            let queue = try DatabaseQueue(path: fixture.path)
            try await queue.write { db in
                try db.execute(
                    sql: "DROP INDEX event_of_closing; DELETE FROM grdb_migrations WHERE identifier = '5 closings'"
                )
            }
            try queue.close()
            let manifest = try Manifest(path: fixture.path, mode: .readWrite)
            defer { try? manifest.close() }
            let found = try await manifest.closings(fixture.acme, day: try #require(ArchiveDay("2025-01-02")))
            #expect(found.map(\.kind) == [.dayClosed, .dayReopened, .dayClosed])
            #expect(found.allSatisfy { $0.detail == ["day": "2025-01-02"] })
        }
    }

    @Test(arguments: [
        Actor(name: "ann", uid: .max, claims: ["SUDO_USER": "bob \"x\"", "LOGNAME": "ü"]), Actor(name: "", uid: nil),
        Actor(name: "nightly", via: .key, address: "192.0.2.7"),
        Actor(name: "ann@acme.example", via: .oidc, address: "2001:db8::1"), Actor(name: "callark", via: .service),
    ])
    func `an event keeps its actor as it was`(actor: Actor) async throws {
        try await Fixture.with { fixture in
            let events = [
                Event(time: Fixture.morning, kind: .audioAccessed, detail: ["how": "fetch"], by: actor),
                Event(time: Fixture.morning, kind: .dayClosed),
            ]
            for event in events { try await fixture.manifest.appendEvent(event) }
            #expect(try await fixture.manifest.events().collected() == events)
            let view = "SELECT kind, actor_via, actor_address FROM events_readable ORDER BY event LIMIT 1"
            let told = "audio.accessed|\(actor.via.rawValue)|\(actor.address ?? "")\n"
            #expect(try await run("sqlite3", [fixture.path, view]) == told)
        }
    }
}
