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

/// What `verify --repair` does about damage.
@Suite struct `A repair` {
    /// Changes bytes in the middle of a recording in a file.
    private func damage(_ path: String, _ held: RecordingRow.Held) throws {
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
        let file = try #require(FileHandle(forUpdatingAtPath: path))
        try file.seek(toOffset: UInt64(held.offset + held.byteCount / 2))
        let byte = try #require(try file.read(upToCount: 1)?.first)
        try file.seek(toOffset: UInt64(held.offset + held.byteCount / 2))
        try file.write(contentsOf: [byte ^ 0x40])
        try file.close()
        if path.hasSuffix(".tar") {
            try FileManager.default.setAttributes([.posixPermissions: 0o440], ofItemAtPath: path)
        }
    }

    private func repair(
        _ here: Installation,
        _ scope: VerificationRun.Scope = VerificationRun.Scope()
    ) async throws -> (Repair, faults: [ArchiveFault]) {
        try await here.open { archive in
            var faults: [ArchiveFault] = []
            let repair = try await archive.repair(scope) { faults += $0.faults }
            return (repair, faults)
        }
    }

    /// Archives a day and damages its first `count` recordings.
    private func damaged(_ here: Installation, _ count: Int = 1) async throws -> [RecordingRow] {
        try await here.pass()
        let rows = try await here.recordings().prefix(count)
        for row in rows {
            let held = try #require(row.held)
            try damage(here.root.archivePath(held.archive), held)
        }
        return Array(rows)
    }

    private func rebuilt(_ here: Installation) async throws -> Rebuild.Summary {
        let logger = Logger(label: "callark.tests") { _ in SwiftLogNoOpLogHandler() }
        return try await Rebuild(root: here.root, schedule: AskSchedule(), logger: logger).run(
            now: here.now(),
            discardingOld: true
        ) { _ in }
    }

    private func faults(_ here: Installation) async throws -> [ArchiveFault] {
        let manifest = try Manifest(of: here.root, mode: .readOnly)
        defer { try? manifest.close() }
        var faults: [ArchiveFault] = []
        _ = try await VerificationRun(root: here.root, manifest: manifest).run(VerificationRun.Scope()) {
            faults += $0.faults
        }
        return faults
    }

    /// Everything in each row of `list`.
    private func told(_ here: Installation) async throws -> [String] {
        try await here.recordings().map { row in
            let held = row.held.map { "\($0)" } ?? "-"
            return "\(row.key) \(row.file) \(row.state) \(row.reason ?? "-") \(row.attempts) \(held)"
        }
    }

    @Test func `fetches what is damaged into a supplement, and leaves the sealed archive alone`() async throws {
        try await Installation.with(.small(mix: .plain)) { here in
            let rows = try await damaged(here, 3).sorted { $0.held?.offset ?? 0 < $1.held?.offset ?? 0 }
            let sealed = try here.sealedFiles()
            here.simulator.resetCounters()
            let (repair, found) = try await repair(here)
            #expect(Set(found.compactMap(\.taskID)) == Set(rows.map(\.key.taskID)))
            #expect(repair.isComplete)
            #expect(repair.left == [])
            #expect(repair.outcomes.map(\.recordingID) == rows.map(\.key.recordingID))
            #expect(repair.outcomes.allSatisfy { $0.repairedBy?.sequence == 2 && $0.state == .archived })
            #expect(repair.outcomes.map(\.offset) == rows.map { $0.held?.offset })
            #expect(here.simulator.counters.requests(to: .media) == 3)
            #expect(try here.sealedFiles().filter { sealed.keys.contains($0.key) } == sealed)
            #expect(try await here.held() == here.offered())
            let left = try await faults(here)
            #expect(left.allSatisfy { $0.repairedBy?.sequence == 2 })
            #expect(Set(left.compactMap(\.taskID)) == Set(rows.map(\.key.taskID)), "the damage is still named")
            // The lines of the supplement name what they replace.
            let supplement = try #require(try here.root.archives.list().last)
            for try await entry in try await ArchiveMetadata.open(supplement, in: here.root.archives).recordings {
                #expect(entry.replaces?.sequence == 1)
                #expect(entry.suspicion == nil)
            }
        }
    }

    @Test func `leaves a manifest that a rebuild gives again, and a pass that finds nothing to do`() async throws {
        try await Installation.with(.small(mix: .plain)) { here in
            _ = try await damaged(here, 2)
            _ = try await repair(here)
            let before = try await told(here)
            let summary = try await rebuilt(here)
            #expect(summary.faults == [])
            #expect(try await told(here) == before)
            #expect(try await faults(here).allSatisfy { $0.repairedBy != nil })
            here.simulator.resetCounters()
            #expect(try await here.pass().isComplete)
            #expect(here.simulator.counters.requests(to: .media) == 0)
        }
    }

    @Test func `of a repair that was damaged again gives a third archive`() async throws {
        try await Installation.with(.small(calls: 3, mix: .plain)) { here in
            let row = try #require(try await damaged(here).first)
            _ = try await repair(here)
            let second = try #require(try await here.recordings().first { $0.key == row.key }?.held)
            try damage(here.root.archivePath(second.archive), second)
            let (repair, _) = try await repair(here)
            #expect(repair.isComplete)
            #expect(repair.outcomes.map(\.archive.sequence) == [2])
            #expect(repair.outcomes.map(\.repairedBy?.sequence) == [3])
            #expect(try await here.held() == here.offered())
            let before = try await told(here)
            _ = try await rebuilt(here)
            #expect(try await told(here) == before)
            #expect(try await faults(here).allSatisfy { $0.repairedBy?.sequence == 3 })
        }
    }

    @Test func `of what the provider has no more says so, and never calls it archived`() async throws {
        try await Installation.with(.small(calls: 4, mix: .plain)) { here in
            let rows = try await damaged(here, 2)
            let gone = rows[0].key
            here.simulator.removeRecording(gone.recordingID.description)
            for _ in 0..<2 {
                let (repair, _) = try await repair(here)
                #expect(!repair.isComplete)
                #expect(!repair.left.isEmpty)
                let outcome = try #require(repair.outcomes.first { $0.recordingID == gone.recordingID })
                #expect(outcome.repairedBy == nil)
                #expect(outcome.state == .damaged)
                #expect(outcome.reason?.hasPrefix("damaged in acme-2025-11-20-001; ") == true)
                let row = try #require(try await here.recordings().first { $0.key == gone })
                #expect(row.held == nil)
            }
            #expect(try await faults(here).filter { $0.repairedBy == nil }.contains { $0.taskID == gone.taskID })
        }
    }

    @Test func `takes a recording back if its archive is whole again, such as out of a backup`() async throws {
        try await Installation.with(.small(calls: 4, mix: .plain)) { here in
            try await here.pass()
            let name = try #require(try here.root.archives.list().first)
            let path = here.root.archivePath(name)
            let backup = try Data(contentsOf: URL(filePath: path))
            let before = try await told(here)
            for served in here.simulator.servedRecordings() {
                here.simulator.removeRecording(served.recording.id)
            }
            // The whole archive is gone, and the provider no longer has anything.
            try FileManager.default.removeItem(atPath: path)
            let (lost, _) = try await repair(here)
            #expect(!lost.isComplete)
            #expect(lost.outcomes.count == before.count)
            #expect(try await here.recordings().allSatisfy { $0.state == .damaged && $0.held == nil })
            try backup.write(to: URL(filePath: path))
            try FileManager.default.setAttributes([.posixPermissions: 0o440], ofItemAtPath: path)
            let (restored, _) = try await repair(here)
            #expect(restored.isComplete)
            #expect(try await told(here) == before)
            #expect(try await here.verify() == [])
        }
    }

    @Test func `is begun by a pass that finds its own archive damaged before it could note it as sealed`() async throws
    {
        let evening = try #require(ArchiveDay("2025-11-20")).interval(in: .gmt).upperBound - .minutes(1)
        let world = try SimulatedWorld.small(clock: .at(Moment(evening.millisecondsSince1970)), mix: .plain)
        try await Installation.with(world) { here in
            try await here.pass()
            let before = try Data(contentsOf: URL(filePath: here.root.manifestPath))
            here.simulator.clock.advance(by: .seconds(24 * 3600))
            try await here.pass()
            let held = try #require(try await here.recordings().first?.held)
            try damage(here.root.archivePath(held.archive), held)
            try before.write(to: URL(filePath: here.root.manifestPath))
            try await here.pass()
            #expect(try here.root.archives.list().map(\.sequence) == [1, 2])
            let whole = try await here.held() == here.offered()
            #expect(whole)
            #expect(try await faults(here).filter { $0.repairedBy == nil }.map(\.kind) == [])
        }
    }

    @Test func `is refused if not a file is missing but a disk`() async throws {
        try await Installation.with(.small(calls: 2, mix: .plain)) { here in
            try await here.pass()
            let before = try await told(here)
            let archives = here.root.archivesPath
            try FileManager.default.moveItem(atPath: archives, toPath: archives + "-elsewhere")
            let error = await #expect(throws: ArchiverError.self) { try await self.repair(here) }
            #expect(error?.message.contains(archives) == true)
            try FileManager.default.removeItem(atPath: archives)
            try FileManager.default.moveItem(atPath: archives + "-elsewhere", toPath: archives)
            #expect(try await told(here) == before)
            let (nothing, _) = try await repair(here)
            #expect(nothing.isComplete && nothing.outcomes.isEmpty)
        }
    }

    @Test func `of what is other bytes at the provider now keeps them, with a suspicion`() async throws {
        try await Installation.with(.small(calls: 2, mix: .plain)) { here in
            let row = try #require(try await damaged(here).first)
            let first = try #require(row.held?.digest)
            here.simulator.replaceAudio(of: row.key.recordingID.description)
            let (repair, _) = try await repair(here)
            #expect(repair.isComplete)
            let held = try #require(try await here.recordings().first { $0.key == row.key }?.held)
            #expect(held.digest != first)
            #expect(held.suspicion?.contains(first.description) == true)
            #expect(held.suspicion?.contains("acme-2025-11-20-001") == true)
            #expect(repair.outcomes.first?.reason == held.suspicion)
        }
    }

    @Test func `of an archive that is damaged in itself copies what is whole, and leaves nothing that counts there`()
        async throws
    {
        try await Installation.with(.small(calls: 3, mix: .plain)) { here in
            let row = try #require(try await damaged(here).first)
            let held = try #require(row.held)
            let path = here.root.archivePath(held.archive)
            // In addition, the header of another member.
            let other = try #require(try await here.recordings().last?.held)
            try damage(path, RecordingRow.Held(header: other))
            let count = try await here.recordings().count
            here.simulator.resetCounters()
            let (repair, _) = try await repair(here)
            #expect(repair.isComplete && repair.left.isEmpty)
            #expect(repair.outcomes.count == count)
            #expect(repair.outcomes.allSatisfy { $0.repairedBy?.sequence == 2 && $0.state == .archived })
            #expect((repair.copied, repair.fetched) == (count - 1, 1))
            #expect(here.simulator.counters.requests(to: .media) == 1)
            #expect(try await here.held() == here.offered())
            let supplement = try #require(try here.root.archives.list().last)
            for try await entry in try await ArchiveMetadata.open(supplement, in: here.root.archives).recordings {
                #expect(entry.replaces == held.archive)
            }
            let before = try await told(here)
            _ = try await rebuilt(here)
            #expect(try await told(here) == before, "the archives say the same")
        }
    }

    @Test func `resumes after a crash between the copies' bytes and the manifest`() async throws {
        try await Installation.with(.small(calls: 4, mix: .plain)) { here in
            try await here.pass()
            let before = try await here.recordings()
            let held = try #require(before.first?.held)
            try damage(here.root.archivePath(held.archive), RecordingRow.Held(header: held))
            // The open archive is known, but not what is about to be appended to it.
            try await here.open { archive in
                let context = archive.context
                _ = try await context.openArchive(for: held.archive.organization, day: held.archive.day)
            }
            let manifest = try Data(contentsOf: URL(filePath: here.root.manifestPath))
            try await here.open { archive in
                let outcome = try await ArchiveCopying(context: archive.context, name: held.archive).run()
                #expect(outcome.copied.count == before.count && outcome.damaged == 0)
            }
            for suffix in ["-wal", "-shm"] {
                try? FileManager.default.removeItem(atPath: here.root.manifestPath + suffix)
            }
            try manifest.write(to: URL(filePath: here.root.manifestPath))
            here.simulator.resetCounters()
            let (repair, _) = try await repair(here)
            #expect(repair.isComplete)
            #expect(here.simulator.counters.requests(to: .media) == 0)
            #expect(try await here.held() == here.offered())
            _ = try await here.pass()
            #expect(try here.root.archives.list().map(\.sequence) == [1, 2])
            #expect(try await here.recordings().allSatisfy { $0.held?.archive.sequence == 2 && $0.state == .archived })
            #expect(try await faults(here).allSatisfy { $0.repairedBy?.sequence == 2 })
        }
    }

    @Test func `of the spool fetches what is no longer whole there`() async throws {
        let evening = try #require(ArchiveDay("2025-11-20")).interval(in: .gmt).lowerBound + .hours(20)
        let world = try SimulatedWorld.small(clock: .at(Moment(evening.millisecondsSince1970)), mix: .plain)
        try await Installation.with(world) { here in
            try await here.pass()
            let row = try #require(try await here.recordings().first { $0.state == .stored })
            let held = try #require(row.held)
            try damage(here.root.openArchivePath(held.archive), held)
            let named = try await faults(here)
            #expect(named.contains { $0.taskID == row.key.taskID && $0.offset == held.offset })
            here.simulator.resetCounters()
            let (repair, _) = try await repair(here)
            #expect(repair.isComplete)
            #expect(repair.outcomes.map(\.recordingID) == [row.key.recordingID])
            #expect(repair.outcomes.map(\.state) == [.stored])
            #expect(here.simulator.counters.requests(to: .media) == 1)
            #expect(try await faults(here) == [])
            here.simulator.clock.advance(by: .seconds(36 * 3600))
            #expect(try await here.pass().isComplete)
            try await here.expectWhole()
        }
    }

    @Test func `without damage changes nothing, and is for one day if that was asked`() async throws {
        let world = try SimulatedWorld.small(days: ["2025-11-19", "2025-11-20"], calls: 3, mix: .plain)
        try await Installation.with(world) { here in
            try await here.pass(.sinceLastPass)
            let sealed = try here.sealedFiles()
            here.simulator.resetCounters()
            let (nothing, found) = try await repair(here)
            #expect(nothing.isComplete && nothing.outcomes.isEmpty && found.isEmpty)
            #expect(here.simulator.counters.requests(to: .captures) == 0)
            #expect(try here.sealedFiles() == sealed)
            let held = try #require(try await here.recordings().first?.held)
            try damage(here.root.archivePath(held.archive), held)
            let other = try #require(ArchiveDay("2025-11-20"))
            try #require(held.archive.day != other)
            let (elsewhere, _) = try await repair(here, VerificationRun.Scope(day: other))
            #expect(elsewhere.outcomes.isEmpty)
            let (there, _) = try await repair(here, VerificationRun.Scope(day: held.archive.day))
            #expect(there.outcomes.count == 1 && there.isComplete)
        }
    }

    @Test func `that was interrupted is resumed by any pass`() async throws {
        try await Installation.with(.small(calls: 4, mix: .plain)) { here in
            let rows = try await damaged(here, 2)
            here.simulator.inject(FaultRule(.captures, .always, .status(503)))
            let (repair, _) = try await here.open(change: { $0.rules.downloads.retry.attempts = 1 }) { archive in
                var faults = 0
                return (try await archive.repair(VerificationRun.Scope()) { faults += $0.faults.count }, faults)
            }
            #expect(!repair.failures.isEmpty)
            #expect(!repair.isComplete)
            #expect(try await here.recordings().filter { $0.state == .damaged }.count == rows.count)
            here.simulator.clearFaults()
            #expect(try await here.pass().isComplete)
            #expect(try await here.held() == here.offered())
            #expect(try await faults(here).allSatisfy { $0.repairedBy != nil })
        }
    }
}

extension RecordingRow.Held {
    /// A place whose middle is in the header block of a recording.
    fileprivate init(header held: RecordingRow.Held) {
        self = held
        offset = held.offset - 512
        byteCount = 200
    }
}
