import DailyArchive
import Files
import Foundation
import Manifest
import Recordings
import Simulator
import Synchronization
import Testing

@testable import Archiver

/// Which spool an open archive belongs to, and when it is recovered.
@Suite struct `The spool` {
    /// A day that is not over, so its archive stays open.
    private static func evening() throws -> SimulatedWorld {
        let evening = try #require(ArchiveDay("2025-11-20")).interval(in: .gmt).lowerBound + .hours(18)
        return try .small(clock: .at(Moment(evening.millisecondsSince1970)), mix: .plain)
    }

    @Test func `of another root is left alone: nothing in it is called lost`() async throws {
        try await Installation.with(try Self.evening()) { here in
            try await here.pass()
            let stored = try await here.recordings(ListFilter(state: .recording(.stored)))
            #expect(!stored.isEmpty)
            // Another root with a copy of the manifest, but without the spool.
            let other = Installation(here, root: here.root.path + "-other")
            defer { try? FileManager.default.removeItem(atPath: other.root.path) }
            try other.makeRoot()
            try FileManager.default.copyItem(atPath: here.root.manifestPath, toPath: other.root.manifestPath)
            try await other.open { _ = try await $0.recover() }
            #expect(try await other.recordings().map(\.state) == here.recordings().map(\.state))
            let manifest = try Manifest(of: other.root, mode: .readOnly)
            defer { try? manifest.close() }
            #expect(try await manifest.openArchives() == [])
            #expect(try await manifest.events().collected().allSatisfy { $0.kind != .recordingLost })
        }
    }

    @Test func `continues after the root was given another identity`() async throws {
        try await Installation.with(try Self.evening()) { here in
            try await here.pass()
            let stored = try await here.held()
            try FileManager.default.removeItem(atPath: here.root.path + "/callark.json")
            try here.makeRoot()
            try await here.open { _ = try await $0.recover() }
            #expect(try await here.held() == stored)
            here.simulator.clock.advance(by: .seconds(30 * 3600))
            try await here.pass()
            #expect(try here.root.openArchives() == [])
            #expect(try await here.verify() == [])
        }
    }

    @Test func `is recovered once for a process, and when asked`() async throws {
        try await Installation.with(try Self.evening()) { here in
            try await here.pass()
            let name = try #require(try here.root.openArchives().first)
            let told = Mutex<[String]>([])
            try await here.open(
                observer: { event in
                    if case .recovered(_, let what) = event { told.withLock { $0.append(what) } }
                },
                { archive in
                    // Something that no process of ours leaves: bytes after the last recording.
                    func spoil() throws {
                        let file = try #require(FileHandle(forWritingAtPath: here.root.openArchivePath(name)))
                        try file.seekToEnd()
                        try file.write(contentsOf: Data(repeating: 1, count: 5000))
                        try file.close()
                    }
                    func pass() async throws {
                        let organization = try here.organization
                        let results = try await archive.archive([organization], request: .sinceLastPass)
                        #expect(results.allSatisfy { $0.failure == nil })
                    }
                    try spoil()
                    try await pass()
                    #expect(told.withLock { $0.count } == 1)
                    try spoil()
                    try await pass()
                    #expect(told.withLock { $0.count } == 1)
                    try await archive.recover()
                    #expect(told.withLock { $0.count } == 2)
                }
            )
            #expect(try await here.verify() == [])
        }
    }
}
