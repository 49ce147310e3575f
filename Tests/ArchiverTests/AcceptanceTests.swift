import Recordings
import Testing

@testable import Archiver

@Suite struct `A transcription` {
    private func judge(_ text: String) -> Acceptance {
        let bytes = Array(text.utf8)
        return Acceptance.judge(
            kind: .transcription,
            prefix: bytes,
            byteCount: Int64(bytes.count),
            statedDuration: nil,
            isLengthDeclared: true
        )
    }

    @Test(arguments: [
        #"{"message":"something went wrong","errors":[]}"#,
        #"{"trackingId":"t","errors":[{"description":"d"}]}"#,
        #"{"trackingId":"t","error":{"key":"500"}}"#,
        #"{"message":"Unauthorized","error":"invalid_token"}"#,
    ]) func `is no error of the provider's, in either of its shapes`(_ body: String) {
        #expect(judge(body) == .rejected(reason: "not a transcription but an error of the provider's"))
    }

    @Test(arguments: [#"{"message":"hello"}"#, #"{"text":"an error"}"#, "[]"]) func `is any other JSON`(_ body: String)
    {
        #expect(judge(body) == .accepted(nil, suspicion: nil))
    }
}
