import Recordings

/// What a `Content-Encoding` (RFC 9110 section 8.4) asks for before bytes are what the provider recorded: a pure decision.
///
/// Such a field is often wrong: files carry the name of a coding that nobody applied, or that something on the way has
/// undone. So bytes that are already what was asked for are kept as they are.
enum ContentCoding: Equatable {
    /// The bytes are the recording.
    case plain
    /// They are gzip or zlib (`deflate`), once, and are decoded.
    case deflated
    /// They are encoded in a way that is not decoded here; the reason says how.
    case unknown(String)

    /// - Parameters:
    ///   - field: the codings in lower case, without `identity`; `nil` if there are none.
    ///   - prefix: the first bytes as they came.
    init(_ field: String?, prefix: [UInt8], byteCount: Int64) {
        // Chunks of an upload, which stores undo and sometimes leave the name of.
        let codings = (field ?? "").split(separator: ",").map { $0.drop { $0 == " " } }.filter { $0 != "aws-chunked" }
        guard !codings.isEmpty, !Self.isPlain(prefix, byteCount) else {
            self = .plain
            return
        }
        switch codings {
        case ["gzip"], ["x-gzip"], ["deflate"]: self = .deflated
        default:
            let named = codings.joined(separator: ", ").filter { $0.isASCII && ($0.isLetter || "-, ".contains($0)) }
            self = .unknown("it comes with the Content-Encoding \(named.prefix(40)), which is not decoded")
        }
    }

    /// How many bytes something that came as `byteCount` may become. Silence is a thousand times smaller than it sounds, so
    /// that the ratio says little: what counts is what a disk can take without harm.
    static func limit(decoding byteCount: Int64) -> Int64 {
        let (many, isTooMany) = byteCount.multipliedReportingOverflow(by: 50)
        return min(ReceptionSink.largestRecording, max(1 << 30, isTooMany ? .max : many))
    }

    /// Whether the bytes show what they are, be it a recording, a transcription, or an error page.
    private static func isPlain(_ prefix: [UInt8], _ byteCount: Int64) -> Bool {
        if case .notAudio(.unknown, _) = WaveInspection.inspect(prefix: prefix, byteCount: byteCount) {
            false
        } else {
            true
        }
    }
}
