import DailyArchive
import Foundation
import Logging
import Manifest
import Recordings
import Simulator
import Testing

@testable import Archiver

@Suite struct `A rebuilt manifest` {
    /// Everything that `list` tells of a row; the row's own number may be another in a rebuilt manifest.
    private func told(_ rows: [ListRow]) -> [String] {
        rows.map { row in
            switch row {
            case .gap(let gap): "\(gap)"
            case .recording(let row):
                "\(row.organization) \(row.day) \(row.key) \(row.stopTime.map(\.description) ?? "-") \(row.file) "
                    + "\(row.state) \(row.reason ?? "-") \(row.attempts) \(row.held.map { "\($0)" } ?? "-")"
            }
        }
    }

    private func rebuild(_ here: Installation) async throws -> Rebuild.Summary {
        let logger = Logger(label: "callark.tests") { _ in SwiftLogNoOpLogHandler() }
        return try await Rebuild(root: here.root, schedule: AskSchedule(), logger: logger).run(now: here.now()) { _ in }
    }

    @Test func `lists what the old one did, sealed and stored`() async throws {
        let evening = try #require(ArchiveDay("2025-11-20")).interval(in: .gmt).lowerBound + .hours(18)
        let world = try SimulatedWorld.small(
            days: ["2025-11-19", "2025-11-20"],
            calls: 12,
            clock: .at(Moment(evening.millisecondsSince1970)),
            mix: .plain
        )
        try await Installation.with(world) { here in
            try await here.pass(.sinceLastPass)
            let late = try #require(here.recordedTasks.first)
            try here.simulator.addRecording(to: late)
            here.simulator.clock.advance(by: .seconds(3600))
            try await here.pass(.sinceLastPass)
            let before = told(try await here.rows())
            let summary = try await rebuild(here)
            #expect(summary.archives == 2)
            #expect(summary.stored > 0)
            #expect(summary.unreadable.isEmpty)
            #expect(told(try await here.rows()) == before)
            #expect(try await here.verify() == [])
        }
    }

    @Test func `is gone on with: the next pass downloads nothing again and seals the rest`() async throws {
        let evening = try #require(ArchiveDay("2025-11-20")).interval(in: .gmt).lowerBound + .hours(18)
        let world = try SimulatedWorld.small(clock: .at(Moment(evening.millisecondsSince1970)), mix: .plain)
        try await Installation.with(world) { here in
            try await here.pass()
            let stored = try await here.held()
            _ = try await rebuild(here)
            here.simulator.clock.advance(by: .seconds(36 * 3600))
            here.simulator.resetCounters()
            #expect(try await here.pass().isComplete)
            #expect(here.simulator.counters.requests(to: .media) == here.offered().count - stored.count)
            try await here.expectWhole()
        }
    }

    @Test func `keeps the old one beside it, and is refused while a pass runs`() async throws {
        try await Installation.with(.small(calls: 2)) { here in
            try await here.pass()
            let summary = try await rebuild(here)
            #expect(FileManager.default.fileExists(atPath: try #require(summary.previousManifest)))
            try await here.open { _ in
                let error = await #expect(throws: ArchiveError.self) { _ = try await rebuild(here) }
                #expect(error?.code == .locked)
            }
        }
    }
}

@Suite struct `Fetching on demand` {
    @Test func `brings a task that was never listed, and the day's pass does not fetch it again`() async throws {
        try await Installation.with(.small(mix: .plain)) { here in
            let wanted = try #require(here.recordedTasks.first)
            let task = try #require(TaskID(wanted))
            let rows = try await here.open { archive in
                _ = try await archive.acquire([task], organization: nil)
                return try await archive.retrieval.recordings(of: task, organization: nil)
            }
            #expect(!rows.isEmpty)
            #expect(rows.allSatisfy { $0.state == .stored })
            #expect(try await here.held() == here.offered().filter { $0.task == wanted })
            here.simulator.resetCounters()
            #expect(try await here.pass().isComplete)
            #expect(here.simulator.counters.requests(to: .media) == here.offered().count - rows.count)
            try await here.expectWhole()
        }
    }

    @Test func `finds nothing of a task that nobody knows`() async throws {
        try await Installation.with(.small(calls: 2)) { here in
            let task = try #require(TaskID("00000000-0000-4000-8000-000000000000"))
            let rows = try await here.open { archive in
                _ = try await archive.acquire([task], organization: nil)
                return try await archive.retrieval.recordings(of: task, organization: nil)
            }
            #expect(rows == [])
        }
    }

    @Test func `gives no bytes out that are not those that were archived`() async throws {
        try await Installation.with(.small(calls: 2, mix: .plain)) { here in
            try await here.pass()
            let row = try #require(try await here.recordings().first)
            let held = try #require(row.held)
            let path = here.root.archivePath(held.archive)
            try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
            let file = try #require(FileHandle(forUpdatingAtPath: path))
            try file.seek(toOffset: UInt64(held.offset + held.byteCount / 2))
            try file.write(contentsOf: [0x5A, 0xA5, 0x5A])
            try file.close()
            let error = await #expect(throws: ArchiveError.self) { _ = try await here.held() }
            #expect(error?.code == .damaged)
            let faults = try await here.verify()
            #expect(faults.contains { $0.contains(row.key.taskID.description) && $0.contains("\(held.offset)") })
        }
    }
}
