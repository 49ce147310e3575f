import Foundation
import Recordings
import Testing

@Suite struct NameTests {
    private func key(
        _ recording: String = "dddddddd-0000-4000-8000-000000000001",
        kind: CaptureKind = .recording,
        callType: String = "main",
        start: Int64? = 1_763_625_600_123,
        file: String = "recording-1.wav"
    ) throws -> RecordingKey {
        RecordingKey(
            taskID: try #require(TaskID("t")),
            recordingID: try #require(RecordingID(recording)),
            kind: kind,
            isSegment: false,
            callType: callType,
            startTime: start.map(Timestamp.init(millisecondsSince1970:)),
            providerFileName: file
        )
    }

    private static let hostile = [
        "", ".", "..", "../../etc/passwd", "/etc/passwd", "a/b", "a\\b", "a\0b", "a\nb", "-rf", "--", ".hidden", " ",
        "é", "e\u{301}", "日本語", "🎧", "a b", "a:b", "a*?", "$(reboot)", "`id`", "con", "x\u{202e}vaw", "%2e%2e%2f",
        String(repeating: "a", count: 101), String(repeating: "a", count: 10_000), String(repeating: "é", count: 200),
        String(repeating: ".", count: 300), String(repeating: "-", count: 61) + "a",
    ]

    private func isSafe(_ name: FileName) -> Bool {
        let allowed = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-")
        let text = name.description
        return (1...200).contains(text.utf8.count) && text.allSatisfy(allowed.contains) && text.first != "."
            && text.first != "-"
    }

    @Test(arguments: hostile)
    func `any text becomes a safe name`(text: String) throws {
        #expect(isSafe(FileName(sanitizing: text)))
        #expect(FileName(exactly: text) == nil || isSafe(FileName(sanitizing: text)))
        let recording = RecordingID(text)?.description ?? "x"
        #expect(isSafe(FileName.of(try key(recording, callType: text, file: text), distinguisher: 99)))
        #expect(isSafe(FileName.of(try key(kind: .screenRecording, callType: text, start: nil, file: "a." + text))))
    }

    @Test func `different texts have different names`() {
        let names = Set(Self.hostile.map { FileName(sanitizing: $0) })
        #expect(names.count == Self.hostile.count)
        #expect(FileName(sanitizing: "a/b") != FileName(sanitizing: "ab"))
    }

    @Test func `a safe name stays as it is`() {
        #expect(FileName(sanitizing: "aaaaaaaa-0000-4000-8000-000000000001").description.hasSuffix("-000000000001"))
        #expect(FileName(sanitizing: "A_b.c-1").description == "A_b.c-1")
        #expect(FileName(exactly: "A_b.c-1")?.description == "A_b.c-1")
    }

    @Test(arguments: ["", ".", "..", "-a", ".a", "a/b", "é", String(repeating: "a", count: 201)])
    func `an unsafe name is not taken as it is`(text: String) {
        #expect(FileName(exactly: text) == nil)
    }

    @Test func `a recording's file says call type, start and ID`() throws {
        let name = FileName.of(try key())
        #expect(name.description == "main-20251120T080000123Z-dddddddd-0000-4000-8000-000000000001.wav")
        #expect(FileName.of(try key(), distinguisher: 1).description.hasSuffix("000000000001-2.wav"))
        #expect(FileName.of(try key(callType: "", start: nil, file: "x")).description.hasPrefix("unknown-undated-"))
        #expect(FileName.of(try key(kind: .transcription, file: "voice.JSON")).description.hasSuffix(".json"))
        #expect(FileName.of(try key(kind: .screenRecording, file: "")).description.hasPrefix("screen-recording-main-"))
        #expect(FileName.of(try key(file: "a.w/v")).description.hasSuffix(".wav"))
    }

    @Test func `long identifiers keep their distinguisher`() throws {
        let long = try key(String(repeating: "i", count: 100), callType: String(repeating: "c", count: 100))
        let names = Set((0..<20).map { FileName.of(long, distinguisher: $0) })
        #expect(names.count == 20)
        #expect(names.allSatisfy(isSafe))
    }

    @Test(arguments: ["acme-2025-11-20-001", "a-2024-02-29-999", "my-big-org-2025-11-20-1000", "--2025-11-20-002"])
    func `an archive's name reads back`(text: String) throws {
        let name = try #require(ArchiveName(text))
        #expect(name.description == text)
        #expect(name.relativePath.hasSuffix("/\(text).tar"))
    }

    @Test(arguments: [
        "", "acme", "acme-2025-11-20", "acme-2025-11-20-000", "acme-2025-11-20-1", "acme-2025-11-20-0001",
        "acme-2025-11-20--01", "acme-2025-11-20-+01", "-2025-11-20-001", "Acme-2025-11-20-001", "acme-2025-02-30-001",
        "acme_2025-11-20-001", "acme-2025-11-20-001.tar", "a/b-2025-11-20-001", "../x-2025-11-20-001",
        "acme-2025-11-20-99999999999999999999", "acme2025-11-20-001",
    ])
    func `what is no archive's name is refused`(text: String) {
        #expect(ArchiveName(text) == nil)
    }

    @Test func `archives are in the order of organization, day and sequence`() throws {
        let names = ["a-2025-11-20-002", "b-2025-11-19-001", "a-2025-11-20-1000", "a-2025-11-19-003"]
        let sorted = names.compactMap { ArchiveName($0) }.sorted().map(\.description)
        #expect(sorted == ["a-2025-11-19-003", "a-2025-11-20-002", "a-2025-11-20-1000", "b-2025-11-19-001"])
        #expect(ArchiveName("a-2025-11-20-002")?.relativePath == "archives/a/2025/11/a-2025-11-20-002.tar")
    }

    @Test(arguments: ["", "ACME", "acme_1", "a.b", "a b", "é", String(repeating: "a", count: 41)])
    func `what is no organization's name is refused`(text: String) {
        #expect(OrganizationName(text) == nil)
    }
}
