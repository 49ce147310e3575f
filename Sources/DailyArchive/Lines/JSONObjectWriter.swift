import Recordings

/// Writes one JSON object on one line, with its fields in the order in which they are added.
///
/// Foundation's encoder is no use here: it writes a tree, and the provider's JSON has to go in unchanged, as text.
struct JSONObjectWriter {
    private var text: [UInt8] = [UInt8(ascii: "{")]
    /// Where ``line`` puts the checksum of the rest; `nil` for a line without one.
    private var checkPosition: Int?
    /// The field that says where something is; `nil` if there is none.
    private var placeRange: Range<Int>?

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

    /// Embeds an object's text. Anything that is not a JSON object on one line goes in as a string, so that the line
    /// stays JSON and nothing is lost.
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

    /// Makes ``line`` include a checksum of the rest of it, at this position, where its key is in order.
    mutating func addCheck() {
        precondition(text.count > 1, "a checksum stands behind another field")
        checkPosition = text.count
    }

    /// Adds where something is, which may change while all else stays. Not the first field.
    mutating func add(_ key: StaticString, place value: Int64) {
        let begin = text.count
        add(key, value)
        placeRange = begin..<text.count
    }

    /// The object, without a line break.
    var line: [UInt8] {
        var line = uncheckedLine
        guard let checkPosition else { return line }
        let field = #","\#(LineCheck.key)":"\#(LineCheck.value(of: line))""#
        line.insert(contentsOf: field.utf8, at: checkPosition)
        return line
    }

    /// The object without its checksum, as earlier versions wrote it.
    var uncheckedLine: [UInt8] { text + [UInt8(ascii: "}")] }

    /// The same without the field that says where something is.
    var unplacedLine: [UInt8] {
        guard let placeRange else { return uncheckedLine }
        return text[..<placeRange.lowerBound] + text[placeRange.upperBound...] + [UInt8(ascii: "}")]
    }

    private mutating func begin(_ key: StaticString) {
        if text.count > 1 { text.append(UInt8(ascii: ",")) }
        appendQuoted(key.description)
        text.append(UInt8(ascii: ":"))
    }

    private mutating func appendQuoted(_ string: String) {
        JSONWriter.append(string, to: &text, breaksByNumber: true)
    }
}
