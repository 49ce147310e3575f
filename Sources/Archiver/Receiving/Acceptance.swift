import Recordings

/// The decision whether bytes that arrived completely are a recording (promise 1: nothing false).
enum Acceptance: Equatable {
    /// Kept as they are.
    case accepted(AudioFormat?, suspicion: String?)
    /// Complete by the protocol, but suspect. Kept only if a second full download returns the same bytes.
    case doubtful(AudioFormat?, suspicion: String)
    /// Something else, such as an error page; never kept.
    case rejected(reason: String)

    /// - Parameters:
    ///   - prefix: the first bytes, up to 64 KiB.
    ///   - statedDuration: the recording's duration as the provider states it.
    ///   - isLengthDeclared: whether the server said how long the body is, or ended a chunked one properly.
    ///   - acceptsUnknown: whether a person has asked to keep bytes in an unknown format.
    static func judge(
        kind: CaptureKind,
        prefix: [UInt8],
        byteCount: Int64,
        statedDuration: Duration?,
        isLengthDeclared: Bool,
        acceptsUnknown: Bool = false
    ) -> Acceptance {
        guard byteCount > 0 else { return .rejected(reason: "the answer was empty") }
        let verdict =
            switch kind {
            case .recording:
                judgeAudio(prefix: prefix, byteCount: byteCount, statedDuration, acceptsUnknown: acceptsUnknown)
            case .transcription:
                judgeTranscription(prefix: prefix, byteCount: byteCount, acceptsUnknown: acceptsUnknown)
            case .screenRecording: judgeScreenRecording(prefix: prefix, byteCount: byteCount)
            }
        if case .accepted(let audio, nil) = verdict, !isLengthDeclared {
            return .doubtful(audio, suspicion: "the server did not say how long it is")
        }
        return verdict
    }

    private static func judgeAudio(
        prefix: [UInt8],
        byteCount: Int64,
        _ statedDuration: Duration?,
        acceptsUnknown: Bool
    ) -> Acceptance {
        switch ContentInspection.inspect(prefix: prefix, byteCount: byteCount, statedDuration: statedDuration) {
        case .audio(let format, suspicion: nil): .accepted(format, suspicion: nil)
        case .audio(let format, suspicion: let suspicion?): .doubtful(format, suspicion: suspicion)
        case .otherAudio(let container): .accepted(.unread(container), suspicion: nil)
        case .notAudio(.unknown, let beginning): unknown("audio", beginning, acceptsUnknown)
        case .notAudio(let kind, let beginning): .rejected(reason: "not audio but \(kind) (begins with \(beginning))")
        }
    }

    private static func judgeTranscription(prefix: [UInt8], byteCount: Int64, acceptsUnknown: Bool) -> Acceptance {
        switch TranscriptionInspection.inspect(prefix: prefix, byteCount: byteCount) {
        case .transcription: .accepted(nil, suspicion: nil)
        case .doubtful(let suspicion): .doubtful(nil, suspicion: suspicion)
        case .notTranscription(let what): .rejected(reason: "not a transcription but \(what)")
        case .unknown(let beginning): unknown("a transcription", beginning, acceptsUnknown)
        }
    }

    /// Film, or what a later kind of film may look like; no text.
    private static func judgeScreenRecording(prefix: [UInt8], byteCount: Int64) -> Acceptance {
        switch ContentInspection.inspect(prefix: prefix, byteCount: byteCount) {
        case .audio(let format, let suspicion):
            suspicion.map { .doubtful(format, suspicion: $0) } ?? .accepted(format, suspicion: nil)
        case .otherAudio(let container): .accepted(.unread(container), suspicion: nil)
        case .notAudio(.unknown, let beginning): unknown("film", beginning, true)
        case .notAudio(let kind, let beginning):
            .rejected(reason: "not a recording but \(kind) (begins with \(beginning))")
        }
    }

    private static func unknown(_ wanted: String, _ beginning: String, _ isAccepted: Bool) -> Acceptance {
        isAccepted
            ? .doubtful(nil, suspicion: "in an unknown format (begins with \(beginning))")
            : .rejected(
                reason: "not \(wanted) but unknown (begins with \(beginning)); if it is one, "
                    + "keep it with `callark fetch --accept-unknown`"
            )
    }
}

extension AudioFormat {
    /// The format of a container that is not parsed.
    fileprivate static func unread(_ container: String) -> AudioFormat {
        AudioFormat(codec: container, channels: 0, sampleRateHertz: 0, bitsPerSample: 0, durationMilliseconds: 0)
    }
}
