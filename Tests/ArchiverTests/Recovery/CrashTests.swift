import DailyArchive
import Files
import Foundation
import Manifest
import Recordings
import Simulator
import Testing

@testable import Archiver

/// What a process that died at some moment leaves behind, assembled by hand from folders of three moments: at noon,
/// late in the evening when the last call is over, and after sealing.
@Suite struct `After a crash` {
    /// A root as it was at three moments of one day.
    private struct Moments {
        var noon: ArchiveRoot
        var evening: ArchiveRoot
        var sealed: ArchiveRoot
        var name: ArchiveName
    }

    private static let world = Result {
        let noon = ArchiveDay("2025-11-20").map { $0.interval(in: .gmt).lowerBound + .hours(13) }
        return try SimulatedWorld.small(calls: 9, clock: .at(Moment(noon?.millisecondsSince1970 ?? 0)), mix: .plain)
    }

    /// Runs through the day once and passes on what existed at each moment; then a pass has to make it whole again.
    private func crash(
        _ damage: (Moments, ArchiveRoot) throws -> Void,
        location: SourceLocation = #_sourceLocation
    ) async throws {
        try await Installation.with(Self.world.get()) { here in
            let folder = here.root.path + "-moments"
            defer { try? FileManager.default.removeItem(atPath: folder) }
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            func keep(_ name: String) throws -> ArchiveRoot {
                try FileManager.default.copyItem(atPath: here.root.path, toPath: "\(folder)/\(name)")
                return ArchiveRoot(path: "\(folder)/\(name)")
            }
            try await here.pass()
            let noon = try keep("noon")
            here.simulator.clock.advance(by: .seconds(10 * 3600))
            try await here.pass()
            let evening = try keep("evening")
            let name = try #require(try evening.openArchives().first)
            let sizes = [try size(noon.openArchivePath(name)), try size(evening.openArchivePath(name))]
            try #require(sizes[0] < sizes[1])
            here.simulator.clock.advance(by: .seconds(24 * 3600))
            try await here.pass()
            let sealed = try keep("sealed")
            here.simulator.resetCounters()
            let after = Installation(here, root: "\(folder)/after")
            try damage(Moments(noon: noon, evening: evening, sealed: sealed, name: name), after.root)
            let result = try await after.pass()
            #expect(result.failure == nil, sourceLocation: location)
            #expect(result.isComplete, sourceLocation: location)
            try await after.expectWhole(location)
        }
    }

    private func size(_ path: String) throws -> Int {
        try #require(try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int)
    }

    private func copy(_ source: String, _ target: String) throws {
        try? FileManager.default.removeItem(atPath: target)
        try FileManager.default.copyItem(atPath: source, toPath: target)
    }

    private func write(_ path: String, _ body: (FileHandle) throws -> Void) throws {
        let file = try #require(FileHandle(forUpdatingAtPath: path))
        defer { try? file.close() }
        try body(file)
    }

    @Test func `files that are ahead of the manifest are kept`() async throws {
        try await crash { moments, root in
            try copy(moments.evening.path, root.path)
            try copy(moments.noon.manifestPath, root.manifestPath)
        }
    }

    @Test func `files that are behind the manifest are filled up again`() async throws {
        try await crash { moments, root in
            try copy(moments.noon.path, root.path)
            try copy(moments.evening.manifestPath, root.manifestPath)
        }
    }

    @Test func `an archive that was sealed before it was noted is noted`() async throws {
        try await crash { moments, root in
            try copy(moments.sealed.path, root.path)
            try copy(moments.evening.manifestPath, root.manifestPath)
            try copy(moments.evening.journalPath(moments.name), root.journalPath(moments.name))
        }
    }

    @Test(arguments: [1, 511, 512, 5000]) func `a tar that lost its end is made whole`(_ lost: Int) async throws {
        try await crash { moments, root in
            try copy(moments.evening.path, root.path)
            let path = root.openArchivePath(moments.name)
            let size = try size(path)
            try write(path) { try $0.truncate(atOffset: UInt64(max(0, size - lost))) }
        }
    }

    @Test func `garbage behind the tar and the journal is cut off`() async throws {
        try await crash { moments, root in
            try copy(moments.evening.path, root.path)
            for path in [root.openArchivePath(moments.name), root.journalPath(moments.name)] {
                try write(path) { file in
                    try file.seekToEnd()
                    try file.write(contentsOf: Data("{\"half\": a line".utf8) + Data(repeating: 0xA5, count: 4000))
                }
            }
        }
    }

    @Test func `a tar that is missing is fetched again`() async throws {
        try await crash { moments, root in
            try copy(moments.evening.path, root.path)
            try FileManager.default.removeItem(atPath: root.openArchivePath(moments.name))
        }
    }

    @Test func `a journal that is missing is repaired`() async throws {
        try await crash { moments, root in
            try copy(moments.evening.path, root.path)
            try FileManager.default.removeItem(atPath: root.journalPath(moments.name))
        }
    }

    @Test func `a journal that lost its end is repaired`() async throws {
        try await crash { moments, root in
            try copy(moments.evening.path, root.path)
            let path = root.journalPath(moments.name)
            let size = try size(path)
            try write(path) { try $0.truncate(atOffset: UInt64(size - 37)) }
        }
    }

    @Test func `an open archive with nothing verifiable is skipped`() async throws {
        try await crash { moments, root in
            try copy(moments.noon.path, root.path)
            let name = moments.name
            let stranger = ArchiveName(organization: name.organization, day: name.day, sequence: name.sequence + 6)
            try copy(moments.noon.openArchivePath(name), root.openArchivePath(stranger))
            try copy(moments.noon.journalPath(name), root.journalPath(stranger))
        }
    }

    @Test func `parts of recordings that have come in are taken away, and others are kept`() async throws {
        try await Installation.with(.small(calls: 3, mix: .plain)) { here in
            let bad = try #require(here.simulator.servedRecordings().first?.recording.id)
            here.simulator.inject(FaultRule(.media, .always, .status(500), pathContains: bad))
            try await here.pass()
            let organization = try here.organization
            let rows = try await here.recordings()
            let isWaitedFor = Dictionary(
                uniqueKeysWithValues: rows.map {
                    (here.root.partPath(for: $0.key, organization: organization), $0.state == .failed)
                }
            )
            for path in isWaitedFor.keys {
                try Data("half a recording".utf8).write(to: URL(filePath: path))
                try Data("{}".utf8).write(to: URL(filePath: "\(path.dropLast(5)).json"))
            }
            // Nothing is downloaded, so only the recovery can have done it.
            try await here.open(change: { $0.rules.minimumFreeBytes = .max }) {
                _ = try await $0.archive([organization], request: .sinceLastPass, onlyUnreceived: true)
            }
            for (path, isKept) in isWaitedFor {
                #expect(FileManager.default.fileExists(atPath: path) == isKept)
                #expect(FileManager.default.fileExists(atPath: "\(path.dropLast(5)).json") == isKept)
            }
            here.simulator.clearFaults()
            #expect(try await here.pass().isComplete)
            try await here.expectWhole()
        }
    }

    @Test func `a byte that is read back wrong at sealing costs one more download, and no other day`()
        async throws
    {
        let days = ["2025-11-20", "2025-11-21"]
        let evening = try #require(ArchiveDay(days[0])).interval(in: .gmt).upperBound - .seconds(60)
        let clock = SimulatedClock.Start.at(Moment(evening.millisecondsSince1970))
        let world = try SimulatedWorld.small(days: days, calls: 4, clock: clock, mix: .plain)
        try await Installation.with(world) { here in
            try await here.pass(.day(try #require(ArchiveDay(days[0]))))
            let row = try #require(try await here.recordings().first { $0.state == .stored })
            let held = try #require(row.held)
            let open = try FileHandle(forUpdating: URL(filePath: here.root.openArchivePath(held.archive)))
            try open.seek(toOffset: UInt64(held.offset + held.byteCount / 2))
            let byte = try #require(try open.read(upToCount: 1)?.first)
            try open.seek(toOffset: UInt64(held.offset + held.byteCount / 2))
            try open.write(contentsOf: Data([~byte]))
            try open.close()

            here.simulator.clock.advance(by: .seconds(72 * 3600))
            let damaged = try await here.pass(.sinceLastPass)
            #expect((damaged.failure as? ArchiveError)?.code == .damaged)
            #expect(damaged.archives.map(\.name.day.description) == [days[1]])
            #expect(try await here.recordings().filter { $0.state == .pending }.map(\.key) == [row.key])

            let healed = try await here.pass(.sinceLastPass)
            #expect(healed.isComplete)
            #expect(healed.archives.map(\.name.day.description) == [days[0]])
            try await here.expectWhole()
        }
    }

    @Test func `a flipped byte in the journal costs one more download, and nothing false`() async throws {
        let evening = try #require(ArchiveDay("2025-11-20")).interval(in: .gmt).lowerBound + .hours(20)
        let world = try SimulatedWorld.small(clock: .at(Moment(evening.millisecondsSince1970)), mix: .plain)
        try await Installation.with(world) { here in
            try await here.pass()
            let name = try #require(try here.root.openArchives().first)
            let rows = try await here.recordings()
            // In the provider's own JSON, which nothing else knows.
            try write(here.root.journalPath(name)) { file in
                let bytes = try #require(try file.readToEnd())
                let place = try #require(bytes.range(of: Data(#""capture":{"#.utf8))).upperBound + 3
                try file.seek(toOffset: UInt64(place))
                try file.write(contentsOf: [bytes[place] ^ 1])
            }
            #expect(try await here.verify().contains { $0.contains("damaged line") })
            here.simulator.clock.advance(by: .seconds(36 * 3600))
            here.simulator.resetCounters()
            let damaged = try await here.pass()
            #expect((damaged.failure as? ArchiveError)?.code == .damaged)
            #expect(try await here.recordings().filter { $0.state == .pending }.count == 1)
            #expect(try await here.pass().isComplete)
            #expect(here.simulator.counters.requests(to: .media) <= here.offered().count - rows.count + 1)
            try await here.expectWhole()
        }
    }
}
