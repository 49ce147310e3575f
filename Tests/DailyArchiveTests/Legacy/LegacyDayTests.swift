import DailyArchive
import Files
import Foundation
import Recordings
import Testing
import TestSupport

@Suite struct LegacyDayTests {
    private let place: Workplace
    private let organization = ArchiveName.sample.organization
    private let day: LegacyDay

    init() throws {
        place = try Workplace()
        day = LegacyDay(organization, ArchiveName.sample.day, in: place.root)
    }

    private func session(_ task: String, _ json: String = #"{"sid":"x","n":1.50}"#) throws -> LegacySession {
        LegacySession(
            organization: organization,
            day: ArchiveName.sample.day,
            taskID: try #require(TaskID(task)),
            answeredTime: Timestamp(millisecondsSince1970: 1_763_683_200_123),
            json: ProviderJSON(redacted: json)
        )
    }

    private func found(_ task: String) async throws -> LegacySessionFile.Place? {
        try await day.place(of: try #require(TaskID(task)))
    }

    private func expect(
        _ task: String,
        _ file: LegacySessionFile,
        line: Int,
        _ session: LegacySession,
        at location: SourceLocation = #_sourceLocation
    ) async throws {
        let place = try #require(try await found(task), sourceLocation: location)
        #expect(place.path == file.path && place.line == line, sourceLocation: location)
        #expect(place.session == session, sourceLocation: location)
    }

    private func tasks() async throws -> [String] { try await day.tasks().map(\.description).sorted() }

    private func file(_ number: Int) -> LegacySessionFile {
        LegacySessionFile(organization, ArchiveName.sample.day, number, in: place.root)
    }

    private func remove(_ path: String) throws { try FileManager.default.removeItem(atPath: path) }

    private func lines(_ number: Int) throws -> [String] {
        String(decoding: try place.bytes(file(number).path), as: UTF8.self).split(separator: "\n").map(String.init)
    }

    @Test func `its files are next to the day's archives, which are not affected`() async throws {
        let (archive, _) = try await place.sealed([])
        try await day.add([try session("t-1")])
        try await day.add([try session("t-2")])
        #expect(file(1).path == place.root.archivePath(.sample).replacing("-001.tar", with: "-legacy-001.jsonl"))
        #expect(file(1).name == "\(organization)-\(ArchiveName.sample.day)-legacy-001")
        #expect(try place.root.archives.list() == [archive.name])
        #expect(try place.root.archives.lastSequence(of: organization, on: ArchiveName.sample.day) == 1)
        #expect(try place.root.openArchives() == [])
        #expect(try day.files() == [file(1), file(2)])
        #expect(try place.root.legacySessionFiles() == [file(1), file(2)])
        #expect(try place.root.hasFiles(of: ArchiveName.sample.day, organization: organization))
    }

    @Test func `files of other names, days and organizations are not among a day's`() async throws {
        try await day.add([try session("t-1")])
        let folder = FileSystem.folder(of: file(1).path)
        let other = ArchiveName.sample.day.description.dropLast(2) + "01"
        let names = [
            "\(organization)-\(ArchiveName.sample.day)-legacy.jsonl",
            "\(organization)-\(ArchiveName.sample.day)-legacy-2.jsonl",
            "\(organization)-\(ArchiveName.sample.day)-legacy-000.jsonl",
            "\(organization)-\(ArchiveName.sample.day)-legacy-002.jsonl.tmp",
            "\(organization)-\(ArchiveName.sample.day)-002.jsonl",
            "\(organization)-\(other)-legacy-004.jsonl",
        ]
        for name in names { try place.write([], to: "\(folder)/\(name)") }
        #expect(try day.files() == [file(1)])
        #expect(try place.root.legacySessionFiles().map(\.number) == [4, 1])
    }

    @Test func `files are in the order of their numbers, however many digits those have`() async throws {
        try await day.add([try session("a")])
        for number in [999, 1000] { try place.write(try place.bytes(file(1).path), to: file(number).path) }
        #expect(try day.files().map(\.number) == [1, 999, 1000])
        #expect(try place.root.legacySessionFiles().map(\.number) == [1, 999, 1000])
        try await day.add([try session("b")])
        #expect(try day.files().last == file(1001))
    }

    @Test func `each addition is a file of its own, and no file changes`() async throws {
        #expect(try await tasks() == [])
        try await day.add([try session("t-2"), try session("t 1 \"ü\"", #"{"ani":"+1555","x":{"y":[1,null]}}"#)])
        let first = try place.bytes(file(1).path)
        try await day.add([try session("t-3", "no object")])
        #expect(try place.bytes(file(1).path) == first)
        #expect(try await tasks() == ["t 1 \"ü\"", "t-2", "t-3"])
        let start = #"{"answered_time":1763683200123,"answered_time_iso":"2025-11-21T00:00:00.123Z","check":""#
        #expect(try lines(1)[0].hasPrefix(start))
        #expect(try lines(1)[0].contains(#""csr":{"sid":"x","n":1.50},"#))
        #expect(try (lines(1).count, lines(2).count) == (2, 1))
        let summaries = try await day.settle()
        #expect(summaries.map(\.file) == [file(1), file(2)])
        #expect(summaries.map(\.sessionCount) == [2, 1])
    }

    @Test func `a session in a later file takes the place of the same one in an earlier`() async throws {
        try await day.add([try session("a", #"{"n":1}"#), try session("b", #"{"n":1}"#)])
        try await day.add([try session("a", #"{"n":2}"#)])
        try await expect("a", file(2), line: 1, try session("a", #"{"n":2}"#))
        try await expect("b", file(1), line: 2, try session("b", #"{"n":1}"#))
        #expect(try await tasks() == ["a", "b"])
        for number in 1...2 { #expect(try await file(number).verify().isSound) }
    }

    @Test func `one task's session is found by its line, and no other's, nor a damaged one`() async throws {
        let names = ["a", "a\"b", "t 1 \"ü\"", "b"]
        let mention = #"{"parent":"b","n":"a"}"#
        for name in names { #expect(try await found(name) == nil) }
        try await day.add(try names.map { try session($0, mention) })
        for (index, name) in names.enumerated() {
            try await expect(name, file(1), line: index + 1, try session(name, mention))
        }
        #expect(try await found("c") == nil)
        // A line that only mentions the task may be damaged; the task's own line may not.
        var bytes = try place.bytes(file(1).path)
        bytes[5] ^= 1
        try place.write(bytes, to: file(1).path)
        #expect(try await found("b")?.line == 4)
        let error = await #expect(throws: ArchiveError.self) { try await found("a") }
        #expect(error?.code == .damaged && error?.message.contains("bad line, 1") == true)
        // Another file may have a whole one.
        try await day.add([try session("a", mention)])
        #expect(try await found("a")?.path == file(2).path)
    }

    @Test func `sha256sum agrees with the checksum of each file, which is read-only`() async throws {
        for (number, task) in [(1, "a"), (2, "b")] {
            try await day.add([try session(task)])
            let folder = FileSystem.folder(of: file(number).path)
            let outcome = try Tool.run("sha256sum", "-c", "--strict", "\(file(number).fileName).sha256", in: folder)
            #expect(outcome.status == 0, "\(outcome.output)")
            #expect(try await file(number).verify().faults == [])
            #expect(try await file(number).verify(quick: true).faults == [])
            for path in [file(number).path, file(number).sideFilePath] {
                let attributes = try FileManager.default.attributesOfItem(atPath: path)
                #expect(attributes[.posixPermissions] as? Int == 0o440)
            }
        }
    }

    @Test func `adding nothing makes no file`() async throws {
        try await day.add([])
        #expect(try await day.settle() == [])
        #expect(!place.exists(file(1).path) && !place.exists(file(1).sideFilePath))
    }

    @Test func `a file that a crash left without its checksum gets it, and no other file is written`() async throws {
        try await day.add([try session("a")])
        try await day.add([try session("b")])
        let before = try [file(1), file(2)].map { try place.bytes($0.sideFilePath) }
        try remove(file(2).sideFilePath)
        for quick in [true, false] {
            #expect(try await file(2).verify(quick: quick).faults.map(\.kind) == [.sideFile])
        }
        #expect(try await tasks() == ["a", "b"])
        let node = try FileManager.default.attributesOfItem(atPath: file(1).sideFilePath)[.systemFileNumber] as? Int
        _ = try await day.settle()
        #expect(try [file(1), file(2)].map { try place.bytes($0.sideFilePath) } == before)
        let after = try FileManager.default.attributesOfItem(atPath: file(1).sideFilePath)[.systemFileNumber] as? Int
        #expect(node == after)
        #expect(try await file(2).verify().isSound)
    }

    @Test func `a checksum of something else is reported, and not overwritten`() async throws {
        try await day.add([try session("a")])
        try await day.add([try session("b")])
        // A whole line is gone, or another file took its place: the lines cannot show that.
        let other = try place.bytes(file(2).path)
        try place.write(other, to: file(1).path)
        let report = try await file(1).verify()
        #expect(report.faults.map(\.kind) == [.sideFile])
        #expect(report.faults[0].message.contains("each line is whole"))
        let side = try place.bytes(file(1).sideFilePath)
        for _ in 0..<2 {
            let error = await #expect(throws: ArchiveError.self) { _ = try await day.settle() }
            #expect(error?.code == .damaged && error?.message.contains("move both away") == true)
        }
        await #expect(throws: ArchiveError.self) { _ = try await day.tasks() }
        #expect(try place.bytes(file(1).sideFilePath) == side)
    }

    @Test func `a lost file is missing until its sessions are elsewhere, and its number is not used again`()
        async throws
    {
        try await day.add([try session("a")])
        try await day.add([try session("b")])
        try remove(file(2).path)
        #expect(try day.files() == [file(1), file(2)])
        for quick in [true, false] {
            #expect(try await file(2).verify(quick: quick).faults.map(\.kind) == [.archiveMissing])
        }
        #expect(try await tasks() == ["a"])
        #expect(try await found("a") != nil)
        let error = await #expect(throws: ArchiveError.self) { try await found("b") }
        #expect(error?.code == .damaged && error?.message.contains("\(file(2).path) is missing") == true)
        try await day.add([try session("b")])
        #expect(try day.files().last == file(3))
        #expect(try await found("b")?.path == file(3).path)
        #expect(try await day.settle().map(\.file) == [file(1), file(3)])
        #expect(try await file(2).verify().faults.map(\.kind) == [.archiveMissing])
        try await day.forgetMissing()
        #expect(try day.files() == [file(1), file(3)])
        #expect(try await file(1).verify().isSound)
        #expect(try await file(3).verify().isSound)
    }

    @Test func `any changed byte shows, and names its line`() async throws {
        try await day.add([try session("a"), try session("b"), try session("c")])
        let whole = try place.bytes(file(1).path)
        let second = try #require(whole.firstIndex(of: UInt8(ascii: "\n"))) + 1
        let end = try #require(whole[second...].firstIndex(of: UInt8(ascii: "\n")))
        for offset in second..<end {
            var damaged = whole
            damaged[offset] ^= 0x01
            try place.write(damaged, to: file(1).path)
            let report = try await file(1).verify()
            #expect(report.faults.map(\.kind).contains(.metadataLine), "\(offset)")
            #expect(report.faults[0].message.contains("line 2 "), "\(report.faults[0])")
            let error = await #expect(throws: ArchiveError.self) { _ = try await day.tasks() }
            #expect(error?.code == .damaged)
        }
        try place.write(Array(whole.dropLast(1)), to: file(1).path)
        #expect(try await file(1).verify().faults.map(\.kind) == [.metadataLine, .sideFile])
    }

    @Test func `a session twice in a file, or of another day, is a fault`() async throws {
        let other = LegacySession(
            organization: organization,
            day: try #require(ArchiveDay("2020-01-01")),
            taskID: try #require(TaskID("z")),
            answeredTime: Timestamp(millisecondsSince1970: 1),
            json: ProviderJSON(redacted: "{}")
        )
        try await day.add([try session("a"), try session("a"), other])
        let faults = try await file(1).verify().faults
        #expect(faults.map(\.kind) == [.metadataLine, .metadataLine])
        #expect(faults[0].message.contains("line 2") && faults[1].message.contains("line 3"))
    }

    @Test func `only one process gathers at a time, and a pass may run meanwhile`() throws {
        let lock = try PassLock.acquire(place.root, for: .legacySessions)
        let error = #expect(throws: ArchiveError.self) { _ = try PassLock.acquire(place.root, for: .legacySessions) }
        #expect(error?.code == .locked)
        #expect(error?.message.contains("gathering legacy sessions") == true)
        let pass = try PassLock.acquire(place.root)
        withExtendedLifetime(lock) {}
        withExtendedLifetime(pass) {}
    }
}
