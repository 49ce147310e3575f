/// One JSON object (RFC 8259) as text: its fields are found, not decoded, so an embedded object of the provider's comes
/// out byte for byte as it went in.
struct JSONObject {
    private let text: [UInt8]
    private let fields: [(key: Range<Int>, value: Range<Int>)]

    /// - Returns: `nil` if `text` is anything but one well-formed object.
    init?(_ text: [UInt8]) {
        let found = text.withUnsafeBufferPointer { text in
            var scanner = JSONScanner(text)
            let fields = scanner.object()
            return scanner.isAtEnd ? fields : nil
        }
        guard let fields = found else { return nil }
        self.text = text
        self.fields = fields
    }

    /// The text of a string; `nil` if the field is missing, null or not a string.
    func string(_ key: StaticString) -> String? {
        guard let range = value(key), text[range.lowerBound] == UInt8(ascii: "\"") else { return nil }
        return Self.unescaped(text[range.dropFirst().dropLast()])
    }

    /// `nil` if the field is missing or not a whole number that fits.
    func integer(_ key: StaticString) -> Int64? {
        value(key).flatMap { Int64(String(decoding: text[$0], as: UTF8.self)) }
    }

    /// `nil` if the field is missing or neither `true` nor `false`.
    func boolean(_ key: StaticString) -> Bool? {
        value(key).flatMap { Bool(String(decoding: text[$0], as: UTF8.self)) }
    }

    /// The text of an embedded object, or of a string that was written instead of one.
    func embedded(_ key: StaticString) -> String? {
        guard let range = value(key) else { return nil }
        if text[range.lowerBound] == UInt8(ascii: "{") { return String(validating: text[range], as: UTF8.self) }
        return string(key)
    }

    /// An object inside this one.
    func object(_ key: StaticString) -> JSONObject? {
        value(key).flatMap { JSONObject(Array(text[$0])) }
    }

    /// The object's text without this field; `nil` if the field is missing or the first one.
    func text(without key: StaticString) -> [UInt8]? {
        let field = key.withUTF8Buffer { wanted in fields.first { text[$0.key].elementsEqual(wanted) } }
        guard let field, field.key.lowerBound >= 3, text[field.key.lowerBound - 2] == UInt8(ascii: ",") else {
            return nil
        }
        return Array(text[..<(field.key.lowerBound - 2)] + text[field.value.upperBound...])
    }

    private func value(_ key: StaticString) -> Range<Int>? {
        // Keys are compared in their written form; ours have nothing to escape. If a key is repeated, the first one
        // counts.
        key.withUTF8Buffer { wanted in
            fields.first { text[$0.key].elementsEqual(wanted) }?.value
        }
    }

    private static func unescaped(_ text: ArraySlice<UInt8>) -> String? {
        guard text.contains(UInt8(ascii: "\\")) else { return String(validating: text, as: UTF8.self) }
        var result: [UInt8] = []
        var rest = text
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\") else {
                result.append(byte)
                continue
            }
            guard let escape = rest.popFirst() else { return nil }
            switch escape {
            case UInt8(ascii: "n"): result.append(0x0A)
            case UInt8(ascii: "t"): result.append(0x09)
            case UInt8(ascii: "r"): result.append(0x0D)
            case UInt8(ascii: "b"): result.append(0x08)
            case UInt8(ascii: "f"): result.append(0x0C)
            case UInt8(ascii: "u"): result.append(contentsOf: String(codePoint(&rest)).utf8)
            default: result.append(escape)
            }
        }
        return String(validating: result, as: UTF8.self)
    }

    /// The character after `\u`, from one or two escapes; the replacement character if they make none.
    private static func codePoint(_ rest: inout ArraySlice<UInt8>) -> Unicode.Scalar {
        let first = UInt32(String(decoding: rest.prefix(4), as: UTF8.self), radix: 16) ?? 0xFFFD
        rest = rest.dropFirst(4)
        guard (0xD800..<0xDC00).contains(first), rest.starts(with: Array("\\u".utf8)),
            let second = UInt32(String(decoding: rest.dropFirst(2).prefix(4), as: UTF8.self), radix: 16),
            (0xDC00..<0xE000).contains(second)
        else { return Unicode.Scalar(first) ?? "\u{FFFD}" }
        rest = rest.dropFirst(6)
        return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)) ?? "\u{FFFD}"
    }
}
