import DailyArchive
import Files
import Foundation
import Logging
import Manifest
import Recordings
import Simulator
import Testing

@testable import Archiver

/// What a repair keeps of an archive that is completely lost.
@Suite struct `A lost archive` {
    /// Everything known about each call, recorded or not.
    private func calls(_ here: Installation) async throws -> [String] {
        let manifest = try Manifest(of: here.root, mode: .readOnly)
        defer { try? manifest.close() }
        let now = here.now()
        let standpoint = Standpoint(now: now, today: ArchiveDay(now, in: .gmt), horizon: .hours(168))
        let filter = ListFilter(organization: try here.organization)
        return try await manifest.calls(filter, at: standpoint).collected().map { call in
            "\(call.taskID) \(call.day) \(call.createdTime) \(call.status) \(call.captureRequest) \(call.state) "
                + "\(call.recordings.count)"
        }
    }

    private func lines(_ here: Installation, _ name: ArchiveName) async throws -> [TaskEntry] {
        var tasks: [TaskEntry] = []
        for try await task in try await ArchiveMetadata.open(name, in: here.root.archives).tasks { tasks.append(task) }
        return tasks
    }

    @Test func `leaves its calls without recordings to the supplement that makes up for it`() async throws {
        var mix = CallMix.plain
        mix.abandonedShare = 0.4
        try await Installation.with(.small(calls: 20, mix: mix)) { here in
            try await here.pass()
            let before = try await calls(here)
            try #require(before.contains { $0.hasSuffix(" none 0") })
            let first = try #require(try here.root.archives.list().first)
            let ids = Set(try await lines(here, first).map(\.id))
            #expect(ids.count == before.count)
            for path in [here.root.archivePath(first), here.root.archivePath(first) + ".sha256"] {
                try FileManager.default.removeItem(atPath: path)
            }
            let repair = try await here.open { try await $0.repair(VerificationRun.Scope()) { _ in } }
            #expect(repair.isComplete)
            let second = try #require(try here.root.archives.list().last)
            #expect(second.sequence == 2)
            #expect(Set(try await lines(here, second).map(\.id)) == ids)
            let logger = Logger(label: "callark.tests") { _ in SwiftLogNoOpLogHandler() }
            let summary = try await Rebuild(root: here.root, schedule: AskSchedule(), logger: logger)
                .run(now: here.now(), discardingOld: true) { _ in }
            #expect(summary.archives == 1)
            #expect(try await calls(here) == before)
        }
    }

    @Test func `that is only damaged in its recordings leaves its lines where they are`() async throws {
        try await Installation.with(.small(calls: 4, mix: .plain)) { here in
            try await here.pass()
            let held = try #require(try await here.recordings().first?.held)
            let path = here.root.archivePath(held.archive)
            try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
            let file = try #require(FileHandle(forUpdatingAtPath: path))
            try file.seek(toOffset: UInt64(held.offset + 60))
            try file.write(contentsOf: [0x7F, 0x7F, 0x7F])
            try file.close()
            try FileManager.default.setAttributes([.posixPermissions: 0o440], ofItemAtPath: path)
            let repair = try await here.open { try await $0.repair(VerificationRun.Scope()) { _ in } }
            #expect(repair.isComplete && repair.outcomes.count == 1)
            let second = try #require(try here.root.archives.list().last)
            #expect(second.sequence == 2)
            #expect(try await lines(here, second).count <= 1, "the call whose recording came again, at most")
        }
    }
}
