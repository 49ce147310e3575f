@testable import DailyArchive
import Files
import Foundation
import Recordings
import Testing

/// Damage and forgeries in the spool: a pass repairs all of it by itself, and seals what is intact.
@Suite struct SpoolDamageTests {
    private let place: Workplace
    private let root: ArchiveRoot

    init() throws {
        place = try Workplace()
        root = place.root
    }

    /// Appends after what the manifest knows, as a process does that dies before it can record it.
    private func appendUnheard(_ extent: ArchiveExtent, _ members: [PendingMember]) async throws -> StoredGroup {
        let writer = place.writer()
        _ = try await writer.recover(.sample, known: extent)
        return try await writer.append(members.map { (.sample, $0) })
    }

    /// In padding, in headers, and in zeros instead of a header: the archive is sealed intact afterwards.
    @Test func `damage beside the recordings is healed`() async throws {
        let (extent, entries) = try await place.abandoned()
        let padded = entries.filter { $0.stored.byteCount % 512 != 0 }
        let whole = try place.bytes(root.openArchivePath(.sample))
        let journal = try place.bytes(root.journalPath(.sample))
        let changes = padded.flatMap { [Int($0.offset + $0.stored.byteCount), Int($0.offset) - 500] }
        for position in changes {
            let here = try Workplace()
            var bytes = whole
            bytes[position] ^= 0x40
            try here.write(bytes, to: here.root.openArchivePath(.sample))
            try here.write(journal, to: here.root.journalPath(.sample))
            let writer = here.writer()
            let found = try await writer.recover(.sample, known: extent, rereading: true)
            guard case .behind(_, let kept, let lost) = found else {
                Issue.record("not behind at \(position)")
                continue
            }
            #expect(lost.count <= 1)
            let sealed = try await writer.seal(.sample, tasks: Listing([]))
            let report = try await ArchiveVerifier()
                .verify(path: here.root.archivePath(.sample), expected: ExpectedArchive(sealed, kept))
            #expect(report.faults == [], "at \(position)")
        }
    }

    @Test func `zeros in the place of a header cost that recording and none behind it`() async throws {
        let (extent, entries) = try await place.abandoned()
        try place.change(root.openArchivePath(.sample)) { bytes in
            let start = Int(entries[1].offset) - 512
            bytes.replaceSubrange(start..<(start + 1024), with: Array(repeating: 0, count: 1024))
        }
        let writer = place.writer()
        let recovery = try await writer.recover(.sample, known: extent, rereading: true)
        guard case .behind(_, let kept, let lost) = recovery else {
            Issue.record("not behind")
            return
        }
        #expect(lost == [entries[1].key])
        try await place.sealAndVerify(writer, kept)
    }

    /// Lines and members that are intact by their own checksums, and repeat what is already there.
    @Test(arguments: ["name", "key"]) func `a forged line that repeats a recording is not let in`(what: String)
        async throws
    {
        let (extent, entries) = try await place.abandoned(3)
        var forged = try PendingMember.sample("task-1", what == "name" ? "rec-2" : "rec-1", bytes: noise(900, seed: 77))
        if what == "name" {
            forged.entry.file = entries[1].file
        } else {
            forged.entry.file = try unwrap(FileName(exactly: "other.wav"))
        }
        _ = try await appendUnheard(extent, [forged])
        let writer = place.writer()
        guard case .ahead(let kept, let adopted, let cutBack) = try await writer.recover(.sample, known: extent) else {
            Issue.record("not ahead")
            return
        }
        #expect(adopted == [])
        #expect(kept == extent)
        #expect(cutBack > 0)
        try await place.sealAndVerify(writer, entries)
    }

    @Test func `a repeated name that the manifest vouches for is not sealed, and taken out`() async throws {
        let (extent, entries) = try await place.abandoned(3)
        var forged = try PendingMember.sample("task-1", "rec-2", bytes: noise(900, seed: 77))
        forged.entry.file = entries[1].file
        let reached = try unwrap(try await appendUnheard(extent, [forged]).extents[.sample])
        let writer = place.writer()
        #expect(try await writer.recover(.sample, known: reached) == .equal)
        let error = await archiveError { _ = try await writer.seal(.sample, tasks: Listing([])) }
        #expect(error?.code == .damaged)
        guard case .behind(_, let kept, _) = try await writer.recover(.sample, known: reached, rereading: true) else {
            Issue.record("not behind")
            return
        }
        #expect(kept.map(\.key) == entries.map(\.key))
        try await place.sealAndVerify(writer, kept)
    }
}
