import DailyArchive
import Files
import Foundation
import Recordings
import Testing
import TestSupport

@Suite struct LegacySessionFileTests {
    private let place: Workplace
    private let file: LegacySessionFile

    init() throws {
        place = try Workplace()
        file = LegacySessionFile(ArchiveName.sample.organization, ArchiveName.sample.day, in: place.root)
    }

    private func session(_ task: String, _ json: String = #"{"sid":"x","n":1.50}"#) throws -> LegacySession {
        LegacySession(
            organization: file.organization,
            day: file.day,
            taskID: try #require(TaskID(task)),
            answeredTime: Timestamp(millisecondsSince1970: 1_763_683_200_123),
            json: ProviderJSON(redacted: json)
        )
    }

    private func found(_ task: String) async throws -> LegacySessionFile.Place? {
        try await file.place(of: try #require(TaskID(task)))
    }

    private func lines() throws -> [String] {
        String(decoding: try place.bytes(file.path), as: UTF8.self).split(separator: "\n").map(String.init)
    }

    @Test func `it stands beside the day's archives, which do not mind`() async throws {
        let (archive, _) = try await place.sealed([])
        try await file.add([try session("t-1")])
        #expect(file.path == place.root.archivePath(.sample).replacing("-001.tar", with: "-legacy.jsonl"))
        #expect(try place.root.sealedArchives() == [archive.name])
        #expect(try place.root.lastSealedSequence(file.organization, file.day) == 1)
        #expect(try place.root.legacySessionFiles() == [file])
    }

    @Test func `sessions come back as they were, in the order in which they were added`() async throws {
        #expect(try await file.sessions() == [])
        let first = [try session("t-2"), try session("t 1 \"ü\"", #"{"ani":"+1555","x":{"y":[1,null]}}"#)]
        try await file.add(first)
        let second = [try session("t-3", "no object")]
        try await file.add(second)
        #expect(try await file.sessions() == first + second)
        #expect(
            try lines()[0].hasPrefix(
                #"{"answered_time":1763683200123,"answered_time_iso":"2025-11-21T00:00:00.123Z","check":""#
            )
        )
        #expect(try lines()[0].contains(#""csr":{"sid":"x","n":1.50},"#))
    }

    @Test func `one task's session is found by its line, and no other's, nor a damaged one`() async throws {
        let names = ["a", "a\"b", "t 1 \"ü\"", "b"]
        let mention = #"{"parent":"b","n":"a"}"#
        for name in names { #expect(try await found(name) == nil) }
        try await file.add(try names.map { try session($0, mention) })
        for (index, name) in names.enumerated() {
            let place = try #require(try await found(name))
            #expect(place.line == index + 1 && place.path == file.path)
            #expect(place.session == (try session(name, mention)))
        }
        #expect(try await found("c") == nil)
        // A line that only mentions the task may be damaged; the task's own line may not.
        var bytes = try place.bytes(file.path)
        bytes[5] ^= 1
        try place.write(bytes, to: file.path)
        #expect(try await found("b")?.line == 4)
        let error = await #expect(throws: ArchiveError.self) { try await found("a") }
        #expect(error?.code == .damaged && error?.message.contains("bad line, 1") == true)
    }

    @Test func `sha256sum agrees with the checksum, also after more was added`() async throws {
        for task in ["a", "b"] {
            try await file.add([try session(task)])
            let folder = URL(filePath: file.path).deletingLastPathComponent().path
            let outcome = try Tool.run("sha256sum", "-c", "--strict", "\(file.name).jsonl.sha256", in: folder)
            #expect(outcome.status == 0, "\(outcome.output)")
            #expect(try await file.verify().faults == [])
            #expect(try await file.verify(quick: true).faults == [])
        }
        let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
        #expect(attributes[.posixPermissions] as? Int == 0o440)
    }

    @Test func `adding nothing makes no file, and changes none`() async throws {
        try await file.add([])
        #expect(!place.exists(file.path) && !place.exists(file.sideFilePath))
        try await file.add([try session("a")])
        let before = try place.bytes(file.path)
        try await file.add([])
        #expect(try place.bytes(file.path) == before)
    }

    @Test func `a checksum of an earlier state is told of, and written anew`() async throws {
        try await file.add([try session("a")])
        let early = try place.bytes(file.sideFilePath)
        try await file.add([try session("b")])
        try place.write(early, to: file.sideFilePath)
        let report = try await file.verify()
        #expect(report.faults.map(\.kind) == [.sideFile])
        #expect(report.faults[0].message.contains("each line is whole"))
        try await file.add([])
        #expect(try await file.verify().isSound)
        try FileManager.default.removeItem(atPath: file.sideFilePath)
        #expect(try await file.verify(quick: true).faults.map(\.kind) == [.sideFile])
        try await file.add([])
        #expect(try await file.verify().isSound)
    }

    @Test func `any changed byte shows, and names its line`() async throws {
        try await file.add([try session("a"), try session("b"), try session("c")])
        let whole = try place.bytes(file.path)
        let second = try #require(whole.firstIndex(of: UInt8(ascii: "\n"))) + 1
        let end = try #require(whole[second...].firstIndex(of: UInt8(ascii: "\n")))
        for offset in second..<end {
            var damaged = whole
            damaged[offset] ^= 0x01
            try place.write(damaged, to: file.path)
            let report = try await file.verify()
            #expect(report.faults.map(\.kind).contains(.metadataLine), "\(offset)")
            #expect(report.faults[0].message.contains("line 2 "), "\(report.faults[0])")
            let error = await #expect(throws: ArchiveError.self) { _ = try await file.sessions() }
            #expect(error?.code == .damaged)
        }
        try place.write(Array(whole.dropLast(1)), to: file.path)
        #expect(try await file.verify().faults.map(\.kind) == [.metadataLine, .sideFile])
    }

    @Test func `a session twice, or of another day, is a fault`() async throws {
        let other = LegacySession(
            organization: file.organization,
            day: try #require(ArchiveDay("2020-01-01")),
            taskID: try #require(TaskID("z")),
            answeredTime: Timestamp(millisecondsSince1970: 1),
            json: ProviderJSON(redacted: "{}")
        )
        try await file.add([try session("a"), try session("a"), other])
        let faults = try await file.verify().faults
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
