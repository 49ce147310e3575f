import Foundation
import Recordings

/// The decision whether bytes that arrived whole are a recording (promise 1: nothing false).
enum Acceptance: Equatable {
    /// Kept as they are.
    case accepted(AudioFormat?, suspicion: String?)
    /// Complete by the protocol, but not convincing: kept only if a second, whole download brings the same bytes.
    case doubtful(AudioFormat?, suspicion: String)
    /// Not what was asked for, such as an error page; never kept.
    case rejected(reason: String)

    /// - Parameters:
    ///   - prefix: the first bytes, up to 64 KiB.
    ///   - statedDuration: how long the provider says that the recording lasts.
    ///   - isLengthDeclared: whether the server said how long the body is, or ended a chunked one properly.
    static func judge(
        kind: CaptureKind,
        prefix: [UInt8],
        byteCount: Int64,
        statedDuration: Duration?,
        isLengthDeclared: Bool
    ) -> Acceptance {
        guard byteCount > 0 else { return .rejected(reason: "the answer was empty") }
        let verdict =
            switch kind {
            case .recording: judgeAudio(prefix: prefix, byteCount: byteCount, statedDuration)
            case .transcription: judgeTranscription(prefix: prefix, byteCount: byteCount)
            case .screenRecording: judgeOther(prefix: prefix, byteCount: byteCount)
            }
        if case .accepted(let audio, nil) = verdict, !isLengthDeclared {
            return .doubtful(audio, suspicion: "the server did not say how long it is")
        }
        return verdict
    }

    private static func judgeAudio(
        prefix: [UInt8],
        byteCount: Int64,
        _ statedDuration: Duration?
    ) -> Acceptance {
        switch WaveInspection.inspect(prefix: prefix, byteCount: byteCount, statedDuration: statedDuration) {
        case .audio(let format, suspicion: nil): .accepted(format, suspicion: nil)
        case .audio(let format, suspicion: let suspicion?): .doubtful(format, suspicion: suspicion)
        case .otherAudio: .accepted(nil, suspicion: nil)
        case .notAudio(let kind, let beginning):
            .rejected(reason: "not audio but \(kind) (begins with \(beginning))")
        }
    }

    /// A transcription is JSON, and not one of the provider's error bodies (wxcc-api 4.2).
    private static func judgeTranscription(prefix: [UInt8], byteCount: Int64) -> Acceptance {
        guard let first = prefix.first(where: { !$0.isJSONWhitespace }) else {
            return .rejected(reason: "not JSON but blank")
        }
        guard first == UInt8(ascii: "{") || first == UInt8(ascii: "[") else {
            return judgeOther(prefix: prefix, byteCount: byteCount)
        }
        guard Int64(prefix.count) == byteCount else { return .accepted(nil, suspicion: nil) }
        guard let json = try? JSONSerialization.jsonObject(with: Data(prefix)) else {
            return .doubtful(nil, suspicion: "it is not well-formed JSON")
        }
        if let object = json as? [String: Any],
            object["trackingId"] != nil || object["message"] != nil, object["error"] != nil || object["errors"] != nil
        {
            return .rejected(reason: "not a transcription but an error of the provider's")
        }
        return .accepted(nil, suspicion: nil)
    }

    private static func judgeOther(prefix: [UInt8], byteCount: Int64) -> Acceptance {
        if case .notAudio(let kind, let beginning) = WaveInspection.inspect(prefix: prefix, byteCount: byteCount),
            kind.isErrorPage
        {
            return .rejected(reason: "not a recording but \(kind) (begins with \(beginning))")
        }
        return .accepted(nil, suspicion: nil)
    }
}

extension WaveInspection.NotAudio {
    /// What servers and proxies answer with where the file should be. JSON is a matter of the kind asked for, and text
    /// and unknown bytes may be what a capture of a later kind looks like.
    fileprivate var isErrorPage: Bool { self == .html || self == .xml || self == .json || self == .empty }
}

extension UInt8 {
    fileprivate var isJSONWhitespace: Bool { self == 0x20 || self == 0x0A || self == 0x0D || self == 0x09 }
}
