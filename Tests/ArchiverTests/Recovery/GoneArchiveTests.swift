import DailyArchive
import Files
import Foundation
import Logging
import Manifest
import Recordings
import Simulator
import Testing
import WebexContactCenter

@testable import Archiver

/// What a rebuild says of archives that only the evidence log knows.
@Suite struct `A rebuild without manifest and archives` {
    private func rebuild(
        _ here: Installation,
        organizations: [OrganizationName: OrganizationID] = [:]
    ) async throws -> Rebuild.Summary {
        let logger = Logger(label: "callark.tests") { _ in SwiftLogNoOpLogHandler() }
        let rebuild = Rebuild(root: here.root, schedule: AskSchedule(), logger: logger, organizations: organizations)
        return try await rebuild.run(now: here.now(), discardingOld: true) { _ in }
    }

    private func remove(_ paths: [String], _ here: Installation) throws {
        let manifest = ["", "-wal", "-shm"].map { here.root.manifestPath + $0 }
        for path in paths + manifest where FileManager.default.fileExists(atPath: path) {
            try FileManager.default.removeItem(atPath: path)
        }
    }

    /// The IDs that a configuration would have.
    private func configured(_ here: Installation) throws -> [OrganizationName: OrganizationID] {
        let provider = try here.provider()
        return [provider.organization: provider.organizationID]
    }

    @Test(arguments: [true, false])
    func `names what was in the spool if only the evidence log knows it, and the next pass fetches it`(isKnown: Bool)
        async throws
    {
        let world = try SimulatedWorld.evening()
        try await Installation.with(world) { here in
            try await here.pass()
            let stored = try await here.held()
            try #require(!stored.isEmpty)
            let open = try #require(try here.root.openArchives().first)
            try remove([here.root.openArchivePath(open), here.root.journalPath(open)], here)
            var organizations: [OrganizationName: OrganizationID] = [:]
            if isKnown { organizations = try configured(here) }
            let summary = try await rebuild(here, organizations: organizations)
            #expect(summary.faults.map(\.archive) == [open.description])
            #expect(summary.faults.first?.kind == .notTakenIn)
            // The log says from then on that it left the spool.
            let again = try await rebuild(here, organizations: organizations)
            #expect(again.faults.isEmpty)
            try await here.pass()
            let held = try await here.held()
            #expect(held == stored)
        }
    }

    @Test func `names an open archive of which a part is lost, once`() async throws {
        let world = try SimulatedWorld.evening()
        try await Installation.with(world) { here in
            try await here.pass()
            let stored = try await here.held()
            let rows = try await here.recordings()
            let last = try #require(rows.compactMap(\.held?.offset).max())
            try #require(rows.count > 1)
            let open = try #require(try here.root.openArchives().first)
            let file = try #require(FileHandle(forUpdatingAtPath: here.root.openArchivePath(open)))
            try file.truncate(atOffset: UInt64(last))
            try file.close()
            try remove([], here)
            let summary = try await rebuild(here, organizations: configured(here))
            #expect(summary.stored == rows.count - 1)
            #expect(summary.faults.map(\.archive) == [open.description], "\(summary.faults)")
            #expect(summary.faults.first?.message.hasPrefix("1 recording of") == true)
            let again = try await rebuild(here, organizations: configured(here))
            #expect(again.faults.isEmpty, "\(again.faults)")
            try await here.pass()
            let held = try await here.held()
            #expect(held == stored)
        }
    }

    @Test(arguments: [true, false])
    func `names an archive that only the evidence log knows`(isKnown: Bool) async throws {
        try await Installation.with(.small(calls: 3, mix: .plain)) { here in
            try await here.pass()
            let name = try #require(try here.root.archives.list().first)
            let count = try await here.recordings().count
            try remove([here.root.archivePath(name), here.root.sideFilePath(name)], here)
            let error = await #expect(throws: ArchiverError.self) { try await here.pass() }
            #expect(error?.code == .damaged)
            var organizations: [OrganizationName: OrganizationID] = [:]
            if isKnown { organizations = try configured(here) }
            let summary = try await rebuild(here, organizations: organizations)
            #expect(summary.faults.map(\.kind) == [.archiveMissing])
            #expect(summary.gone == [name: Int64(count)] && summary.goneRecordings == Int64(count))
            // `verify` calls it damage, whether the manifest has it or only the log.
            let faults = try await here.verify()
            #expect(faults.contains { $0.hasPrefix("\(here.root.archivePath(name)) is missing") }, "\(faults)")
        }
    }

    @Test func `does not name an archive of which another one has everything`() async throws {
        try await Installation.with(.small(calls: 4, mix: .plain)) { here in
            try await here.pass()
            let first = try #require(try here.root.archives.list().first)
            for path in [here.root.archivePath(first), here.root.sideFilePath(first)] {
                try FileManager.default.removeItem(atPath: path)
            }
            let repair = try await here.open { try await $0.repair(VerificationRun.Scope()) { _ in } }
            #expect(repair.isComplete)
            try remove([], here)
            let summary = try await rebuild(here)
            #expect(summary.faults.isEmpty && summary.gone.isEmpty, "\(summary.faults)")
            let faults = try await here.verify()
            #expect(faults == [])
        }
    }
}
