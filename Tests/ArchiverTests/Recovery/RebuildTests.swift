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

@Suite struct `A rebuilt manifest` {
    /// Everything in a row of `list`, except its number, which may differ in a rebuilt manifest.
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

    private func rebuild(_ here: Installation, discardingOld: Bool = true) async throws -> Rebuild.Summary {
        let logger = Logger(label: "callark.tests") { _ in SwiftLogNoOpLogHandler() }
        return try await Rebuild(root: here.root, schedule: AskSchedule(), logger: logger)
            .run(now: here.now(), discardingOld: discardingOld) { _ in }
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

    @Test func `is resumed: the next pass downloads nothing again and seals the rest`() async throws {
        let world = try SimulatedWorld.evening()
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

    /// What may have happened to a manifest.
    enum Loss: CaseIterable {
        case gone, empty
    }

    @Test(arguments: Loss.allCases)
    func `is what a pass asks for if there are archives and no manifest, and the spool stays`(_ loss: Loss)
        async throws
    {
        let world = try SimulatedWorld.evening()
        try await Installation.with(world) { here in
            try await here.pass()
            let stored = try await here.held()
            let open = here.root.openArchivePath(try #require(try here.root.openArchives().first))
            let bytes = try Data(contentsOf: URL(filePath: open))
            try #require(try here.root.archives.list() == [])
            try FileManager.default.removeItem(atPath: here.root.manifestPath)
            if loss == .empty { try Data().write(to: URL(filePath: here.root.manifestPath)) }
            for _ in 0..<2 {
                let error = await #expect(throws: ArchiverError.self) { try await here.pass() }
                #expect(error?.code == .damaged)
                #expect(error?.message.contains("callark rebuild") == true)
            }
            #expect(try Data(contentsOf: URL(filePath: open)) == bytes)
            #expect(try await rebuild(here).stored == stored.count)
            #expect(try await here.held() == stored)
            here.simulator.resetCounters()
            try await here.pass()
            #expect(here.simulator.counters.requests(to: .media) == 0)
        }
    }

    @Test func `takes the place of one that cannot be opened, and never its log`() async throws {
        try await Installation.with(.small(calls: 3, mix: .plain)) { here in
            try await here.pass()
            let before = told(try await here.rows())
            let (junk, log) = (Data(repeating: 0x5A, count: 20_000), Data(repeating: 0xA5, count: 9000))
            try junk.write(to: URL(filePath: here.root.manifestPath))
            try log.write(to: URL(filePath: here.root.manifestPath + "-wal"))
            let aside = try #require(try await rebuild(here).previousManifest)
            #expect(try Data(contentsOf: URL(filePath: aside)) == junk)
            #expect(!FileManager.default.fileExists(atPath: here.root.manifestPath + "-wal"))
            #expect(told(try await here.rows()) == before)
            #expect(try await here.pass().isComplete)
            try await here.expectWhole()
        }
    }

    @Test func `leaves nothing out of the old one, and no moment without a manifest`() async throws {
        try await Installation.with(.small(calls: 3, mix: .plain)) { here in
            try await here.pass()
            let path = here.root.manifestPath
            // While someone is reading, the writer that closes leaves its WAL behind.
            let reader = try Manifest(path: path, mode: .readOnly, spool: try here.root.identity().id)
            try await here.pass()
            let log = try FileManager.default.attributesOfItem(atPath: path + "-wal")[.size] as? Int
            try #require((log ?? 0) > 0)
            let events = try await count(reader.events())
            let watch = Task.detached {
                var looks = 0
                while !Task.isCancelled {
                    guard FileManager.default.fileExists(atPath: path) else { return -1 }
                    looks += 1
                    await Task.yield()
                }
                return looks
            }
            let aside = try #require(try await rebuild(here).previousManifest)
            watch.cancel()
            #expect(await watch.value > 0)
            try reader.close()
            #expect(!FileManager.default.fileExists(atPath: path + "-wal"))
            let old = try Manifest(path: aside, mode: .readOnly, spool: try here.root.identity().id)
            #expect(try await count(old.events()) == events)
            #expect(try await old.faults() == [])
            try old.close()
            #expect(try await here.pass().isComplete)
            try await here.expectWhole()
        }
    }

    private func count(_ events: some AsyncSequence<Event, any Error>) async throws -> Int {
        try await events.reduce(0) { count, _ in count + 1 }
    }

    @Test func `that had to leave an archive out does not give its name to another`() async throws {
        try await Installation.with(.small(calls: 4, mix: .plain)) { here in
            try await here.pass()
            let damaged = try #require(try here.root.archives.list().first)
            let path = here.root.archivePath(damaged)
            try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
            let file = try #require(FileHandle(forUpdatingAtPath: path))
            try file.truncate(atOffset: try file.seekToEnd() / 2)
            try file.close()
            let kept = try Data(contentsOf: URL(filePath: path))
            #expect(try await rebuild(here).unreadable == [damaged])
            for _ in 0..<2 {
                let result = try await here.pass()
                #expect(result.failure == nil)
                #expect(result.isComplete)
            }
            #expect(try here.root.archives.list().map(\.sequence) == [1, 2])
            #expect(try await here.held() == here.offered())
            #expect(try Data(contentsOf: URL(filePath: path)) == kept)
        }
    }

    /// Changes the bytes of an archive.
    private func change(_ path: String, _ body: (inout Data) throws -> Void) throws {
        var bytes = try Data(contentsOf: URL(filePath: path))
        try body(&bytes)
        try FileManager.default.removeItem(atPath: path)
        try bytes.write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o440], ofItemAtPath: path)
    }

    @Test func `has what is whole of a damaged archive, names the rest, and has the next pass fetch that`() async throws
    {
        try await Installation.with(.small(mix: .plain)) { here in
            try await here.pass()
            let rows = try await here.recordings()
            let name = try #require(try here.root.archives.list().first)
            // The bytes of one recording, and the line of another.
            let (bytes, line) = (rows[1], rows[3])
            try change(here.root.archivePath(name)) { data in
                data[Int(try #require(bytes.held).offset)] ^= 1
                let entry = Data(#""recording_id":"\#(line.key.recordingID)""#.utf8)
                let place = try #require(data.range(of: entry))
                data[place.lowerBound - 20] ^= 1
            }
            let summary = try await rebuild(here)
            #expect(summary.unreadable == [])
            #expect(summary.recordings == rows.count - 2)
            for row in [bytes, line] {
                #expect(
                    summary.faults.contains {
                        $0.offset == row.held?.offset && $0.member?.contains(row.file.description) == true
                    },
                    "\(summary.faults)"
                )
            }
            let lost = [bytes.key.recordingID, line.key.recordingID].map(\.description)
            let held = try await here.held()
            #expect(held == here.offered().filter { !lost.contains($0.recording) })
            #expect(try await here.pass().isComplete)
            #expect(try await here.held() == here.offered())
            #expect(try here.root.archives.list().map(\.sequence) == [1, 2])
        }
    }

    /// Anyone can rewrite a side file; headers and payloads are read nevertheless.
    @Test(arguments: [true, false])
    func `does not take an archive's word that was changed, whatever its side file says`(isForged: Bool) async throws {
        try await Installation.with(.small(calls: 6, mix: .plain)) { here in
            try await here.pass()
            let rows = try await here.recordings()
            let name = try #require(try here.root.archives.list().first)
            let path = here.root.archivePath(name)
            try change(path) { data in data[Int(try #require(rows[2].held).offset)] ^= 1 }
            if isForged {
                let digest = SHA256.hash(data: try Data(contentsOf: URL(filePath: path)))
                let line = Hexadecimal.text(digest) + "  \(name).tar\n"
                let side = here.root.sideFilePath(name)
                try FileManager.default.removeItem(atPath: side)
                try Data(line.utf8).write(to: URL(filePath: side))
            }
            let summary = try await rebuild(here)
            #expect(summary.recordings == rows.count - 1)
            let taskID = rows[2].key.taskID
            #expect(summary.faults.contains { $0.kind == .recordingDamaged && $0.taskID == taskID })
            // The evidence log knows what was sealed: no repair makes that right again.
            #expect(summary.faults.contains { $0.kind == .evidence } == isForged)
            #expect(try await here.pass().isComplete == !isForged)
            #expect(try await here.held() == here.offered())
        }
    }

    @Test func `needs no side file`() async throws {
        try await Installation.with(.small(calls: 3, mix: .plain)) { here in
            try await here.pass()
            let before = told(try await here.rows())
            let name = try #require(try here.root.archives.list().first)
            try FileManager.default.removeItem(atPath: here.root.sideFilePath(name))
            let summary = try await rebuild(here)
            #expect(summary.faults.map(\.kind) == [.sideFile])
            #expect(told(try await here.rows()) == before)
        }
    }

    @Test func `refuses if the spool no longer has what the old manifest calls stored, and changes nothing`()
        async throws
    {
        let evening = try #require(ArchiveDay("2025-11-20")).interval(in: .gmt).lowerBound + .hours(18)
        let world = try SimulatedWorld.small(
            days: ["2025-11-19", "2025-11-20"],
            calls: 12,
            clock: .at(Moment(evening.millisecondsSince1970)),
            mix: .plain
        )
        try await Installation.with(world) { here in
            try await here.pass(.sinceLastPass)
            let agreeing = try await rebuild(here, discardingOld: false)
            guard case .sound = agreeing.refusal else { throw CommentedError("not sound: \(agreeing)") }
            let before = try await here.rows()
            let open = try #require(try here.root.openArchives().first)
            let stored = before.count { if case .recording(let row) = $0 { row.held?.archive == open } else { false } }
            try #require(stored > 0)
            try FileManager.default.removeItem(atPath: here.root.openArchivePath(open))
            let refused = try await rebuild(here, discardingOld: false)
            guard case .contradicted = refused.refusal else { throw CommentedError("not refused: \(refused)") }
            #expect(refused.contradictions.faults.contains { $0.archive == open.description })
            #expect(refused.previousManifest == nil)
            #expect(try await here.rows() == before)
            let summary = try await rebuild(here)
            #expect(!summary.contradictions.isEmpty && summary.previousManifest != nil)
        }
    }

    @Test func `is not refused for what only the archives know, as beside a manifest out of a backup`() async throws {
        try await Installation.with(.small(days: ["2025-11-19", "2025-11-20"], calls: 4, mix: .plain)) { here in
            try await here.pass(.day(try #require(ArchiveDay("2025-11-19"))))
            let backup = here.root.path + "-backup"
            defer { try? FileManager.default.removeItem(atPath: backup) }
            try Manifest.settleLog(at: here.root.manifestPath)
            try FileManager.default.copyItem(atPath: here.root.manifestPath, toPath: backup)
            try await here.pass()
            for suffix in ["", "-wal", "-shm"] {
                try? FileManager.default.removeItem(atPath: here.root.manifestPath + suffix)
            }
            try FileManager.default.copyItem(atPath: backup, toPath: here.root.manifestPath)
            let summary = try await rebuild(here, discardingOld: false)
            guard case .sound = summary.refusal else { throw CommentedError("\(summary)") }
            try await here.pass()
            try await here.expectWhole()
        }
    }

    /// The same recordings in two archives: intact in the first, only in the second, or in neither.
    @Test func `has a recording that two archives hold once, where it is whole, and says so`() async throws {
        try await Installation.with(.small(calls: 5, mix: .plain)) { here in
            try await here.pass()
            let rows = try await here.recordings()
            let first = try #require(try here.root.archives.list().first)
            // The same day archived elsewhere, under the name of a supplement.
            let other = Installation(here, root: here.root.path + "-other")
            defer { try? FileManager.default.removeItem(atPath: other.root.path) }
            let writer = ArchiveWriter(root: other.root, logger: try here.setup().logger)
            try other.makeRoot()
            try other.root.prepare()
            let second = ArchiveName(organization: first.organization, day: first.day, sequence: 2)
            var members: [(ArchiveName, PendingMember)] = []
            let path = here.root.archivePath(first)
            for try await entry in try await ArchiveMetadata.open(first, in: here.root.archives).recordings {
                members.append((second, PendingMember(entry: entry, content: ReceivedContent(of: entry, in: path))))
            }
            let copies = try await writer.append(members).entries
            let tasks = AsyncThrowingStream<TaskEntry, any Error> { $0.finish() }
            _ = try await writer.seal(second, tasks: tasks, salt: await writer.drawSalt())
            for place in [other.root.archivePath(second), other.root.sideFilePath(second)] {
                let file = URL(filePath: place).lastPathComponent
                try FileManager.default.copyItem(
                    atPath: place,
                    toPath: URL(filePath: path).deletingLastPathComponent().appending(path: file).path
                )
            }
            try change(path) { data in
                for row in rows[1...2] { data[Int(try #require(row.held).offset)] ^= 1 }
            }
            try change(here.root.archivePath(second)) { data in
                let copy = try #require(copies.first { $0.key == rows[2].key })
                data[Int(copy.offset)] ^= 1
            }
            let summary = try await rebuild(here)
            // Two are reported as damaged; one of them is intact nowhere.
            #expect(summary.recordings == rows.count - 1)
            #expect(summary.remarks.count == rows.count - 2)
            #expect(summary.faults.contains { $0.offset == rows[2].held?.offset })
            #expect(!summary.faults.contains { $0.offset == rows[1].held?.offset })
            let now = try await here.recordings()
            #expect(now.map(\.key) == rows.map(\.key))
            for (index, row) in now.enumerated() where index != 2 {
                #expect(row.held?.archive == (index == 1 ? second : first))
            }
            #expect(try await here.verify().contains { $0.contains(rows[2].key.taskID.description) })
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

/// Why a test cannot continue.
private struct CommentedError: Error {
    var comment: String

    init(_ comment: String) { self.comment = comment }
}
