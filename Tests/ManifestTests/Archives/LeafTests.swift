import Foundation
import GRDB
import Recordings
import Testing

@testable import Manifest

/// Where the evidence log has each recording.
@Suite struct LeafTests {
    private func leaf(_ entry: RecordingEntry, _ fixture: Fixture) async throws -> Int64? {
        try await fixture.manifest.leaf(of: entry.key.taskID, path: entry.payloadPath, organization: fixture.acme)
    }

    @Test func `is noted with the recording, and may change when its archive is sealed, but nothing else may`()
        async throws
    {
        try await Fixture.with { fixture in
            let entries = try await fixture.store(try await fixture.known(1...3))
            #expect(try await leaf(entries[1], fixture) == Fixture.leaf)
            try await fixture.seal()
            let noted = [
                RecordingLeaf(taskID: entries[1].key.taskID, path: entries[1].payloadPath, leaf: 17),
                RecordingLeaf(taskID: try Fixture.taskID(9), path: entries[1].payloadPath, leaf: 18),
                RecordingLeaf(taskID: entries[2].key.taskID, path: "data/else/call.wav", leaf: 19),
            ]
            try await fixture.manifest.noteLeaves(noted, of: fixture.acme)
            #expect(try await leaf(entries[1], fixture) == 17)
            #expect(try await leaf(entries[2], fixture) == Fixture.leaf)
            let unknown = try await fixture.manifest.leaf(
                of: try Fixture.taskID(9),
                path: entries[0].payloadPath,
                organization: fixture.acme
            )
            #expect(unknown == nil)
            try fixture.manifest.close()
            for change in ["attempts = 7", "leaf = 4, offset = 5", "leaf = -1"] {
                await #expect(throws: (any Error).self) {
                    try await run("sqlite3", [fixture.path, "UPDATE recording SET \(change)"])
                }
            }
        }
    }

    @Test func `a manifest of the first version is brought up to date with everything in it`() async throws {
        try await Fixture.with { fixture in
            let path = fixture.folder.appending(path: "first.sqlite").path
            let queue = try DatabaseQueue(path: path)
            try Schema.migrator.migrate(queue, upTo: "1 manifest")
            try await queue.write { db in
                try db.execute(
                    sql: """
                        INSERT INTO organization (row, name, id) VALUES (1, 'acme', 'o');
                        INSERT INTO word (row, text) VALUES (1, 'telephony'), (2, 'main'), (3, 'call.wav');
                        INSERT INTO archive (row, organization, day, sequence, tar_bytes, journal_bytes, spool)
                        VALUES (1, 1, 20000, 1, 0, 0, zeroblob(16));
                        INSERT INTO task (row, organization, id, created_time, day, channel_type, status, capture_request,
                            listed) VALUES (1, 1, 't', 1728000000000, 20000, 1, 1, 0, 1);
                        INSERT INTO recording (task, ordinal, id, kind, is_segment, call_type, provider_name, file, attempts,
                            archive, offset, byte_count, digest, received_time)
                        VALUES (1, 0, 'r', 0, 0, 2, 3, 0, 1, 1, 512, 5, zeroblob(32), 1728000000000);
                        UPDATE archive SET tar_bytes = NULL, journal_bytes = NULL, spool = NULL, byte_count = 9,
                            digest = zeroblob(32);
                        """
                )
            }
            try queue.close()
            #expect(throws: ManifestError.self) { try Manifest(path: path, mode: .readOnly) }
            let manifest = try Manifest(path: path, mode: .readWrite)
            let task = try #require(TaskID("t"))
            let held = try await manifest.recordings(of: task, organization: fixture.acme)
            let file = try #require(held.first?.file)
            let noted = RecordingLeaf(taskID: task, path: PayloadPath.of(task, file), leaf: 3)
            #expect(try await manifest.leaf(of: task, path: noted.path, organization: fixture.acme) == nil)
            try await manifest.noteLeaves([noted], of: fixture.acme)
            #expect(try await manifest.leaf(of: task, path: noted.path, organization: fixture.acme) == 3)
            try manifest.close()
        }
    }
}
