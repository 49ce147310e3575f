import Crypto
import DailyArchive
import Files
import Foundation
import Logging
import Manifest
import Recordings
import Simulator
import Testing
@testable import Archiver

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

    @Test func `finds nothing of an unknown task`() async throws {
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
            let error = await #expect(throws: ArchiverError.self) { _ = try await here.held() }
            #expect(error?.code == .damaged)
            let faults = try await here.verify()
            #expect(faults.contains { $0.contains(row.key.taskID.description) && $0.contains("\(held.offset)") })
        }
    }
}
