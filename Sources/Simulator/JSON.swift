/// A JSON text under construction, which keeps the order of its keys and allows a key to be left out.
enum JSON: Sendable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByDictionaryLiteral,
    ExpressibleByArrayLiteral
{
    case null
    case boolean(Bool)
    case integer(Int64)
    /// A finite one.
    case number(Double)
    case string(String)
    case array([JSON])
    case object([(String, JSON)])

    init(stringLiteral value: String) { self = .string(value) }
    init(integerLiteral value: Int64) { self = .integer(value) }
    init(dictionaryLiteral elements: (String, JSON)...) { self = .object(elements) }
    init(arrayLiteral elements: JSON...) { self = .array(elements) }

    /// UTF-8, without white space.
    var bytes: [UInt8] {
        var output = [UInt8]()
        write(to: &output, escaping: false)
        return output
    }

    /// The same with `=` and `&` as `\u003d` and `\u0026`, as the provider's serialiser writes them in URLs.
    var bytesWithEscapes: [UInt8] {
        var output = [UInt8]()
        write(to: &output, escaping: true)
        return output
    }

    private func write(to output: inout [UInt8], escaping: Bool) {
        switch self {
        case .null: output += "null".utf8
        case .boolean(let value): output += (value ? "true" : "false").utf8
        case .integer(let value): output += String(value).utf8
        case .number(let value): output += String(value).utf8
        case .string(let value): Self.write(value, to: &output, escaping)
        case .array(let values):
            output.append(UInt8(ascii: "["))
            for (index, value) in values.enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                value.write(to: &output, escaping: escaping)
            }
            output.append(UInt8(ascii: "]"))
        case .object(let members):
            output.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                Self.write(member.0, to: &output, false)
                output.append(UInt8(ascii: ":"))
                member.1.write(to: &output, escaping: escaping)
            }
            output.append(UInt8(ascii: "}"))
        }
    }

    private static func write(_ text: String, to output: inout [UInt8], _ escaping: Bool) {
        output.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): output += [UInt8(ascii: "\\"), byte]
            case UInt8(ascii: "=") where escaping: output += "\\u003d".utf8
            case UInt8(ascii: "&") where escaping: output += "\\u0026".utf8
            case 0..<0x20: output += "\\u00\(byte < 16 ? "0" : "")\(String(byte, radix: 16))".utf8
            default: output.append(byte)
            }
        }
        output.append(UInt8(ascii: "\""))
    }
}
