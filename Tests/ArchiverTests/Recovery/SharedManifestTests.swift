import Files
import Foundation
import Manifest
import Recordings
import Testing
import WebexContactCenter

@testable import Archiver

@Suite struct `The manifest of a process` {
    @Test func `is one for readers and passes, and shows readers what the pass has noted`() async throws {
        try await Installation.with(try .small(calls: 6)) { here in
            let setup = try here.setup()
            let day = try here.day
            let organization = try here.organization
            let seen = try await CallArchive.withOpen(
                setup,
                stop: StopRequest(),
                observer: { _ in },
                now: here.now
            ) { archive in
                let reader = try await setup.manifest.forReading()
                #expect(reader === archive.context.manifest)
                #expect(try await setup.manifest.forWriting() === reader)
                _ = try await archive.archive([organization], request: .day(day))
                return try await reader.watermark(organization)
            }
            #expect(seen == nil)
            // It stays open for the next caller.
            let reader = try await setup.manifest.forReading()
            try await CallArchive.withOpen(setup, stop: StopRequest(), observer: { _ in }, now: here.now) { archive in
                #expect(archive.context.manifest === reader)
            }
            await setup.contactCenters.shutDown()
            try await setup.manifest.close()
            #expect(!FileManager.default.fileExists(atPath: here.root.manifestPath + "-wal"))
            #expect(try await !here.recordings().isEmpty)
        }
    }

    @Test func `that only reads changes nothing, and is opened anew to write`() async throws {
        try await Installation.with(try .small(calls: 2)) { here in
            try await here.pass()
            let shared = SharedManifest(of: here.root)
            let reader = try await shared.forReading()
            #expect(try await shared.forReading() === reader)
            let change: @Sendable (Manifest) async throws -> Void = {
                try await $0.appendEvent(Event(time: here.now(), kind: .fetchEnded, by: Actor(name: "ann", uid: 7)))
            }
            await #expect(throws: ManifestError.self) { try await change(reader) }
            let writer = try await shared.forWriting()
            #expect(writer !== reader)
            try await change(writer)
            #expect(try await shared.forReading() === writer)
            // Readers that already have the one for reading can keep using it.
            #expect(try await reader.organizations() == writer.organizations())
            try await shared.close()
        }
    }

    @Test func `is the file that is there now, after another process has put a new one in its place`() async throws {
        try await Installation.with(try .small(calls: 2)) { here in
            try await here.pass()
            let shared = SharedManifest(of: here.root)
            let before = try await shared.forWriting()
            try before.close()
            let path = here.root.manifestPath
            try FileManager.default.moveItem(atPath: path, toPath: path + ".old")
            await #expect(throws: ManifestError.self) { _ = try await shared.forReading() }
            try FileManager.default.copyItem(atPath: path + ".old", toPath: path)
            let after = try await shared.forReading()
            #expect(after !== before)
            #expect(try await !after.organizations().isEmpty)
            try await shared.close()
        }
    }

    @Test func `is opened anew after it was closed`() async throws {
        try await Installation.with(try .small(calls: 2)) { here in
            try await here.pass()
            let shared = SharedManifest(of: here.root)
            _ = try await shared.forWriting()
            try await shared.close()
            try await shared.close()
            #expect(try await !shared.forReading().organizations().isEmpty)
        }
    }
}
