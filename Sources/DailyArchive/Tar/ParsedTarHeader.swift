/// One header block of a tar, as in POSIX.1-2017 pax, section "ustar Interchange Format". Strict: anything that is not
/// exactly as it should be is no header.
struct ParsedTarHeader: Hashable, Sendable {
    static let blockSize = 512

    enum Kind: UInt8, Sendable {
        case file = 0x30
        case folder = 0x35
        /// `x`: records for the next member.
        case extended = 0x78
        /// `g`: records for all members from here on.
        case global = 0x67
    }

    enum Block: Hashable, Sendable {
        case header(ParsedTarHeader)
        case zeros
        case other
    }

    /// Prefix and name together.
    var path: String
    var kind: Kind
    var byteCount: Int64
    var mode: Int64
    var secondsSince1970: Int64
    /// Whether every field is as in daily archives. Other headers are read too, but a sound archive has none, because
    /// tools disagree about their meaning.
    var isPlain: Bool

    /// The kind of a block of 512 bytes.
    static func read(_ block: UnsafeRawBufferPointer) -> Block {
        guard block.count == blockSize else { return .other }
        if block.allSatisfy({ $0 == 0 }) { return .zeros }
        return ParsedTarHeader(block).map(Block.header) ?? .other
    }

    private init?(_ block: UnsafeRawBufferPointer) {
        guard block[257..<265].elementsEqual("ustar\u{0}00".utf8), Self.hasRightChecksum(block),
            let kind = Kind(rawValue: block[156]),
            let name = Self.text(block[0..<100]), let prefix = Self.text(block[345..<500]),
            let byteCount = Self.number(block[124..<136]), let mode = Self.number(block[100..<108]),
            let seconds = Self.number(block[136..<148])
        else { return nil }
        path = prefix.isEmpty ? name : "\(prefix)/\(name)"
        self.kind = kind
        self.byteCount = byteCount
        self.mode = mode
        secondsSince1970 = seconds
        isPlain = Self.isPlain(block, kind, mode)
    }

    /// Whether the unused fields are empty, and nothing follows the ends of the others.
    private static func isPlain(_ block: UnsafeRawBufferPointer, _ kind: Kind, _ mode: Int64) -> Bool {
        let isAllowed = mode == (kind == .folder ? 0o750 : 0o440)
        let hasNoOwner = number(block[108..<116]) == 0 && number(block[116..<124]) == 0
        // Link name; owner and group; what follows the prefix.
        let isEmpty = [157..<257, 265..<329, 500..<512].allSatisfy { block[$0].allSatisfy { $0 == 0 } }
        let areNoDevices = [329..<337, 337..<345].allSatisfy { field in
            number(block[field]) == 0 || block[field].allSatisfy { $0 == 0 }
        }
        let hasCleanText = [0..<100, 345..<500].allSatisfy { block[$0].drop { $0 != 0 }.allSatisfy { $0 == 0 } }
        let hasCleanNumbers = [100..<108, 108..<116, 116..<124, 124..<136, 136..<148].allSatisfy { field in
            block[field].drop { $0 != 0 && $0 != UInt8(ascii: " ") }.allSatisfy { $0 == 0 || $0 == UInt8(ascii: " ") }
        }
        return isAllowed && hasNoOwner && isEmpty && areNoDevices && hasCleanText && hasCleanNumbers
            && kind != .global
    }

    /// Whether the checksum is the sum of all bytes, with its own bytes counted as spaces. Its field must be six
    /// digits, a NUL and a space, so that no byte of a header can change unnoticed.
    private static func hasRightChecksum(_ block: UnsafeRawBufferPointer) -> Bool {
        guard block[154] == 0, block[155] == UInt8(ascii: " "), let declared = number(block[148..<155]) else {
            return false
        }
        let field = block[148..<156].reduce(0) { $0 + Int64($1) }
        let sum = block.reduce(0) { $0 + Int64($1) }
        return sum - field + 8 * Int64(UInt8(ascii: " ")) == declared
    }

    /// Octal digits up to a NUL or a space.
    private static func number(_ field: Slice<UnsafeRawBufferPointer>) -> Int64? {
        let digits = field.prefix { $0 != 0 && $0 != UInt8(ascii: " ") }
        guard !digits.isEmpty else { return nil }
        var value: Int64 = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(digit) else { return nil }
            value = value << 3 | Int64(digit - UInt8(ascii: "0"))
        }
        return value
    }

    private static func text(_ field: Slice<UnsafeRawBufferPointer>) -> String? {
        String(validating: field.prefix { $0 != 0 }, as: UTF8.self)
    }
}

/// The relevant records of a pax extended header (POSIX.1-2017, "pax Header Block").
struct PaxRecords: Hashable, Sendable {
    var path: String?
    var byteCount: Int64?
    /// The modification time in its written form.
    var modified: String?
    /// Whether each record occurs once, and is one that daily archives have. Others change a member's meaning for the
    /// tools that know them: `GNU.sparse.…` changes its bytes, `linkpath` its kind.
    var isPlain = true

    /// Reads records of the form `length key=value\n`.
    /// - Returns: `nil` if the text has another form.
    init?(_ text: [UInt8]) {
        var rest = text[...]
        while !rest.isEmpty {
            guard let space = rest.firstIndex(of: UInt8(ascii: " ")),
                let length = Int(String(decoding: rest[..<space], as: UTF8.self)),
                length > space - rest.startIndex + 1, length <= rest.count
            else { return nil }
            let record = rest[(space + 1)..<(rest.startIndex + length)]
            rest = rest.dropFirst(length)
            guard record.last == UInt8(ascii: "\n"), let equals = record.firstIndex(of: UInt8(ascii: "=")),
                let value = String(validating: record[(equals + 1)...].dropLast(), as: UTF8.self)
            else { return nil }
            switch String(decoding: record[..<equals], as: UTF8.self) {
            case "path":
                isPlain = isPlain && path == nil
                path = value
            case "size":
                guard let size = Int64(value), (0...(Int64.max / 4)).contains(size) else { return nil }
                isPlain = isPlain && byteCount == nil && String(size) == value
                byteCount = size
            case "mtime":
                isPlain = isPlain && modified == nil
                modified = value
            default: isPlain = false
            }
        }
    }
}
