import Recordings
import Testing

@testable import Archiver

@Suite struct AcceptanceTests {
    private func judge(_ bytes: [UInt8], _ kind: CaptureKind, acceptsUnknown: Bool = false) -> Acceptance {
        Acceptance.judge(
            kind: kind,
            prefix: bytes,
            byteCount: Int64(bytes.count),
            statedDuration: nil,
            isLengthDeclared: true,
            acceptsUnknown: acceptsUnknown
        )
    }

    private func isRejected(_ acceptance: Acceptance) -> Bool {
        if case .rejected = acceptance { true } else { false }
    }

    private static let unknown: [UInt8] = (0..<200).map { $0 &* 37 &+ 1 }

    @Test func `another container is held as what it is`() {
        let format = AudioFormat(
            codec: "flac",
            channels: 0,
            sampleRateHertz: 0,
            bitsPerSample: 0,
            durationMilliseconds: 0
        )
        #expect(judge(Array("fLaC".utf8) + [0, 0, 0, 0x22], .recording) == .accepted(format, suspicion: nil))
    }

    @Test func `what is in no known format is kept when somebody says so, with a suspicion`() {
        for kind in [CaptureKind.recording, .transcription] {
            let refusal = judge(Self.unknown, kind)
            guard case .rejected(let reason) = refusal else {
                Issue.record("\(refusal)")
                continue
            }
            #expect(reason.contains("callark fetch --accept-unknown"))
            guard case .doubtful(nil, let suspicion) = judge(Self.unknown, kind, acceptsUnknown: true) else {
                Issue.record("not kept")
                continue
            }
            #expect(suspicion.hasPrefix("in an unknown format (begins with "))
        }
    }

    @Test(arguments: ["Gone", "<html/>", "{}", ""]) func `what is text is never kept as sound`(_ text: String) {
        #expect(isRejected(judge(Array(text.utf8), .recording, acceptsUnknown: true)))
        let marked: [UInt8] = [0xff, 0xfe] + text.utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
        #expect(isRejected(judge(marked, .recording, acceptsUnknown: !text.isEmpty)))
    }

    @Test(arguments: [
        #"{"status":false,"errorCode":124}"#, #"{"trackingId":"t","error":{"key":"500"}}"#, "", "<html></html>", "{}",
    ]) func `an error is no transcription`(_ body: String) {
        #expect(isRejected(judge(Array(body.utf8), .transcription, acceptsUnknown: true)))
    }

    @Test func `a film is what a screen recording is, and no text`() {
        #expect(!isRejected(judge([0, 0, 0, 0x18] + Array("ftypisom".utf8) + [0, 0, 2, 0], .screenRecording)))
        #expect(isRejected(judge(Array("Not Found".utf8), .screenRecording)))
    }
}
