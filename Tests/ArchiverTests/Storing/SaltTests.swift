import DailyArchive
import Files
import Foundation
import Logging
import Manifest
import Recordings
import Simulator
import TestSupport
import Testing

@testable import Archiver

@Suite struct `Salts` {
    @Test func `are in every line and every bag of a pass, and none is there twice`() async throws {
        try await Installation.with(try .small(calls: 10, mix: .plain)) { here in
            try await here.pass()
            let name = try #require(try here.root.archives.list().first)
            let path = here.root.archivePath(name)
            let metadata = try await ArchiveMetadata.open(name, in: here.root.archives)
            var salts: [Salt?] = []
            for try await entry in metadata.recordings { salts.append(entry.salt) }
            #expect(!salts.isEmpty && !salts.contains(nil) && Set(salts).count == salts.count)
            let bytes = try Data(contentsOf: URL(filePath: path))
            let label = try #require(bytes.range(of: Data("\nCallark-Salt: ".utf8)))
            let text = String(decoding: bytes[label.upperBound..<(label.upperBound + 22)], as: UTF8.self)
            let salt = try #require(Salt(text))
            #expect(!salts.contains(salt))
            let manifest = try Manifest(of: here.root, mode: .readOnly)
            defer { try? manifest.close() }
            #expect(try await manifest.sealedArchive(name)?.metadataOffset == metadata.metadataOffset)
        }
    }

    @Test func `are optional: an archive without them is rebuilt, verified and fetched`() async throws {
        try await Installation.with(try .small(calls: 1, mix: .plain)) { here in
            try here.root.prepare()
            try OlderArchive.copy(into: here.root.path + "/archives/acme/2025/11")
            let logger = Logger(label: "callark.tests") { _ in SwiftLogNoOpLogHandler() }
            let summary = try await Rebuild(root: here.root, schedule: AskSchedule(), logger: logger)
                .run(now: here.now(), discardingOld: false) { _ in }
            #expect(summary.archives == 1 && summary.unreadable.isEmpty)
            #expect(try await here.recordings().map(\.state) == [.archived, .archived])
            #expect(try await here.verify() == [])
            #expect(try await here.held().count == 2)
        }
    }
}
