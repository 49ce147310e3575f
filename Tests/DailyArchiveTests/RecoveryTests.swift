@testable import DailyArchive
import Files
import Foundation
import Recordings
import Testing

/// Every state that a crash or a failing disk can leave behind, and what start-up makes of it.
@Suite struct RecoveryTests {
    private let place: Workplace
    private let root: ArchiveRoot

    init() throws {
        place = try Workplace()
        root = place.root
    }

    @Test func `nothing there and nothing known`() async throws {
        #expect(try await place.writer().recover(.sample, known: .empty) == .absent)
        #expect(try await place.writer().recover(.sample, known: nil) == .absent)
    }

    @Test func `files as the manifest knows them`() async throws {
        let (extent, entries) = try await place.abandoned()
        let writer = place.writer()
        #expect(try await writer.recover(.sample, known: extent) == .equal)
        try await place.sealAndVerify(writer, entries)
    }

    /// Appends after what the manifest knows, as a process does that dies before it can record it.
    private func appendUnheard(_ extent: ArchiveExtent, _ members: [PendingMember]) async throws -> StoredGroup {
        let writer = place.writer()
        _ = try await writer.recover(.sample, known: extent)
        return try await writer.append(members.map { (.sample, $0) })
    }

    private func late(_ count: Int = 3) throws -> [PendingMember] {
        try (0..<count).map { try .sample("late-\($0)", bytes: noise(10_000, seed: UInt64($0))) }
    }

    @Test func `a group that the manifest never heard of is kept`() async throws {
        let (extent, entries) = try await place.abandoned(3)
        let unheard = try await appendUnheard(extent, late())
        let reached = try unwrap(unheard.extents[.sample])
        let writer = place.writer()
        guard case .ahead(let kept, let adopted, _) = try await writer.recover(.sample, known: extent) else {
            Issue.record("not ahead")
            return
        }
        #expect(kept == reached)
        #expect(adopted == unheard.entries)
        #expect(try place.size(root.openArchivePath(.sample)) == reached.tarBytes)
        #expect(try await place.writer().recover(.sample, known: kept) == .equal, "and once it is noted, that is all")
        try await place.sealAndVerify(writer, entries + adopted)
    }

    @Test func `what is not whole behind what the manifest knows is cut off, and nothing else`() async throws {
        let (extent, entries) = try await place.abandoned(3)
        let unheard = try await appendUnheard(extent, late())
        let tar = try place.bytes(root.openArchivePath(.sample))
        let journal = try place.bytes(root.journalPath(.sample))
        // Every place where a process or a power cut may have ended the files.
        for lost in stride(from: 1, to: journal.count - Int(extent.journalBytes), by: 211) {
            try place.write(tar, to: root.openArchivePath(.sample))
            try place.write(Array(journal.dropLast(lost)), to: root.journalPath(.sample))
            let writer = place.writer()
            guard case .ahead(let kept, let adopted, let cut) = try await writer.recover(.sample, known: extent) else {
                Issue.record("not ahead without \(lost) bytes of the journal")
                continue
            }
            #expect(adopted == Array(unheard.entries.prefix(adopted.count)))
            #expect(adopted.count < 3)
            #expect(cut > 0)
            #expect(try place.size(root.openArchivePath(.sample)) == kept.tarBytes)
        }
        for (number, entry) in unheard.entries.enumerated() {
            for size in [entry.offset - 300, entry.offset + 10, entry.offset + entry.stored.byteCount - 1] {
                try place.write(Array(tar.prefix(Int(size))), to: root.openArchivePath(.sample))
                try place.write(journal, to: root.journalPath(.sample))
                let kept = entries + unheard.entries.prefix(number)
                switch try await place.writer().recover(.sample, known: extent) {
                case .ahead(_, let adopted, _): #expect(entries + adopted == kept)
                case .behind(_, let whole, _): #expect(whole == kept)
                case let other: Issue.record("cut at \(size): \(other)")
                }
            }
        }
    }

    @Test func `a whole recording behind one that is damaged is kept too`() async throws {
        let (extent, entries) = try await place.abandoned(3)
        let unheard = try await appendUnheard(extent, late())
        try place.change(root.openArchivePath(.sample)) { $0[Int(unheard.entries[1].offset) + 77] ^= 1 }
        let writer = place.writer()
        guard case .behind(_, let whole, let lost) = try await writer.recover(.sample, known: extent) else {
            Issue.record("not behind")
            return
        }
        #expect(whole.map(\.key) == entries.map(\.key) + [unheard.entries[0].key, unheard.entries[2].key])
        #expect(lost == [unheard.entries[1].key])
        try await place.sealAndVerify(writer, whole)
    }

    @Test func `a flipped byte anywhere behind what the manifest knows costs what it is in, and nothing false`()
        async throws
    {
        let (extent, entries) = try await place.abandoned(2)
        let unheard = try await appendUnheard(extent, late(2))
        let tar = try place.bytes(root.openArchivePath(.sample))
        let journal = try place.bytes(root.journalPath(.sample))
        for (path, whole, begin, step) in [
            (root.openArchivePath(.sample), tar, extent.tarBytes, 997),
            (root.journalPath(.sample), journal, extent.journalBytes, 37),
        ] {
            for position in stride(from: Int(begin), to: whole.count, by: step) {
                try place.write(tar, to: root.openArchivePath(.sample))
                try place.write(journal, to: root.journalPath(.sample))
                try? FileManager.default.removeItem(atPath: root.spoolPath + "/acme-2025-11-20-001.tar.damaged")
                try place.change(path) { $0[position] ^= 0x10 }
                let kept: [RecordingEntry]
                switch try await place.writer().recover(.sample, known: extent) {
                case .ahead(_, let adopted, _): kept = entries + adopted
                case .behind(_, let whole, _): kept = whole
                case let other:
                    Issue.record("at \(position): \(other)")
                    continue
                }
                #expect(kept.count >= 3, "at \(position) of \(path)")
                for entry in kept {
                    let bytes = try await ArchiveReader.bytes(
                        from: .open(.sample),
                        in: root,
                        offset: entry.offset,
                        byteCount: entry.stored.byteCount,
                        expecting: entry.stored.digest
                    )
                    #expect(Int64(bytes.count) == entry.stored.byteCount)
                    let original = (entries + unheard.entries).first { $0.key == entry.key }
                    #expect(entry.captureJSON == original?.captureJSON)
                }
            }
        }
    }

    @Test func `a new archive that the manifest knows as empty keeps what came`() async throws {
        let (extent, entries) = try await place.abandoned()
        let writer = place.writer()
        let outcome = try await writer.recover(.sample, known: .empty)
        guard case .ahead(extent, let adopted, _) = outcome else {
            Issue.record("not ahead: \(outcome)")
            return
        }
        #expect(adopted == entries)
        try await place.sealAndVerify(writer, entries)
    }

    @Test func `a tar cut in the middle keeps what is whole before the cut`() async throws {
        let (extent, entries) = try await place.abandoned()
        try place.change(root.openArchivePath(.sample)) { $0.removeLast($0.count - Int(entries[4].offset) - 100) }
        let writer = place.writer()
        guard case .behind(let reached, let whole, let lost) = try await writer.recover(.sample, known: extent) else {
            Issue.record("not behind")
            return
        }
        #expect(whole == Array(entries.prefix(4)))
        #expect(lost == entries.suffix(2).map(\.key))
        #expect(try place.size(root.openArchivePath(.sample)) == reached.tarBytes)
        #expect(try place.size(root.journalPath(.sample)) == reached.journalBytes)
        #expect(try await place.writer().recover(.sample, known: reached) == .equal)
        try await place.sealAndVerify(writer, whole)
    }

    @Test func `missing padding alone loses nothing`() async throws {
        let (extent, entries) = try await place.abandoned(1)
        try place.change(root.openArchivePath(.sample)) { $0.removeLast($0.count - Int(entries[0].offset) - 700) }
        let writer = place.writer()
        #expect(try await writer.recover(.sample, known: extent) == .behind(extent, whole: entries, lost: []))
        try await place.sealAndVerify(writer, entries)
    }

    @Test func `a damaged recording in the middle costs only itself`() async throws {
        let (extent, entries) = try await place.abandoned()
        try place.change(root.openArchivePath(.sample)) { $0[Int(entries[1].offset) + 5] ^= 1 }
        let writer = place.writer()
        #expect(try await writer.recover(.sample, known: extent) == .equal)
        let error = await archiveError { _ = try await writer.seal(.sample, tasks: Listing([])) }
        #expect(error?.code == .damaged)
        #expect(error?.message.contains(entries[1].payloadPath) == true)
        #expect(!place.exists(root.archivePath(.sample)))

        guard
            case .behind(let reached, let whole, let lost) = try await writer.recover(
                .sample,
                known: extent,
                rereading: true
            )
        else {
            Issue.record("not behind")
            return
        }
        #expect(lost == [entries[1].key])
        #expect(whole.map(\.key) == entries.map(\.key).filter { $0 != entries[1].key })
        #expect(whole.last?.offset != entries.last?.offset)
        #expect(try place.size(root.openArchivePath(.sample)) == reached.tarBytes)
        let again = try await writer.append([(.sample, try [PendingMember].samples(2)[1])])
        try await place.sealAndVerify(writer, whole + again.entries)
    }

    @Test func `rereading a sound archive changes nothing`() async throws {
        let (extent, entries) = try await place.abandoned()
        let outcome = try await place.writer().recover(.sample, known: extent, rereading: true)
        #expect(outcome == .behind(extent, whole: entries, lost: []))
    }

    @Test func `a missing tar is lost completely`() async throws {
        let (extent, entries) = try await place.abandoned()
        try FileManager.default.removeItem(atPath: root.openArchivePath(.sample))
        let writer = place.writer()
        let outcome = try await writer.recover(.sample, known: extent)
        #expect(outcome == .behind(.empty, whole: [], lost: entries.map(\.key)))
        #expect(try place.size(root.journalPath(.sample)) == 0)
        let again = try await writer.append([PendingMember].samples(6).map { (.sample, $0) })
        #expect(again.entries == entries)
        try await place.sealAndVerify(writer, entries)
    }

    @Test func `a journal that lost its end gives up what it cannot vouch for but throws nothing away`() async throws {
        let (extent, entries) = try await place.abandoned()
        let tar = try place.bytes(root.openArchivePath(.sample))
        try place.change(root.journalPath(.sample)) { $0.removeLast(100) }
        let writer = place.writer()
        guard case .behind(_, let whole, _) = try await writer.recover(.sample, known: extent) else {
            Issue.record("not behind")
            return
        }
        #expect(whole == Array(entries.prefix(5)))
        #expect(try place.bytes(root.spoolPath + "/acme-2025-11-20-001.tar.damaged") == tar)
        try await place.sealAndVerify(writer, whole)
    }

    @Test func `without a manifest the journal speaks for what is whole`() async throws {
        let (extent, entries) = try await place.abandoned()
        let writer = place.writer()
        #expect(try await writer.recover(.sample, known: nil) == .behind(extent, whole: entries, lost: []))
        try await place.sealAndVerify(writer, entries)
    }

    @Test func `a line of the journal that is too long to be one costs no other`() async throws {
        let (_, entries) = try await place.abandoned()
        try place.change(root.journalPath(.sample)) { bytes in
            let end = bytes.firstIndex(of: UInt8(ascii: "\n")) ?? 0
            bytes.insert(contentsOf: [UInt8](repeating: 0, count: 9 << 20) + [UInt8(ascii: "\n")], at: end + 1)
        }
        let writer = place.writer()
        guard case .behind(_, entries, lost: []) = try await writer.recover(.sample, known: nil) else {
            Issue.record("something is lost")
            return
        }
        #expect(place.exists(root.spoolPath + "/acme-2025-11-20-001.tar.damaged"))
        try await place.sealAndVerify(writer, entries)
    }

    @Test func `a crash between the two files of a salvage is salvaged again`() async throws {
        let (extent, entries) = try await place.abandoned()
        let journal = try place.bytes(root.journalPath(.sample))
        try place.change(root.openArchivePath(.sample)) { $0[Int(entries[0].offset)] ^= 1 }
        let first = try await place.writer().recover(.sample, known: extent, rereading: true)
        // The new tar is in place, but the journal is still the old one.
        try place.write(journal, to: root.journalPath(.sample))
        let writer = place.writer()
        #expect(try await writer.recover(.sample, known: extent) == first)
        guard case .behind(_, let whole, _) = first else { return }
        try await place.sealAndVerify(writer, whole)
    }

    /// How far sealing got: each case is what one of its steps leaves behind.
    enum SealingCrash: String, CaseIterable {
        case scratchOnly, someTags, allTags, readOnly, sideFile
    }

    @Test(arguments: SealingCrash.allCases)
    func `sealing that died before the move is cut back and done again`(crash: SealingCrash) async throws {
        let (extent, entries) = try await place.abandoned()
        let journal = try place.bytes(root.journalPath(.sample))
        let open = try place.bytes(root.openArchivePath(.sample))
        let reference = place.writer()
        _ = try await reference.recover(.sample, known: extent)
        let digest = try await reference.seal(.sample, tasks: Listing([])).digest
        let whole = try place.bytes(root.archivePath(.sample))
        let side = try place.bytes(root.sideFilePath(.sample))
        try FileManager.default.removeItem(atPath: root.path + "/archives/acme")

        try place.write(journal, to: root.journalPath(.sample))
        try place.write([1, 2, 3], to: root.spoolPath + "/acme-2025-11-20-001.tasks.tmp")
        switch crash {
        case .scratchOnly: try place.write(open, to: root.openArchivePath(.sample))
        case .someTags: try place.write(Array(whole.dropLast(2000)), to: root.openArchivePath(.sample))
        case .allTags, .readOnly, .sideFile: try place.write(whole, to: root.openArchivePath(.sample))
        }
        if crash == .readOnly || crash == .sideFile {
            #expect(chmod(root.openArchivePath(.sample), 0o440) == 0)
        }
        if crash == .sideFile {
            try FileManager.default.createDirectory(
                atPath: root.path + "/archives/acme/2025/11",
                withIntermediateDirectories: true
            )
            try place.write(side, to: root.sideFilePath(.sample))
        }

        let writer = place.writer()
        let outcome = try await writer.recover(.sample, known: extent)
        if crash == .scratchOnly { #expect(outcome == .equal) } else { #expect(outcome != .equal) }
        #expect(!place.exists(root.sideFilePath(.sample)))
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: root.spoolPath).allSatisfy { !$0.hasSuffix(".tmp") }
        )
        try await place.sealAndVerify(writer, entries)
        #expect(Digester.digest(of: try place.bytes(root.archivePath(.sample))) == digest)
    }

    @Test(arguments: [false, true])
    func `sealing that died after the move is recognised`(bothNames: Bool) async throws {
        let (extent, _) = try await place.abandoned()
        let journal = try place.bytes(root.journalPath(.sample))
        let first = place.writer()
        _ = try await first.recover(.sample, known: extent)
        let sealed = try await first.seal(.sample, tasks: Listing([]))
        try place.write(journal, to: root.journalPath(.sample))
        if bothNames { #expect(link(root.archivePath(.sample), root.openArchivePath(.sample)) == 0) }
        #expect(try await place.writer().recover(.sample, known: extent) == .sealed(sealed))
        #expect(try root.openArchives().isEmpty)
        #expect(try root.archives.list() == [.sample])
    }

    @Test func `a sealed archive that is not what its side file says is not believed`() async throws {
        let (extent, entries) = try await place.abandoned()
        let first = place.writer()
        _ = try await first.recover(.sample, known: extent)
        _ = try await first.seal(.sample, tasks: Listing([]))
        try place.change(root.archivePath(.sample)) { $0[Int(entries[0].offset)] ^= 1 }
        let error = await archiveError { _ = try await place.writer().recover(.sample, known: extent) }
        #expect(error?.code == .damaged)
    }

    @Test func `two different archives of one name are left for a person`() async throws {
        let (extent, _) = try await place.abandoned()
        let tar = try place.bytes(root.openArchivePath(.sample))
        let first = place.writer()
        _ = try await first.recover(.sample, known: extent)
        _ = try await first.seal(.sample, tasks: Listing([]))
        try place.write(tar, to: root.openArchivePath(.sample))
        let error = await archiveError { _ = try await place.writer().recover(.sample, known: extent) }
        #expect(error?.code == .occupied)
        #expect(try place.bytes(root.openArchivePath(.sample)) == tar)
    }

    @Test func `without a manifest, what the journal cannot vouch for is kept aside`() async throws {
        let (_, entries) = try await place.abandoned()
        let tar = try place.bytes(root.openArchivePath(.sample))
        try place.change(root.journalPath(.sample)) { $0[$0.count / 2] ^= 1 }
        let writer = place.writer()
        guard case .behind(_, let whole, _) = try await writer.recover(.sample, known: nil) else {
            Issue.record("not behind")
            return
        }
        #expect(whole.count == entries.count - 1)
        #expect(try place.bytes(root.spoolPath + "/acme-2025-11-20-001.tar.damaged") == tar)
        try await place.sealAndVerify(writer, whole)
    }

    @Test func `an orphan is discarded whole`() async throws {
        _ = try await place.abandoned()
        let writer = place.writer()
        try await writer.discard(.sample)
        #expect(try root.openArchives().isEmpty)
        #expect(try await writer.append([(.sample, try .sample("a", bytes: [1]))]).entries.count == 1)
    }
}
