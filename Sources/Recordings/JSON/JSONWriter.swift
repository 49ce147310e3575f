import Foundation

/// Writes a ``JSONValue`` in one canonical form: on one line, without spaces, members sorted by the bytes of their
/// names (of a repeated name, only the last), numbers as they were. Equal values give equal bytes, in whichever order
/// the provider wrote them.
package struct JSONWriter {
    private var bytes: [UInt8] = []

    /// The canonical text of `value`.
    package static func text(_ value: JSONValue) -> String { String(decoding: encode(value), as: UTF8.self) }

    /// The canonical text of `value` as the body of a request.
    package static func data(_ value: JSONValue) -> Data { Data(encode(value)) }

    private static func encode(_ value: JSONValue) -> [UInt8] {
        var writer = JSONWriter()
        writer.bytes.reserveCapacity(512)
        writer.write(value)
        return writer.bytes
    }

    private mutating func write(_ value: JSONValue) {
        switch value {
        case .null: append("null")
        case .bool(let flag): append(flag ? "true" : "false")
        case .number(let text): bytes.append(contentsOf: text.utf8)
        case .string(let text): write(text)
        case .array(let elements):
            bytes.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                write(element)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members): write(members)
        }
    }

    private mutating func write(_ members: [JSONMember]) {
        bytes.append(UInt8(ascii: "{"))
        let sorted = Self.inOrder(members)
        for (index, name) in sorted.enumerated() {
            let member = members[name.index]
            if index + 1 < sorted.count, sorted[index + 1].beginning == name.beginning,
                members[sorted[index + 1].index].name.utf8.elementsEqual(member.name.utf8)
            {
                continue
            }
            if bytes.last != UInt8(ascii: "{") { bytes.append(UInt8(ascii: ",")) }
            write(member.name)
            bytes.append(UInt8(ascii: ":"))
            write(member.value)
        }
        bytes.append(UInt8(ascii: "}"))
    }

    /// The name of the member with this index.
    private struct Name {
        /// Its first eight bytes, as a number that sorts as they do. Few names have the same ones.
        var beginning: UInt64
        var index: Int

        init(_ name: String, index: Int) {
            let first = name.utf8.prefix(8).enumerated()
            beginning = first.reduce(UInt64(0)) { $0 | UInt64($1.element) << (56 - 8 * $1.offset) }
            self.index = index
        }
    }

    /// Sorts numbers, since sorting the members themselves takes many times as long. Of a repeated name, the last one in
    /// the text stays last.
    private static func inOrder(_ members: [JSONMember]) -> [Name] {
        members.enumerated().map { Name($1.name, index: $0) }
            .sorted { one, other in
                if one.beginning != other.beginning { return one.beginning < other.beginning }
                let (first, second) = (members[one.index].name, members[other.index].name)
                return precedes(first, second) || (one.index < other.index && !precedes(second, first))
            }
    }

    /// Whether the bytes of `one` come before those of `other`: compared with one call, not byte by byte.
    private static func precedes(_ one: String, _ other: String) -> Bool {
        var (one, other) = (one, other)
        return one.withUTF8 { one in
            other.withUTF8 { other in
                guard let first = one.baseAddress, let second = other.baseAddress else {
                    return one.count < other.count
                }
                let order = memcmp(first, second, min(one.count, other.count))
                return order == 0 ? one.count < other.count : order < 0
            }
        }
    }

    private mutating func write(_ text: String) { Self.append(text, to: &bytes) }

    /// Appends `text` as a JSON string.
    /// - Parameter breaksByNumber: whether line breaks and tabs are escaped like all other control characters, by their
    ///   number, as in the lines of an archive's metadata.
    package static func append(_ text: String, to bytes: inout [UInt8], breaksByNumber: Bool = false) {
        var text = text
        bytes.append(UInt8(ascii: "\""))
        text.withUTF8 { appendEscaped($0, to: &bytes, breaksByNumber) }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Text that needs no escape is appended at once.
    private static func appendEscaped(
        _ text: UnsafeBufferPointer<UInt8>,
        to bytes: inout [UInt8],
        _ breaksByNumber: Bool
    ) {
        var plain = text.startIndex
        for index in text.indices where isEscaped(text[index]) {
            bytes.append(contentsOf: text[plain..<index])
            plain = index + 1
            switch text[index] {
            case UInt8(ascii: "\""): bytes.append(contentsOf: #"\""#.utf8)
            case UInt8(ascii: "\\"): bytes.append(contentsOf: #"\\"#.utf8)
            case 0x0A where !breaksByNumber: bytes.append(contentsOf: #"\n"#.utf8)
            case 0x0D where !breaksByNumber: bytes.append(contentsOf: #"\r"#.utf8)
            case 0x09 where !breaksByNumber: bytes.append(contentsOf: #"\t"#.utf8)
            case let byte:
                bytes.append(contentsOf: #"\u00"#.utf8)
                bytes.append(contentsOf: [digits[Int(byte >> 4)], digits[Int(byte & 15)]])
            }
        }
        bytes.append(contentsOf: text[plain...])
    }

    private static func isEscaped(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == 0x7F || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private mutating func append(_ text: StaticString) {
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    private static let digits = Array("0123456789abcdef".utf8)
}
