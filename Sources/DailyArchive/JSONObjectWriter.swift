/// Writes one JSON object on one line, its fields in the order they are added.
///
/// Not Foundation's encoder, because the provider's JSON has to go in as it is: text, not a tree.
struct JSONObjectWriter {
    private var text: [UInt8] = [UInt8(ascii: "{")]
    /// Where ``line`` puts the checksum of all the rest; `nil` for a line without one.
    private var checkPosition: Int?

    mutating func add(_ key: StaticString, _ value: String?) {
        guard let value else { return }
        begin(key)
        appendQuoted(value)
    }

    mutating func add(_ key: StaticString, _ value: Int64?) {
        guard let value else { return }
        begin(key)
        text.append(contentsOf: String(value).utf8)
    }

    mutating func add(_ key: StaticString, _ value: Bool) {
        begin(key)
        text.append(contentsOf: (value ? "true" : "false").utf8)
    }

    mutating func add(_ key: StaticString, _ value: JSONObjectWriter) {
        begin(key)
        text.append(contentsOf: value.line)
    }

    /// Embeds an object's text. What is no JSON object on one line goes in as a string, so that the line stays JSON and
    /// nothing is lost.
    mutating func add(_ key: StaticString, embedding object: String?) {
        guard let object else { return }
        begin(key)
        let bytes = Array(object.utf8)
        if !bytes.contains(UInt8(ascii: "\n")), !bytes.contains(UInt8(ascii: "\r")), JSONObject(bytes) != nil {
            text.append(contentsOf: bytes)
        } else {
            appendQuoted(object)
        }
    }

    /// Has ``line`` carry a checksum of all the rest of it, here, where its key is in order.
    mutating func addCheck() {
        precondition(text.count > 1, "a checksum stands behind another field")
        checkPosition = text.count
    }

    /// The object, without a line break.
    var line: [UInt8] {
        var line = uncheckedLine
        guard let checkPosition else { return line }
        let field = #","\#(LineCheck.key)":"\#(LineCheck.value(of: line))""#
        line.insert(contentsOf: field.utf8, at: checkPosition)
        return line
    }

    /// The object without its checksum, as it was written before there was one.
    var uncheckedLine: [UInt8] { text + [UInt8(ascii: "}")] }

    private mutating func begin(_ key: StaticString) {
        if text.count > 1 { text.append(UInt8(ascii: ",")) }
        appendQuoted(key.description)
        text.append(UInt8(ascii: ":"))
    }

    private mutating func appendQuoted(_ string: String) {
        text.append(UInt8(ascii: "\""))
        var string = string
        string.withUTF8 { appendEscaped($0) }
        text.append(UInt8(ascii: "\""))
    }

    /// Whatever needs no escape is appended in one go.
    private mutating func appendEscaped(_ bytes: UnsafeBufferPointer<UInt8>) {
        var plain = bytes.startIndex
        for (index, byte) in bytes.enumerated() {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                text.append(contentsOf: bytes[plain..<index])
                text.append(UInt8(ascii: "\\"))
                plain = index
            case 0..<0x20, 0x7F:
                text.append(contentsOf: bytes[plain..<index])
                text.append(contentsOf: (byte < 16 ? "\\u000" : "\\u00").utf8)
                text.append(contentsOf: String(byte, radix: 16).utf8)
                plain = index + 1
            default: break
            }
        }
        text.append(contentsOf: bytes[plain...])
    }
}
