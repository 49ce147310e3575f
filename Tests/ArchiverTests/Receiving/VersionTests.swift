import DailyArchive
import Files
import Foundation
import Logging
import Manifest
import Recordings
import Simulator
import Testing
import Transfer

@testable import Archiver

@Suite struct `A recording that grows` {
    /// Half of each recording exists at first, and the whole twelve hours later.
    private static let growing = FaultRule(.partial(share: 0.5, .seconds(12 * 3600)))

    private func changes(_ here: Installation) async throws -> [[String: String]] {
        let manifest = try Manifest(of: here.root, mode: .readOnly)
        defer { try? manifest.close() }
        var details: [[String: String]] = []
        for try await event in manifest.events() where event.kind == .recordingChanged { details.append(event.detail) }
        return details
    }

    /// The day continues: recordings appear two minutes after their calls.
    private func evening(calls: Int = 30) throws -> SimulatedWorld {
        try .small(calls: calls, clock: .at(Moment(1_763_661_600_000)), mix: .plain)
    }

    @Test func `after it was stored is kept in both versions, each to the byte`() async throws {
        try await Installation.with(evening()) { here in
            here.simulator.inject(Self.growing)
            try await here.pass(.sinceLastPass)
            let parts = try await here.held()
            #expect(parts == here.offered())
            let early = here.simulator.servedRecordings()
            here.simulator.clock.advance(by: .seconds(13 * 3600))
            let whole = here.simulator.servedRecordings()
            let grown = early.filter { part in
                whole.contains { $0.recording.id == part.recording.id && $0.byteCount > part.byteCount }
            }
            try #require(!grown.isEmpty)
            // An answer is confirmed by another one, an hour or more later. This one is new, and confirmed in its turn.
            try await here.pass(.sinceLastPass)
            here.simulator.clock.advance(by: .seconds(30 * 3600))
            #expect(try await here.pass(.sinceLastPass).isComplete)
            here.simulator.clock.advance(by: .seconds(2 * 3600))
            #expect(try await here.pass(.sinceLastPass).isComplete)
            let held = try await here.held()
            // Everything that was held is still held, and so is everything that exists now.
            #expect(Set(held).isSuperset(of: parts))
            let bytes = Set(held.map { "\($0.task) \($0.sha256)" })
            let offered = here.offered()
            #expect(bytes.isSuperset(of: offered.map { "\($0.task) \($0.sha256)" }))
            #expect(held.count == Set(held).count)
            #expect(bytes.count == held.count)
            #expect(
                Set(try await changes(here).map { $0["recording"] ?? "" }).isSuperset(of: grown.map(\.recording.id))
            )
            for part in grown {
                let versions = held.filter { $0.recording.hasPrefix(part.recording.id) }
                #expect(
                    versions.map(\.recording).sorted() == [
                        part.recording.id,
                        "\(part.recording.id).until-\(try #require(stopTime(of: part.recording.id, here)))",
                    ]
                )
            }
            #expect(try await here.verify() == [])
            #expect(try here.root.openArchives() == [])
        }
    }

    private func stopTime(of recording: String, _ here: Installation) -> Int64? {
        here.simulator.servedRecordings().first { $0.recording.id == recording }?.recording.stop.milliseconds
    }

    @Test func `before it was stored is fetched once, as it is then`() async throws {
        try await Installation.with(evening(calls: 12)) { here in
            here.simulator.inject(Self.growing)
            here.simulator.inject(FaultRule(.media, .always, .status(500)))
            try await here.pass(.sinceLastPass) { $0.rules.downloads.retry.attempts = 2 }
            here.simulator.clearFaults()
            here.simulator.clock.advance(by: .seconds(40 * 3600))
            #expect(try await here.pass(.sinceLastPass).isComplete)
            #expect(try await changes(here) == [])
            try await here.expectWhole()
        }
    }

    @Test func `has a URL of its own when its first one has expired`() async throws {
        try await Installation.with(evening(calls: 12)) { here in
            here.simulator.inject(Self.growing)
            try await here.pass(.sinceLastPass)
            let before = try await here.held().count
            here.simulator.clock.advance(by: .seconds(13 * 3600))
            here.simulator.inject(try FaultRule("media expired first=1 recordings=1"))
            let result = try await here.pass(.sinceLastPass)
            #expect(result.summary.recordings.failed == 0)
            #expect(try await here.held().count > before)
        }
    }

    @Test func `is in both versions again after a rebuild`() async throws {
        try await Installation.with(evening(calls: 12)) { here in
            here.simulator.inject(Self.growing)
            try await here.pass(.sinceLastPass)
            here.simulator.clock.advance(by: .seconds(13 * 3600))
            try await here.pass(.sinceLastPass)
            here.simulator.clock.advance(by: .seconds(30 * 3600))
            try await here.pass(.sinceLastPass)
            let held = try await here.held()
            #expect(held.contains { $0.recording.contains(".until-") })
            let logger = Logger(label: "callark.tests") { _ in SwiftLogNoOpLogHandler() }
            let rebuild = Rebuild(root: here.root, schedule: AskSchedule(), logger: logger)
            #expect(try await rebuild.run(now: here.now(), discardingOld: true) { _ in }.unreadable.isEmpty)
            #expect(try await here.held() == held)
            here.simulator.resetCounters()
            _ = try await here.pass(.day(here.day))
            #expect(try await here.held() == held)
            #expect(here.simulator.counters.requests(to: .media) == 0)
        }
    }
}
