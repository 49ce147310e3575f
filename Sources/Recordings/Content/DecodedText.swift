/// The first bytes of a file, read as text: UTF-8, UTF-16 or UTF-32, with or without a byte order mark, or an older
/// encoding with one byte per character. Error pages come in any of these, and some begin like audio: UTF-16 with
/// `FF FE`, like a frame of MPEG audio.
struct DecodedText {
    /// The readable part; in an older encoding, anything that is not ASCII counts as U+FFFD.
    let text: String
    /// Whether it is text only if the encoding has one byte per character, which any bytes without control characters
    /// could be.
    let isGuess: Bool

    /// - Returns: `nil` if the bytes are not text: they do not decode, or have characters that no text has.
    init?(_ prefix: [UInt8]) {
        guard !prefix.isEmpty else { return nil }
        let unicode = Self.unicode(prefix)
        guard let text = unicode ?? Self.singleByte(prefix) else { return nil }
        isGuess = unicode == nil
        // Some writers put a byte order mark in front of a text that already has one.
        self.text = String(text.unicodeScalars.drop { $0 == "\u{feff}" })
    }

    private enum Encoding {
        case utf8, utf16(isBig: Bool), utf32(isBig: Bool)
    }

    private static let marks: [(bytes: [UInt8], encoding: Encoding)] = [
        // The longer ones first: UTF-32's mark begins with UTF-16's.
        ([0xff, 0xfe, 0, 0], .utf32(isBig: false)), ([0, 0, 0xfe, 0xff], .utf32(isBig: true)),
        ([0xff, 0xfe], .utf16(isBig: false)), ([0xfe, 0xff], .utf16(isBig: true)), ([0xef, 0xbb, 0xbf], .utf8),
    ]

    private static func unicode(_ bytes: [UInt8]) -> String? {
        for (mark, encoding) in marks where bytes.starts(with: mark) {
            // Two zeros may also be the first character after UTF-16's mark.
            if let text = decode(bytes.dropFirst(mark.count), encoding) { return text }
        }
        return decode(bytes[...], unmarked(bytes))
    }

    /// Without a mark, the zeros of the first characters, which are usually ASCII, show the encoding (RFC 4627, section
    /// 3).
    private static func unmarked(_ bytes: [UInt8]) -> Encoding {
        let isZero = bytes.prefix(4).map { $0 == 0 }
        return switch isZero {
        case [true, true, true, false]: .utf32(isBig: true)
        case [false, true, true, true]: .utf32(isBig: false)
        case [true, false, true, false], [true, false]: .utf16(isBig: true)
        case [false, true, false, true], [false, true]: .utf16(isBig: false)
        default: .utf8
        }
    }

    /// The end may be cut within a character, since the bytes are a file's first ones.
    private static func decode(_ bytes: ArraySlice<UInt8>, _ encoding: Encoding) -> String? {
        switch encoding {
        case .utf8:
            return decode(bytes, as: UTF8.self, mayBeCutBy: 3)
        case .utf16(let isBig):
            return decode(units(bytes, isBig) as [UInt16], as: UTF16.self, mayBeCutBy: 1)
        case .utf32(let isBig):
            return decode(units(bytes, isBig) as [UInt32], as: UTF32.self, mayBeCutBy: 0)
        }
    }

    private static func units<Unit: FixedWidthInteger>(_ bytes: ArraySlice<UInt8>, _ isBig: Bool) -> [Unit] {
        let width = Unit.bitWidth / 8
        return stride(from: bytes.startIndex, through: bytes.endIndex - width, by: width).map { start in
            let unit = bytes[start..<start + width].reduce(Unit(0)) { ($0 << 8) | Unit($1) }
            return isBig ? unit : unit.byteSwapped
        }
    }

    private static func decode<Codec: Unicode.Encoding>(
        _ units: some Collection<Codec.CodeUnit>,
        as _: Codec.Type,
        mayBeCutBy most: Int
    ) -> String? {
        var text = String.UnicodeScalarView()
        var parser = Codec.ForwardParser()
        var iterator = units.makeIterator()
        var read = 0
        while true {
            switch parser.parseScalar(from: &iterator) {
            case .valid(let encoded):
                let scalar = Codec.decode(encoded)
                guard scalar.isTextual else { return nil }
                text.append(scalar)
                read += encoded.count
            case .error: return units.count - read <= most && !text.isEmpty ? String(text) : nil
            case .emptyInput: return text.isEmpty ? nil : String(text)
            }
        }
    }

    /// Text in an encoding with one byte per character has no control characters, and has blanks and punctuation
    /// between its letters.
    private static func singleByte(_ bytes: [UInt8]) -> String? {
        var readable = 0
        for byte in bytes {
            guard Unicode.Scalar(byte).isTextual || byte >= 0x80 else { return nil }
            readable += byte < 0x80 ? 1 : 0
        }
        guard readable >= max(1, bytes.count / 10) else { return nil }
        return String(decoding: bytes.map { $0 < 0x80 ? UInt16($0) : 0xfffd }, as: UTF16.self)
    }
}

extension Unicode.Scalar {
    /// Whether a text may have this character: no control characters except a blank, a tab, or the end of a line or a
    /// page.
    fileprivate var isTextual: Bool {
        switch value {
        case 0x09, 0x0a, 0x0c, 0x0d: true
        case 0...0x1f, 0x7f...0x9f, 0xfffe, 0xffff, 0xfdd0...0xfdef: false
        default: value & 0xfffe != 0xfffe
        }
    }
}
