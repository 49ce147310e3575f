@testable import DailyArchive
import Files
import Foundation
import Recordings
import TestSupport
import Testing

/// What programs that know nothing of Callark say about sealed archives.
@Suite struct SealingTests {
    private let place: Workplace
    private var archiveFolder: String { place.root.path + "/archives/acme/2025/11" }

    init() throws {
        place = try Workplace()
    }

    private func unpack() throws -> String {
        let folder = place.folder.path + "/unpacked"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let outcome = try Tool.run("tar", "-xf", place.root.archivePath(.sample), "-C", folder)
        #expect(outcome.status == 0)
        #expect(outcome.output.isEmpty)
        return folder + "/acme-2025-11-20-001"
    }

    @Test func `the side file is what sha256sum accepts and the archive is read-only`() async throws {
        let sealed = try await place.sealed(.samples(6)).archive
        let outcome = try Tool.run("sha256sum", "-c", "--strict", "acme-2025-11-20-001.tar.sha256", in: archiveFolder)
        #expect(outcome.output == "acme-2025-11-20-001.tar: OK\n")
        for file in try FileManager.default.contentsOfDirectory(atPath: archiveFolder) {
            let attributes = try FileManager.default.attributesOfItem(atPath: archiveFolder + "/" + file)
            #expect(attributes[.posixPermissions] as? Int == 0o440)
        }
        #expect(try place.size(place.root.archivePath(.sample)) == sealed.byteCount)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: place.root.spoolPath).sorted() == [
                "credentials", "parts",
            ]
        )
    }

    @Test func `GNU tar lists it without a warning and unpacks the provider's bytes`() async throws {
        let members = try [PendingMember].samples(6)
        let entries = try await place.sealed(members, tasks: [.sample("task-0")]).entries
        let listing = try Tool.run("tar", "--numeric-owner", "-tvf", place.root.archivePath(.sample))
        let lines = listing.output.split(separator: "\n")
        #expect(listing.status == 0)
        #expect(lines.count == 6 + 6)
        #expect(lines.allSatisfy { $0.hasPrefix("-r--r----- 0/0 ") })
        let folder = try unpack()
        for (entry, member) in zip(entries, members) {
            var bytes: [UInt8] = []
            try member.content.forEachPiece { bytes.append(contentsOf: $0) }
            #expect(try place.bytes("\(folder)/\(entry.payloadPath)") == bytes)
        }
    }

    @Test func `the bag's own checksum files hold`() async throws {
        _ = try await place.sealed(.samples(6), tasks: [.sample("task-0")])
        let folder = try unpack()
        for file in ["manifest-sha256.txt", "tagmanifest-sha256.txt"] {
            let outcome = try Tool.run("sha256sum", "-c", "--strict", "--quiet", file, in: folder)
            #expect(outcome.status == 0, "\(outcome.output)")
            #expect(outcome.output.isEmpty)
        }
    }

    @Test(.needs("python3 with bagit", Tool.hasBagit), arguments: [0, 1, 6])
    func `bagit-python calls it a valid bag`(count: Int) async throws {
        _ = try await place.sealed(.samples(count), tasks: [.sample("task-0"), .sample("täsk/../1")])
        let outcome = try Tool.run(Tool.python, "-m", "bagit", "--validate", try unpack())
        #expect(outcome.status == 0, "\(outcome.output)")
        #expect(outcome.output.contains("is valid"))
    }

    @Test func `Python's tarfile finds every recording at our offset`() async throws {
        let entries = try await place.sealed(.samples(6)).entries
        let script = """
            import sys, tarfile
            for member in tarfile.open(sys.argv[1]):
                print(member.offset_data, member.size, member.mtime, oct(member.mode), member.uid, member.name)
            """
        let outcome = try Tool.run("python3", "-c", script, place.root.archivePath(.sample))
        let lines = outcome.output.split(separator: "\n").map(String.init)
        let expected = entries.map {
            "\($0.offset) \($0.stored.byteCount) 1763625600 0o440 0 acme-2025-11-20-001/\($0.payloadPath)"
        }
        #expect(lines.prefix(6) == expected[...])
    }

    @Test func `hostile identifiers stay inside the bag's folder`() async throws {
        let long = String(repeating: "x", count: 300)
        let tasks = ["../../../etc/passwd", "/abs", "-rf", ".", "a\nb", "tâche-日本", "%0A", long]
        let members = try tasks.map { try PendingMember.sample($0, "../\($0)", bytes: Array($0.utf8)) }
        let (archive, entries) = try await place.sealed(members)
        let names = try Tool.run("tar", "-tf", place.root.archivePath(.sample)).output.split(separator: "\n")
        for name in names.prefix(tasks.count) {
            #expect(name.wholeMatch(of: #/acme-2025-11-20-001\/data\/\w[\w.-]*\/\w[\w.-]*/#) != nil)
        }
        #expect(Set(names).count == tasks.count + 6)
        var found: [TaskID] = []
        let metadata = try await ArchiveMetadata.open(.sample, in: place.root.archives)
        for try await entry in metadata.recordings { found.append(entry.key.taskID) }
        #expect(found.map(\.description) == tasks)
        let report = try await ArchiveVerifier().verify(
            path: place.root.archivePath(.sample),
            expected: ExpectedArchive(archive, entries)
        )
        #expect(report.faults == [])
    }

    @Test func `the archive alone has every entry and task`() async throws {
        let tasks = try (0..<700).map { try TaskEntry.sample("task-\($0)") }
        let members = try (0..<600).map { try PendingMember.sample("task-\($0)", bytes: noise(30, seed: UInt64($0))) }
        let (archive, entries) = try await place.sealed(members, tasks: tasks)
        let metadata = try await ArchiveMetadata.open(.sample, in: place.root.archives)
        #expect(metadata.name == .sample)
        #expect(metadata.recordingCount == 600)
        #expect(metadata.payloadBytes == archive.payloadBytes)
        #expect(metadata.metadataOffset == archive.metadataOffset)
        #expect(metadata.metadataOffset == entries.last.map { TarMember.padded($0.offset + $0.stored.byteCount) })
        #expect(metadata.organizationID?.description == "93912f11-6017-404b-bf14-5331890b1797")
        #expect(metadata.recordedDigest == archive.digest)
        var foundEntries: [RecordingEntry] = []
        for try await entry in metadata.recordings { foundEntries.append(entry) }
        #expect(foundEntries == entries)
        var foundTasks: [TaskEntry] = []
        for try await task in metadata.tasks { foundTasks.append(task) }
        #expect(foundTasks == tasks)
    }

    @Test func `a day without recordings is a bag of its tasks`() async throws {
        let (archive, _) = try await place.sealed([], tasks: [.sample("a"), .sample("b")])
        #expect(archive.recordingCount == 0)
        let metadata = try await ArchiveMetadata.open(.sample, in: place.root.archives)
        #expect(metadata.recordingCount == 0)
        #expect(metadata.organizationID == nil)
        #expect(metadata.metadataOffset == 512 && archive.metadataOffset == 512)
        let report = try await ArchiveVerifier().verify(path: place.root.archivePath(.sample))
        #expect(report.faults == [])
    }

    @Test func `the same recordings with the same salts make the same bytes, and others with others`() async throws {
        let again = try Workplace()
        let first = try await place.sealed(.samples(6), tasks: [.sample("a")]).archive
        let second = try await again.sealed(.samples(6), tasks: [.sample("a")]).archive
        #expect(first == second)
        let salted = try Workplace()
        let writer = ArchiveWriter(root: salted.root, logger: .silent)
        _ = try await writer.append([PendingMember].samples(6).map { (.sample, $0) })
        let other = try await writer.seal(.sample, tasks: Listing([try .sample("a")]))
        #expect(other.digest != first.digest && other.byteCount == first.byteCount)
        let third = try await Workplace().sealed(.samples(6).reversed(), tasks: [.sample("a")]).archive
        #expect(third.digest != first.digest)
    }

    @Test func `a sealed archive is never replaced`() async throws {
        let first = try await place.sealed(.samples(2)).archive
        let before = try place.bytes(place.root.archivePath(.sample))
        let error = await archiveError { _ = try await place.sealed(.samples(3)) }
        #expect(error?.code == .occupied)
        #expect(error?.message.contains("supplement") == true)
        #expect(try place.bytes(place.root.archivePath(.sample)) == before)
        #expect(
            String(decoding: try place.bytes(place.root.sideFilePath(.sample)), as: UTF8.self).hasPrefix(
                "\(first.digest) "
            )
        )
    }

    @Test func `other archives are appended to while one is being sealed`() async throws {
        let writer = place.writer()
        let other = try ArchiveName.on("2025-11-21")
        _ = try await writer.append([(.sample, try .sample("a", bytes: [1]))])
        let (beginning, began) = AsyncStream.makeStream(of: Void.self)
        let (ending, end) = AsyncStream.makeStream(of: Void.self)
        let tasks = AsyncThrowingStream<TaskEntry, any Error> {
            began.finish()
            for await _ in ending {}
            return nil
        }
        async let sealing = writer.seal(.sample, tasks: tasks)
        for await _ in beginning {}
        let refusal = await archiveError {
            _ = try await writer.append([(.sample, try .sample("b", bytes: [2]))])
        }
        #expect(refusal?.code == .notReady)
        #expect(try await writer.append([(other, try .sample("c", bytes: [3]))]).entries.count == 1)
        end.finish()
        #expect(try await sealing.recordingCount == 1)
        #expect(try await writer.seal(other, tasks: Listing([])).recordingCount == 1)
    }

    @Test func `tasks that cannot be listed leave the archive open`() async throws {
        let writer = place.writer()
        let extent = try unwrap(try await writer.append([(.sample, try .sample("a", bytes: [1]))]).extents[.sample])
        await #expect(throws: SampleError.self) {
            _ = try await writer.seal(.sample, tasks: Listing([try .sample("t")], failure: SampleError()))
        }
        #expect(try await writer.recover(.sample, known: extent) == .equal)
        #expect(try await writer.seal(.sample, tasks: Listing([])).recordingCount == 1)
    }
}
