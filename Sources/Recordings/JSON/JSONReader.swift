import Foundation

/// Reads JSON text (RFC 8259) into a ``JSONValue``.
package struct JSONReader {
    /// What is wrong with a text, and at which byte.
    package struct Fault: Error, CustomStringConvertible {
        /// What is wrong.
        package var reason: String
        /// Counted from 0.
        package var offset: Int

        /// Both on one line.
        package var description: String { "\(reason) at byte \(offset)" }
    }

    /// Deeper nesting than this is nobody's honest answer, and would exhaust the stack.
    private static let deepestNesting = 64

    /// Somebody else's, who keeps them until the value is read.
    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0
    private var depth = 0

    /// The one value that `data` holds.
    /// - Throws: ``Fault``.
    package static func value(of data: Data) throws(Fault) -> JSONValue {
        try data.withUnsafeBytes { value(of: $0.assumingMemoryBound(to: UInt8.self)) }.get()
    }

    /// The one value that `text` holds.
    /// - Throws: ``Fault``.
    package static func value(of text: String) throws(Fault) -> JSONValue {
        var text = text
        return try text.withUTF8 { value(of: $0) }.get()
    }

    private static func value(of bytes: UnsafeBufferPointer<UInt8>) -> Result<JSONValue, Fault> {
        Result { () throws(Fault) in
            var reader = JSONReader(bytes: bytes)
            if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { reader.position = 3 }
            reader.skipSpace()
            let value = try reader.readValue()
            reader.skipSpace()
            guard reader.position == bytes.count else { throw reader.fault("something after the end") }
            return value
        }
    }

    private func fault(_ reason: String) -> Fault { Fault(reason: reason, offset: position) }

    /// What is no UTF-8 becomes U+FFFD.
    private func text(_ range: Range<Int>) -> String {
        String(decoding: UnsafeBufferPointer(rebasing: bytes[range]), as: UTF8.self)
    }

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"): position += 1
            default: return
            }
        }
    }

    private mutating func readValue() throws(Fault) -> JSONValue {
        switch current {
        case UInt8(ascii: "{"): return try readObject()
        case UInt8(ascii: "["): return try readArray()
        case UInt8(ascii: "\""): return .string(try readString())
        case UInt8(ascii: "t"): return try readWord("true", .bool(true))
        case UInt8(ascii: "f"): return try readWord("false", .bool(false))
        case UInt8(ascii: "n"): return try readWord("null", .null)
        case nil: throw fault("the text ends too early")
        default: return .number(try readNumber())
        }
    }

    private mutating func readWord(_ word: StaticString, _ value: JSONValue) throws(Fault) -> JSONValue {
        let length = word.utf8CodeUnitCount
        let matches = word.withUTF8Buffer { bytes.dropFirst(position).starts(with: $0) }
        guard matches else { throw fault("no value") }
        position += length
        return value
    }

    private mutating func enter() throws(Fault) {
        depth += 1
        guard depth <= Self.deepestNesting else { throw fault("nested too deeply") }
        position += 1
        skipSpace()
    }

    private mutating func leave() {
        depth -= 1
        position += 1
    }

    private mutating func readArray() throws(Fault) -> JSONValue {
        try enter()
        var elements: [JSONValue] = []
        while current != UInt8(ascii: "]") {
            elements.append(try readValue())
            try readSeparator(before: UInt8(ascii: "]"))
        }
        leave()
        return .array(elements)
    }

    private mutating func readObject() throws(Fault) -> JSONValue {
        try enter()
        var members: [JSONMember] = []
        while current != UInt8(ascii: "}") {
            guard current == UInt8(ascii: "\"") else { throw fault("no member name") }
            let name = try readString()
            skipSpace()
            guard current == UInt8(ascii: ":") else { throw fault("no colon after a member name") }
            position += 1
            skipSpace()
            members.append(JSONMember(name, try readValue()))
            try readSeparator(before: UInt8(ascii: "}"))
        }
        leave()
        return .object(members)
    }

    /// A comma with something after it, or nothing before `end`.
    private mutating func readSeparator(before end: UInt8) throws(Fault) {
        skipSpace()
        guard current != end else { return }
        guard current == UInt8(ascii: ",") else { throw fault("no comma between elements") }
        position += 1
        skipSpace()
        guard current != end else { throw fault("a comma before the end") }
    }

    private mutating func readNumber() throws(Fault) -> String {
        let start = position
        if current == UInt8(ascii: "-") { position += 1 }
        let integerStart = position
        try skipDigits()
        guard bytes[integerStart] != UInt8(ascii: "0") || position == integerStart + 1 else {
            throw fault("a number that starts with 0")
        }
        if current == UInt8(ascii: ".") {
            position += 1
            try skipDigits()
        }
        if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
            position += 1
            if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { position += 1 }
            try skipDigits()
        }
        return text(start..<position)
    }

    private mutating func skipDigits() throws(Fault) {
        let start = position
        while let byte = current, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
        guard position > start else { throw fault("no value") }
    }
}

// MARK: - Strings

extension JSONReader {
    private mutating func readString() throws(Fault) -> String {
        position += 1
        let start = position
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                position += 1
                return text(start..<position - 1)
            case UInt8(ascii: "\\"): return try readEscapedString(from: start)
            case 0..<0x20: throw fault("a control character in a string")
            default: position += 1
            }
        }
        throw fault("a string without an end")
    }

    /// The slow way, for a string with an escape at `position`.
    private mutating func readEscapedString(from start: Int) throws(Fault) -> String {
        var units = Array(bytes[start..<position])
        while let byte = current {
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: units, as: UTF8.self)
            case UInt8(ascii: "\\"): try readEscape(into: &units)
            case 0..<0x20: throw fault("a control character in a string")
            default: units.append(byte)
            }
        }
        throw fault("a string without an end")
    }

    private mutating func readEscape(into units: inout [UInt8]) throws(Fault) {
        guard let letter = current else { throw fault("a string without an end") }
        position += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): units.append(letter)
        case UInt8(ascii: "b"): units.append(0x08)
        case UInt8(ascii: "f"): units.append(0x0C)
        case UInt8(ascii: "n"): units.append(0x0A)
        case UInt8(ascii: "r"): units.append(0x0D)
        case UInt8(ascii: "t"): units.append(0x09)
        case UInt8(ascii: "u"): units.append(contentsOf: String(try readScalar()).utf8)
        default: throw fault("an unknown escape")
        }
    }

    /// What `\u` spells, surrogate pairs joined; half of a pair alone is no character and becomes U+FFFD.
    private mutating func readScalar() throws(Fault) -> Character {
        let first = try readHexadecimal()
        if let scalar = Unicode.Scalar(first) { return Character(scalar) }
        let isHigh = (0xD800..<0xDC00).contains(first)
        guard isHigh, position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
            bytes[position + 1] == UInt8(ascii: "u")
        else { return "\u{FFFD}" }
        let afterFirst = position
        position += 2
        let second = try readHexadecimal()
        guard (0xDC00..<0xE000).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else {
            position = afterFirst
            return "\u{FFFD}"
        }
        return Character(scalar)
    }

    private mutating func readHexadecimal() throws(Fault) -> UInt32 {
        guard position + 4 <= bytes.count else { throw fault("a string without an end") }
        var value: UInt32 = 0
        for byte in bytes[position..<position + 4] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { throw fault("an unknown escape") }
            value = value << 4 | UInt32(digit)
        }
        position += 4
        return value
    }
}
