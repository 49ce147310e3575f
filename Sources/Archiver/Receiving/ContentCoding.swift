import Recordings

/// What has to be done because of a `Content-Encoding` (RFC 9110 section 8.4) before bytes are what the provider
/// recorded: a pure decision.
///
/// The field is often wrong: files have the name of a coding that was never applied, or that something on the way has
/// undone. Bytes in a known format are therefore kept as they are.
enum ContentCoding: Equatable {
    /// The bytes are the recording.
    case plain
    /// They are gzip or zlib (`deflate`), once, and have to be decoded.
    case deflated
    /// They are encoded in a way that is not decoded here; the reason names it.
    case unknown(String)

    /// - Parameters:
    ///   - field: the codings in lower case, without `identity`; `nil` if there are none.
    ///   - prefix: the first bytes as they came.
    init(_ field: String?, prefix: [UInt8], byteCount: Int64) {
        // `aws-chunked` describes the chunks of an upload. Stores undo them and sometimes leave the name.
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

    /// How many bytes something that came as `byteCount` may have after decoding. Silence compresses a thousandfold, so
    /// a low ratio would refuse recordings. The limit is what a disk can hold without harm.
    static func limit(decoding byteCount: Int64) -> Int64 {
        let (many, isTooMany) = byteCount.multipliedReportingOverflow(by: 50)
        return min(ReceptionSink.largestRecording, max(1 << 30, isTooMany ? .max : many))
    }

    /// Whether the bytes show what they are: a recording, a transcription or an error page.
    private static func isPlain(_ prefix: [UInt8], _ byteCount: Int64) -> Bool {
        if case .notAudio(.unknown, _) = ContentInspection.inspect(prefix: prefix, byteCount: byteCount) {
            false
        } else {
            true
        }
    }
}
