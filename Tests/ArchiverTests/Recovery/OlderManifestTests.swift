import DailyArchive
import Files
import Foundation
import Manifest
import Recordings
import Simulator
import Synchronization
import Testing

@testable import Archiver

/// A manifest that was restored from a backup, next to archives that continued without it. The provider no longer has
/// what was archived since, so the disk's content must be enough.
@Suite struct `A manifest older than the archives` {
    /// The manifest as it was at some moment, with its WAL checkpointed into it.
    private func backup(_ here: Installation, _ name: String) throws -> String {
        let copy = "\(here.root.path)-\(name).sqlite"
        try? FileManager.default.removeItem(atPath: copy)
        try FileManager.default.copyItem(atPath: here.root.manifestPath, toPath: copy)
        return copy
    }

    private func restore(_ copy: String, _ here: Installation) throws {
        for suffix in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: here.root.manifestPath + suffix)
        }
        try FileManager.default.copyItem(atPath: copy, toPath: here.root.manifestPath)
    }

    private func purge(_ here: Installation) {
        for served in here.simulator.servedRecordings() { here.simulator.removeRecording(served.recording.id) }
    }

    private func advance(_ here: Installation, hours: Double) {
        here.simulator.clock.advance(by: .seconds(hours * 3600))
    }

    private static func world() throws -> SimulatedWorld {
        let noon = try #require(ArchiveDay("2025-11-20")).interval(in: .gmt).lowerBound + .hours(13)
        return try .small(calls: 9, clock: .at(Moment(noon.millisecondsSince1970)), mix: .plain)
    }

    /// Runs through the day, and returns the manifests of noon and evening and what there was to archive.
    private func live(
        _ body: (Installation, _ noon: String, _ evening: String, _ offered: [Evidence]) async throws -> Void
    ) async throws {
        try await Installation.with(Self.world()) { here in
            try await here.pass()
            let noon = try backup(here, "noon")
            defer { try? FileManager.default.removeItem(atPath: noon) }
            advance(here, hours: 10)
            try await here.pass()
            let evening = try backup(here, "evening")
            defer { try? FileManager.default.removeItem(atPath: evening) }
            try await body(here, noon, evening, here.offered())
        }
    }

    private func expectNothingLost(
        _ here: Installation,
        _ offered: [Evidence],
        location: SourceLocation = #_sourceLocation
    ) async throws {
        #expect(try await here.held() == offered, sourceLocation: location)
        #expect(try await here.verify() == [], sourceLocation: location)
        #expect(here.simulator.counters.requests(to: .media) == 0, sourceLocation: location)
        let sealed = try here.sealedFiles()
        try await here.pass()
        #expect(try await here.held() == offered, "a second pass changes nothing", sourceLocation: location)
        #expect(try here.sealedFiles() == sealed, sourceLocation: location)
    }

    @Test func `keeps what was stored since in the spool`() async throws {
        try await live { here, noon, _, offered in
            try restore(noon, here)
            purge(here)
            here.simulator.resetCounters()
            advance(here, hours: 24)
            try await here.pass()
            try await expectNothingLost(here, offered)
            #expect(try here.root.archives.list().count == 1)
        }
    }

    @Test func `adopts what was sealed since, whether it knew the archive as open or not at all`() async throws {
        try await live { here, noon, evening, offered in
            advance(here, hours: 24)
            try await here.pass()
            try #require(try here.root.archives.list().count == 1)
            for copy in [noon, evening] {
                try restore(copy, here)
                purge(here)
                here.simulator.resetCounters()
                try await here.pass()
                try await expectNothingLost(here, offered)
            }
        }
    }

    @Test func `adopts unknown supplements, in their order`() async throws {
        try await live { here, noon, _, _ in
            advance(here, hours: 24)
            try await here.pass()
            let task = try #require(here.recordedTasks.first)
            for _ in 0..<2 {
                try here.simulator.addRecording(to: task)
                let id = try #require(TaskID(task))
                _ = try await here.open { try await $0.acquire([id], organization: nil) }
                try await here.pass()
            }
            let names = try here.root.archives.list()
            try #require(names.map(\.sequence) == [1, 2, 3])
            let offered = here.offered()
            try restore(noon, here)
            purge(here)
            here.simulator.resetCounters()
            try await here.pass()
            try await expectNothingLost(here, offered)
            let manifest = try Manifest(of: here.root, mode: .readOnly)
            #expect(try await manifest.sealedArchives().map(\.name) == names)
            var told = 0
            for try await event in manifest.events() where event.kind == .archiveAdopted { told += 1 }
            #expect(told == 3)
            try manifest.close()
        }
    }

    @Test func `or rather an older spool is left alone, and holds nothing up`() async throws {
        try await live { here, _, _, offered in
            let name = try #require(try here.root.openArchives().first)
            let files = [here.root.openArchivePath(name), here.root.journalPath(name)]
            let copies = try files.map { try Data(contentsOf: URL(filePath: $0)) }
            advance(here, hours: 24)
            try await here.pass()
            for (file, bytes) in zip(files, copies) { try bytes.write(to: URL(filePath: file)) }
            let told = Told()
            for _ in 0..<2 { #expect(try await here.pass(observer: told.observe).isComplete) }
            #expect(told.lines.contains { $0.hasPrefix("left in the spool") })
            #expect(try await here.held() == offered)
            #expect(try Data(contentsOf: URL(filePath: files[0])) == copies[0])
        }
    }

    /// Cancelling stops each step wherever it is, as the end of the process would; then the process continues.
    @Test func `is brought up to date however often that is cut off`() async throws {
        try await live { here, noon, _, _ in
            advance(here, hours: 24)
            try await here.pass()
            let task = try #require(here.recordedTasks.first)
            try here.simulator.addRecording(to: task)
            let id = try #require(TaskID(task))
            _ = try await here.open { try await $0.acquire([id], organization: nil) }
            try await here.pass()
            let offered = here.offered()
            try restore(noon, here)
            purge(here)
            here.simulator.resetCounters()
            var cutOff = 0
            for reading in 1...25 where try await isCutOff(here, atReading: reading) { cutOff += 1 }
            #expect(cutOff > 0)
            try await here.pass()
            try await expectNothingLost(here, offered)
        }
    }

    /// A pass that is cancelled when it reads its clock for the n-th time.
    /// - Returns: whether it failed because of that.
    private func isCutOff(_ here: Installation, atReading number: Int) async throws -> Bool {
        let readings = Mutex(0)
        let pass = Mutex<Task<Pass.Result, any Error>?>(nil)
        let (isKnown, know) = AsyncStream<Void>.makeStream()
        let time = here.now
        let now: @Sendable () -> Timestamp = {
            let count = readings.withLock { count in
                count += 1
                return count
            }
            if count == number { pass.withLock(\.self)?.cancel() }
            return time()
        }
        let task = Task {
            for await _ in isKnown {}
            return try await here.pass(now: now)
        }
        pass.withLock { $0 = task }
        know.finish()
        if case .failure = await task.result { return true }
        return false
    }

    @Test func `of before the first recording stores an open archive that it never heard of`() async throws {
        try await Installation.with(Self.world()) { here in
            try await here.open { _ in }
            let empty = try backup(here, "empty")
            defer { try? FileManager.default.removeItem(atPath: empty) }
            advance(here, hours: 10)
            try await here.pass()
            let offered = here.offered()
            try restore(empty, here)
            purge(here)
            here.simulator.resetCounters()
            // First only the recovery, and a day later the sealing.
            try await here.pass()
            #expect(try await here.recordings().allSatisfy { $0.state == .stored })
            try await expectNothingLost(here, offered)
            advance(here, hours: 24)
            #expect(try await here.pass().archives.count == 1)
            #expect(try await here.held() == offered)
            #expect(try await here.verify() == [])
        }
    }

    @Test func `takes out of a damaged archive what is whole, names the rest, and does not use its name again`()
        async throws
    {
        try await live { here, noon, _, offered in
            advance(here, hours: 24)
            try await here.pass()
            let name = try #require(try here.root.archives.list().first)
            let row = try #require(try await here.recordings().last)
            let held = try #require(row.held)
            let path = here.root.archivePath(name)
            try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
            var bytes = try Data(contentsOf: URL(filePath: path))
            // One recording and a tag file of the bag, so that the archive as a whole is not trusted.
            bytes[Int(held.offset)] ^= 1
            let declaration = try #require(bytes.range(of: Data("BagIt-Version".utf8)))
            bytes[declaration.lowerBound] ^= 1
            try bytes.write(to: URL(filePath: path))
            try restore(noon, here)
            purge(here)
            let told = Told()
            let result = try await here.pass(observer: told.observe)
            #expect(result.failure == nil)
            let missing = offered.filter { $0.recording != row.key.recordingID.description }
            #expect(try await here.held() == missing)
            #expect(told.lines.contains { $0.contains(row.key.taskID.description) && $0.contains("\(held.offset)") })
            #expect(try await here.verify().contains { $0.contains(row.key.taskID.description) })
            try here.simulator.addRecording(to: row.key.taskID.description)
            advance(here, hours: 2)
            try await here.pass()
            #expect(try here.root.archives.list().map(\.sequence) == [1, 2])
        }
    }

    @Test func `beside an open archive of the same day has what only the other holds moved into it`() async throws {
        try await Installation.with(Self.world()) { here in
            try await here.pass()
            advance(here, hours: 10)
            let other = Installation(here, root: here.root.path + "-other")
            try other.makeRoot()
            try await other.pass()
            let offered = here.offered()
            let name = try #require(try here.root.openArchives().first)
            let elsewhere = ArchiveWriter(root: other.root, logger: try here.setup().logger)
            guard case .behind(_, let entries, _) = try await elsewhere.recover(name, known: nil) else {
                Issue.record("nothing there")
                return
            }
            // The members of an archive are in a folder with its own name.
            let stranger = ArchiveName(organization: name.organization, day: name.day, sequence: name.sequence + 6)
            let path = other.root.openArchivePath(name)
            let writer = ArchiveWriter(root: here.root, logger: try here.setup().logger)
            _ = try await writer.append(
                entries.map { (stranger, PendingMember(entry: $0, content: ReceivedContent(of: $0, in: path))) }
            )
            try await writer.close()
            let before = try await here.held()
            try #require(before.count < offered.count && entries.count == offered.count)
            purge(here)
            here.simulator.resetCounters()
            try await here.pass()
            #expect(try here.root.openArchives() == [name])
            try await expectNothingLost(here, offered)
        }
    }

    @Test func `counts a recording that the spool lost if another archive has it`() async throws {
        try await Installation.with(Self.world()) { here in
            try await here.pass()
            let offered = try await here.held()
            let name = try #require(try here.root.openArchives().first)
            let path = here.root.openArchivePath(name)
            let writer = ArchiveWriter(root: here.root, logger: try here.setup().logger)
            guard case .behind(_, let entries, _) = try await writer.recover(name, known: nil) else {
                Issue.record("nothing there")
                return
            }
            // For example one from a disk that was not mounted.
            let other = ArchiveName(organization: name.organization, day: name.day, sequence: name.sequence + 6)
            _ = try await writer.append(
                entries.map { (other, PendingMember(entry: $0, content: ReceivedContent(of: $0, in: path))) }
            )
            let tasks = AsyncThrowingStream<TaskEntry, any Error> { $0.finish() }
            _ = try await writer.seal(other, tasks: tasks, salt: await writer.drawSalt())
            try await writer.close()
            purge(here)
            here.simulator.resetCounters()
            try await here.pass()
            #expect(try await here.recordings().allSatisfy { $0.held?.archive == name }, "the first one counts")
            for file in [path, here.root.journalPath(name)] { try FileManager.default.removeItem(atPath: file) }
            try await here.pass()
            #expect(try await here.recordings().allSatisfy { $0.held?.archive == other && $0.state == .archived })
            #expect(try await here.held() == offered)
            #expect(here.simulator.counters.requests(to: .media) == 0)
        }
    }
}

/// The recoveries that an observer was told about.
private final class Told: Sendable {
    private let told = Mutex<[String]>([])

    var lines: [String] { told.withLock(\.self) }

    @Sendable func observe(_ event: PassEvent) {
        if case .recovered(_, let text) = event { told.withLock { $0.append(text) } }
    }
}
