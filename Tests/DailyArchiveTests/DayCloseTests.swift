import Files
import Foundation
import Recordings
import TestSupport
import Testing

@testable import DailyArchive

@Suite struct `The record of a day` {
    private let place: Workplace

    init() throws {
        place = try Workplace()
    }

    private func record(explanations: Int = 1) throws -> DayClose {
        let acme = try #require(OrganizationName("acme"))
        let day = try #require(ArchiveDay("2025-11-20"))
        let gaps = try (0..<explanations).map { number in
            Gap(
                organization: acme,
                day: day,
                taskID: try #require(TaskID("task-\(number)/ü\"\n")),
                createdTime: Timestamp(millisecondsSince1970: 1_763_625_600_000),
                reason: .neverAvailable,
                evidence: GapEvidence(asks: 9, found: 0, trackingID: "ROUTER_1"),
                explanation: GapExplanation(
                    reason: .testCall,
                    note: "a line test",
                    author: "ann",
                    time: Timestamp(millisecondsSince1970: 1_763_700_000_000)
                )
            )
        }
        return DayClose(
            organization: acme,
            organizationID: try #require(OrganizationID("93912f11-6017-404b-bf14-5331890b1797")),
            day: day,
            tasks: DayClose.Tasks(listed: 9, captureRequested: 8, notRequested: 1),
            recordings: DayClose.Recordings(expected: 6 + explanations, archived: 6, explained: explanations),
            audioMilliseconds: 12_345,
            bytes: 67_890,
            gaps: gaps
        )
    }

    private func sealed(_ count: Int, _ record: DayClose?) async throws -> SealedArchive {
        let writer = place.writer()
        if count > 0 { _ = try await writer.append(try [PendingMember].samples(count).map { (.sample, $0) }) }
        return try await writer.seal(.sample, tasks: Listing([try .sample("t")]), dayClose: record)
    }

    @Test(arguments: [0, 1, 6]) func `is a tag file that tar, sha256sum and bagit agree on`(count: Int) async throws {
        let record = try record()
        _ = try await sealed(count, record)
        let path = place.root.archivePath(.sample)
        let member = "acme-2025-11-20-001/metadata/day-close.json"
        let text = try Tool.run("tar", "-xOf", path, member)
        #expect(text.output == String(decoding: try record.json, as: UTF8.self))
        #expect(try DayClose(json: Array(text.output.utf8)) == record)
        #expect(try Tool.run("tar", "-xf", path, "-C", place.folder.path).status == 0)
        let folder = "\(place.folder.path)/acme-2025-11-20-001"
        let sums = try Tool.run("sha256sum", "-c", "--strict", "tagmanifest-sha256.txt", in: folder)
        #expect(sums.status == 0)
        #expect(sums.output.contains("metadata/day-close.json: OK"))
        let keys = try Tool.run("python3", "-c", Self.sortedKeys, "\(folder)/metadata/day-close.json")
        #expect(keys.output == "sorted\n")
        let information = String(decoding: try place.bytes("\(folder)/bag-info.txt"), as: UTF8.self)
        #expect(information.contains("Callark-Organization-ID: "))
        #expect(try await ArchiveVerifier().verify(path: path).faults == [])
        #expect(try await ArchiveMetadata.open(.sample, in: place.root.archives).dayClose == record)
        guard try Requirement.isMet("python3 with bagit", Tool.hasBagit) else { return }
        #expect(try Tool.run(Tool.python, "-m", "bagit", "--validate", folder).status == 0)
    }

    private static let sortedKeys = """
        import json, sys
        def check(pairs):
            assert [key for key, _ in pairs] == sorted(key for key, _ in pairs), pairs
            return dict(pairs)
        json.loads(open(sys.argv[1]).read(), object_pairs_hook=check)
        print("sorted")
        """

    @Test func `makes the same bytes of the same input, and none without input`() async throws {
        let first = try await sealed(3, try record()).digest
        let (second, third) = (try Self(), try Self())
        #expect(try await second.sealed(3, try record()).digest == first)
        #expect(try await third.sealed(3, nil).digest != first)
        let text = String(decoding: try record().json, as: UTF8.self)
        #expect(!text.contains("closed"), "it does not say when")
    }

    @Test func `that is missing or damaged is a fault`() async throws {
        _ = try await sealed(2, try record())
        let path = place.root.archivePath(.sample)
        let bytes = try place.bytes(path)
        let offset = try #require(bytes.firstRange(of: Array("a line test".utf8))?.lowerBound)
        var damaged = bytes
        damaged[offset] ^= 1
        try place.write(damaged, to: path)
        let faults = try await ArchiveVerifier().verify(path: path).faults
        #expect(faults.contains { $0.kind == .tagFileDamaged && $0.member == "metadata/day-close.json" })
        let error = await archiveError { _ = try await ArchiveMetadata.open(.sample, in: place.root.archives) }
        #expect(error?.code == .damaged)
    }

    @Test func `comes back from an archive that was sealed by a process that died`() async throws {
        let sealed = try await sealed(2, try record())
        let recovery = try await place.writer().recover(.sample, known: ArchiveExtent(tarBytes: 1, journalBytes: 1))
        #expect(recovery == .sealed(sealed))
        #expect(sealed.dayClose == (try record()))
    }

    @Test func `with thousands of gaps is read back`() async throws {
        let record = try record(explanations: 5000)
        #expect(try record.json.count > 1 << 20)
        _ = try await sealed(1, record)
        #expect(try await ArchiveMetadata.open(.sample, in: place.root.archives).dayClose == record)
    }
}
