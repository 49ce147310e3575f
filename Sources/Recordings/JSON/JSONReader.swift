import Foundation

/// Reads JSON text (RFC 8259) into a ``JSONValue``: strictly, or tolerantly, so that one odd value in a text from
/// outside does not keep all others from being read.
package struct JSONReader {
    /// What is wrong with a text, and at which byte.
    package struct Fault: Error, CustomStringConvertible {
        /// What is wrong.
        package var reason: String
        /// Counted from 0.
        package var offset: Int
        /// Whether the text has more values than are read.
        package var isTooMuch = false

        /// Both on one line.
        package var description: String { "\(reason) at byte \(offset)" }
    }

    /// No honest answer is nested deeper than this, and deeper nesting would exhaust the stack.
    private static let deepestNesting = 64
    /// A value takes up to two hundred bytes of memory, however short its text. The limit is ten times the number of
    /// values in the provider's largest page.
    package static let maxValues = 400_000
    /// This many oddities are described; the rest are only counted.
    private static let maxOddities = 1000

    /// Borrowed from the caller, who keeps them until the value is read.
    private let bytes: UnsafeBufferPointer<UInt8>
    private let isTolerant: Bool
    private let maxValues: Int
    private var position = 0
    private var depth = 0
    private var valueCount = 0
    /// Which element or member of each array or object is being read, from the outermost on.
    private var path: [Int] = []
    /// For each depth, the last object whose names all differ: the next row of a list usually has the same names.
    private var distinct: [[JSONMember]]
    private var oddities: [JSONOddity] = []
    private var oddityCount = 0

    private init(bytes: UnsafeBufferPointer<UInt8>, isTolerant: Bool, maxValues: Int) {
        self.bytes = bytes
        self.isTolerant = isTolerant
        self.maxValues = maxValues
        distinct = isTolerant ? Array(repeating: [], count: Self.deepestNesting + 1) : []
    }

    /// The one value that `data` holds.
    /// - Throws: ``Fault``.
    package static func value(of data: Data, maxValues: Int = Self.maxValues) throws(Fault) -> JSONValue {
        try data.withUnsafeBytes {
            read($0.assumingMemoryBound(to: UInt8.self), isTolerant: false, maxValues)
        }.get().value
    }

    /// The one value that `text` holds.
    /// - Throws: ``Fault``.
    package static func value(of text: String) throws(Fault) -> JSONValue {
        var text = text
        return try text.withUTF8 { read($0, isTolerant: false, Self.maxValues) }.get().value
    }

    /// The one value that `data` holds, and oddities that leave the rest unambiguous: control characters and quotes in
    /// strings, unknown escapes, bytes that are not UTF-8, half surrogate pairs, words such as `NaN`, which become
    /// strings, commas too many or too few, and repeated members.
    /// - Throws: ``Fault`` for everything else.
    package static func reading(of data: Data) throws(Fault) -> JSONReading {
        try data.withUnsafeBytes {
            read($0.assumingMemoryBound(to: UInt8.self), isTolerant: true, Self.maxValues)
        }.get()
    }

    private static func read(
        _ bytes: UnsafeBufferPointer<UInt8>,
        isTolerant: Bool,
        _ maxValues: Int
    ) -> Result<JSONReading, Fault> {
        Result { () throws(Fault) in
            var reader = JSONReader(bytes: bytes, isTolerant: isTolerant, maxValues: maxValues)
            if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { reader.position = 3 }
            reader.skipSpace()
            let value = try reader.readValue()
            reader.skipSpace()
            guard reader.position == bytes.count else { throw reader.fault("something after the end") }
            return JSONReading(value: value, oddities: reader.oddities, oddityCount: reader.oddityCount)
        }
    }

    /// Continues after something that is not valid JSON.
    /// - Throws: ``Fault`` if the reader is strict.
    private mutating func tolerate(_ reason: String) throws(Fault) {
        guard isTolerant else { throw fault(reason) }
        note(reason)
    }

    private mutating func note(_ reason: String) {
        oddityCount += 1
        if oddities.count < Self.maxOddities { oddities.append(JSONOddity(reason: reason, path: path)) }
    }

    private func fault(_ reason: String) -> Fault { Fault(reason: reason, offset: position) }

    /// Bytes that are not UTF-8 become U+FFFD.
    private mutating func text(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        note("bytes that are no text")
        return String(decoding: bytes, as: UTF8.self)
    }

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while position < bytes.count, Self.isSpace(bytes[position]) { position += 1 }
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"): true
        default: false
        }
    }

    private mutating func readValue() throws(Fault) -> JSONValue {
        valueCount += 1
        guard valueCount <= maxValues else {
            throw Fault(reason: "more than \(maxValues) values", offset: position, isTooMuch: true)
        }
        switch current {
        case UInt8(ascii: "{"): return try readObject()
        case UInt8(ascii: "["): return try readArray()
        case UInt8(ascii: "\""): return .string(try readString())
        case nil: throw fault("the text ends too early")
        default: return try readWord()
        }
    }

    /// `true`, `false`, `null`, a number, or whatever is in place of one.
    private mutating func readWord() throws(Fault) -> JSONValue {
        let start = position
        while let byte = current, Self.isWordByte(byte) { position += 1 }
        let word = String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<position]), as: UTF8.self)
        switch word {
        case "true": return .bool(true)
        case "false": return .bool(false)
        case "null": return .null
        case "": throw fault("no value")
        default: break
        }
        if JSONNumber.isNumber(bytes[start..<position]) {
            if JSONNumber.isHuge(word) { note("a number beyond all that can be meant") }
            return .number(word)
        }
        try tolerate("no value")
        return .string(word)
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "_"):
            true
        default: false
        }
    }

    private mutating func enter() throws(Fault) {
        depth += 1
        guard depth <= Self.deepestNesting else { throw fault("nested too deeply") }
        path.append(0)
        position += 1
        skipSpace()
    }

    private mutating func leave() {
        depth -= 1
        path.removeLast()
        position += 1
    }

    private mutating func readArray() throws(Fault) -> JSONValue {
        try enter()
        var elements: [JSONValue] = []
        while current != UInt8(ascii: "]") {
            elements.append(try readValue())
            try readSeparator(before: UInt8(ascii: "]"))
            path[depth - 1] += 1
        }
        leave()
        return .array(elements)
    }

    private mutating func readObject() throws(Fault) -> JSONValue {
        try enter()
        var members: [JSONMember] = []
        while current != UInt8(ascii: "}") {
            let name = try readName()
            skipSpace()
            guard current == UInt8(ascii: ":") else { throw fault("no colon after a member name") }
            position += 1
            skipSpace()
            members.append(JSONMember(name, try readValue()))
            try readSeparator(before: UInt8(ascii: "}"))
            path[depth - 1] += 1
        }
        if isTolerant { noteRepetition(in: members) }
        leave()
        return .object(members)
    }

    private mutating func readName() throws(Fault) -> String {
        if current == UInt8(ascii: "\"") { return try readString() }
        guard isTolerant, case .string(let name) = try readWord() else { throw fault("no member name") }
        return name
    }

    private static func haveSameNames(_ one: [JSONMember], _ other: [JSONMember]) -> Bool {
        one.count == other.count && one.indices.allSatisfy { one[$0].name == other[$0].name }
    }

    /// The last one counts. Two with the same value are unambiguous.
    private mutating func noteRepetition(in members: [JSONMember]) {
        guard members.count > 1, !Self.haveSameNames(members, distinct[depth]) else { return }
        guard Set(members.lazy.map(\.name)).count < members.count else {
            distinct[depth] = members
            return
        }
        for (place, member) in members.enumerated() {
            guard let last = members.lastIndex(where: { $0.name == member.name }), last != place,
                members[last].value != member.value
            else { continue }
            path[depth - 1] = last
            note("a member that is there more than once")
        }
    }

    /// A comma with something after it, or nothing before `end`.
    private mutating func readSeparator(before end: UInt8) throws(Fault) {
        skipSpace()
        guard current != end else { return }
        guard current == UInt8(ascii: ",") else {
            guard current != nil else { throw fault("the text ends too early") }
            return try tolerate("no comma between elements")
        }
        position += 1
        skipSpace()
        while isTolerant, current == UInt8(ascii: ",") {
            note("a comma too many")
            position += 1
            skipSpace()
        }
        if current == end { try tolerate("a comma before the end") }
    }
}

// MARK: - Strings

extension JSONReader {
    private mutating func readString() throws(Fault) -> String {
        position += 1
        let start = position
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\"") where isEndOfString:
                position += 1
                return text(UnsafeBufferPointer(rebasing: bytes[start..<position - 1]))
            case UInt8(ascii: "\\"), UInt8(ascii: "\""), 0..<0x20: return try readOddString(from: start)
            default: position += 1
            }
        }
        throw fault("a string without an end")
    }

    /// Whether the quote at `position` ends a string: a tolerant reader looks at what follows it.
    private var isEndOfString: Bool {
        guard isTolerant else { return true }
        var next = position + 1
        while next < bytes.count, Self.isSpace(bytes[next]) { next += 1 }
        guard next < bytes.count else { return true }
        switch bytes[next] {
        case UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "}"), UInt8(ascii: "]"): return true
        // A comma may be missing before the next string, but only after a break.
        case UInt8(ascii: "\""): return next > position + 1
        default: return false
        }
    }

    /// The slow path, for a string with an escape, or with something that a string should not have, at `position`.
    private mutating func readOddString(from start: Int) throws(Fault) -> String {
        var units = Array(bytes[start..<position])
        var isNoted = false
        while let byte = current {
            switch byte {
            case UInt8(ascii: "\"") where isEndOfString:
                position += 1
                return units.withUnsafeBufferPointer { text($0) }
            case UInt8(ascii: "\\"):
                position += 1
                try readEscape(into: &units)
            case UInt8(ascii: "\""), 0..<0x20:
                let reason = byte == UInt8(ascii: "\"") ? "a quote in a string" : "a control character in a string"
                if !isNoted { try tolerate(reason) }
                isNoted = true
                units.append(byte)
                position += 1
            default:
                units.append(byte)
                position += 1
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
        case UInt8(ascii: "u"):
            if let character = try readScalar() {
                units.append(contentsOf: String(character).utf8)
            } else {
                units += [UInt8(ascii: "\\"), letter]
            }
        default:
            try tolerate("an unknown escape")
            units += [UInt8(ascii: "\\"), letter]
        }
    }

    /// The characters of `\u` escapes, with surrogate pairs joined; half of a pair alone is not a character and becomes
    /// U+FFFD.
    /// - Returns: `nil` if it spells nothing, and stays as it is.
    private mutating func readScalar() throws(Fault) -> Character? {
        guard let first = try readHexadecimal() else { return nil }
        if let scalar = Unicode.Scalar(first) { return Character(scalar) }
        let isHigh = (0xD800..<0xDC00).contains(first)
        let afterFirst = position
        if isHigh, position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
            bytes[position + 1] == UInt8(ascii: "u")
        {
            position += 2
            if let second = try readHexadecimal(), (0xDC00..<0xE000).contains(second),
                let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
            {
                return Character(scalar)
            }
            position = afterFirst
        }
        note("half of a character")
        return "\u{FFFD}"
    }

    private mutating func readHexadecimal() throws(Fault) -> UInt32? {
        var value: UInt32 = 0
        for byte in bytes[position..<min(position + 4, bytes.count)] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                try tolerate("an unknown escape")
                return nil
            }
            value = value << 4 | UInt32(digit)
        }
        guard position + 4 <= bytes.count else { throw fault("a string without an end") }
        position += 4
        return value
    }
}
