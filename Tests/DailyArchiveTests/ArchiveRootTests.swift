import DailyArchive
import Files
import Foundation
import Recordings
import TestSupport
import Testing

@Suite struct ArchiveRootTests {
    @Test func `paths are where the interface says`() throws {
        let root = ArchiveRoot(path: "/r/")
        let name = ArchiveName.sample
        #expect(root.manifestPath == "/r/manifest.sqlite")
        #expect(root.archivePath(name) == "/r/archives/acme/2025/11/acme-2025-11-20-001.tar")
        #expect(root.sideFilePath(name) == "/r/archives/acme/2025/11/acme-2025-11-20-001.tar.sha256")
        #expect(root.openArchivePath(name) == "/r/spool/acme-2025-11-20-001.tar.open")
        #expect(root.journalPath(name) == "/r/spool/acme-2025-11-20-001.jsonl")
        #expect(root.lockPath == "/r/spool/pass.lock")
        #expect(root.credentialsPath(.acme) == "/r/spool/credentials/acme.json")
    }

    @Test func `a part's path is harmless and differs for every key`() throws {
        let root = ArchiveRoot(path: "/r")
        let keys = try [
            RecordingKey.sample("../../etc", "passwd"), .sample("a", "bc"), .sample("ab", "c"), .sample("a", "b"),
            .sample("a", "b", callType: "consult"),
        ]
        let paths = keys.map { root.partPath(for: $0, organization: .acme) }
        #expect(Set(paths).count == keys.count)
        for path in paths {
            #expect(path.wholeMatch(of: #/\/r\/spool\/parts\/[0-9a-f]{32}\.part/#) != nil)
        }
        #expect(paths[0] == root.partPath(for: keys[0], organization: .acme))
        #expect(paths[0] != root.partPath(for: keys[0], organization: try unwrap(OrganizationName("other"))))
    }

    @Test func `preparing makes the folders and may be repeated`() throws {
        let place = try Workplace()
        try place.root.prepare()
        let attributes = try FileManager.default.attributesOfItem(atPath: place.root.spoolPath + "/credentials")
        #expect(attributes[.posixPermissions] as? Int == 0o700)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: place.root.spoolPath).sorted() == [
                "credentials", "parts",
            ]
        )
    }

    @Test func `a root that is a file is refused`() async throws {
        let folder = try TemporaryFolder()
        try Data("x".utf8).write(to: URL(fileURLWithPath: folder.path + "/root"))
        let error = await archiveError { try ArchiveRoot(path: folder.path + "/root").prepare() }
        #expect(error?.code == .missing)
    }

    @Test(.needs("the right to mount", Tool.mayMount))
    func `a root on a read-only file system says so`() async throws {
        let folder = try TemporaryFolder()
        let disk = try SmallDisk(at: folder.path)
        defer { disk.unmount() }
        let root = ArchiveRoot(path: folder.path)
        _ = try root.initialize(as: .sample)
        try root.prepare()
        try disk.makeReadOnly()
        let error = await archiveError { try root.prepare() }
        #expect(error?.code == .readOnly)
        #expect(error?.message.contains(folder.path) == true)
    }

    @Test func `the disk has space`() throws {
        let place = try Workplace()
        let space = try place.root.diskSpace()
        #expect(space.freeBytes > 0)
        #expect(space.totalBytes >= space.freeBytes)
    }

    @Test func `a manifest takes the place of another, whose log stays with it`() throws {
        let place = try Workplace()
        let (path, draft) = (place.root.manifestPath, place.root.manifestPath + ".rebuilding")
        var kept: [String] = []
        for round in UInt8(1)...3 {
            try place.write([round], to: draft)
            let aside = try place.root.replaceManifest(
                with: draft,
                at: Timestamp(millisecondsSince1970: 1_764_425_106_789)
            )
            #expect(try place.bytes(path) == [round])
            for suffix in ["-wal", "-shm"] { #expect(!place.exists(path + suffix)) }
            #expect(!place.exists(draft))
            #expect((aside == nil) == (round == 1))
            for suffix in ["-wal", "-shm"] { try place.write([round + 10], to: path + suffix) }
            kept += aside.map { [$0] } ?? []
        }
        #expect(kept == ["", "-2"].map { path + ".before-rebuild-20251129T140506Z" + $0 })
        #expect(try kept.map(place.bytes) == [[1], [2]])
        #expect(try kept.map { try place.bytes($0 + "-wal") } == [[11], [12]])
    }

    @Test func `a part is removed with the file next to it, and found by either`() throws {
        let place = try Workplace()
        let (first, second) = (try part(of: "a", in: place), try part(of: "b", in: place))
        try place.write(noise(100, seed: 1), to: first)
        for part in [first, second] { try place.write(noise(10, seed: 2), to: "\(part.dropLast(5)).json") }
        #expect(try place.root.parts() == [first, second])
        try place.root.removePart(first)
        #expect(try place.root.parts() == [second])
        try place.root.removePart(second)
        #expect(try place.root.parts() == [])
        #expect(!place.exists(first))
    }

    private func part(of task: String, in place: Workplace) throws -> String {
        place.root.partPath(for: try .sample(task), organization: .acme)
    }

    @Test func `a second pass is refused and told who holds the lock`() async throws {
        let place = try Workplace()
        do {
            let lock = try PassLock.acquire(place.root)
            let error = await archiveError { _ = try PassLock.acquire(place.root) }
            #expect(error?.code == .locked)
            #expect(error?.message.contains("process \(getpid())") == true)
            _ = consume lock
        }
        _ = try PassLock.acquire(place.root)
    }

    @Test func `a lock ends with the process that held it`() async throws {
        let place = try Workplace()
        let holder = Process()
        holder.executableURL = URL(fileURLWithPath: "/usr/bin/flock")
        holder.arguments = [place.root.lockPath, "cat"]
        let (input, output) = (Pipe(), Pipe())
        holder.standardInput = input
        holder.standardOutput = output
        try holder.run()
        // flock starts cat when it has the lock, so an answer from cat shows that it has it.
        try input.fileHandleForWriting.write(contentsOf: Data("ready".utf8))
        #expect(output.fileHandleForReading.availableData == Data("ready".utf8))
        #expect(await archiveError { _ = try PassLock.acquire(place.root) }?.code == .locked)
        try input.fileHandleForWriting.close()
        holder.waitUntilExit()
        _ = try PassLock.acquire(place.root)
    }
}
