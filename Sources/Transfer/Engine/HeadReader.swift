import Recordings

/// Assembles the lines of a head as libcurl delivers them: status line, fields, empty line; and again, if interim
/// answers (1xx) come before the final one (RFC 9110 section 15.2).
struct HeadReader {
    private(set) var status = 0
    private(set) var headers = HTTPHeaders()
    private var fields: [(name: String, value: String)] = []
    private var isOver = false
    private var byteCount = 0

    /// All lines of one exchange together, including interim heads and trailers: libcurl 7.88 limits only a single
    /// line.
    static let maximumBytes = 256 << 10

    enum Progress {
        case goesOn
        /// The final head is complete in `status` and `headers`.
        case complete
        /// More than ``HeadReader/maximumBytes``.
        case tooLong
    }

    mutating func take(_ line: UnsafeRawBufferPointer) -> Progress {
        byteCount += line.count
        guard byteCount <= Self.maximumBytes else { return .tooLong }
        // Only trailers follow the final head, and no one needs them.
        guard !isOver else { return .goesOn }
        let text = Self.trimmed(line[...])
        if text.isEmpty { return finishHead() }
        if text.starts(with: "HTTP/".utf8), !text.prefix(while: { $0 != UInt8(ascii: " ") }).contains(Self.colon) {
            beginHead(text)
        } else {
            addField(text, continues: line.first.map(Self.isBlank) ?? false)
        }
        return .goesOn
    }

    private mutating func beginHead(_ text: Slice<UnsafeRawBufferPointer>) {
        fields = []
        let words = text.split(separator: UInt8(ascii: " "), maxSplits: 2)
        status = words.count > 1 ? Int(String(decoding: words[1], as: UTF8.self)) ?? 0 : 0
    }

    private mutating func addField(_ text: Slice<UnsafeRawBufferPointer>, continues: Bool) {
        if continues, let last = fields.indices.last {
            // Obsolete line folding (RFC 9112 section 5.2).
            fields[last].value += " " + String(decoding: text, as: UTF8.self)
            return
        }
        guard let colon = text.firstIndex(of: Self.colon) else { return }
        let name = String(decoding: Self.trimmed(text[..<colon]), as: UTF8.self)
        let bytes = Self.trimmed(text[text.index(after: colon)...])
        // A URL is encoded before its bytes are read as text, because they may not be text.
        let isURL = HTTPHeaders.isSame(name, "Location")
        fields.append((name, isURL ? URLText(bytes).text : String(decoding: bytes, as: UTF8.self)))
    }

    private mutating func finishHead() -> Progress {
        guard status >= 200 else { return .goesOn }
        isOver = true
        headers = HTTPHeaders(fields)
        return .complete
    }

    private static let colon = UInt8(ascii: ":")

    private static func trimmed(_ bytes: Slice<UnsafeRawBufferPointer>) -> Slice<UnsafeRawBufferPointer> {
        var bytes = bytes.drop(while: isBlank)
        while let last = bytes.last, isBlank(last) { bytes = bytes.dropLast() }
        return bytes
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
            || byte == UInt8(ascii: "\n")
    }
}
