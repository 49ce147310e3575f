/// The text of a URL as it is sent. Whatever a URL may not contain (RFC 3986 section 2) is percent-encoded: blanks,
/// quotes, `<>\^{|}` and a backquote, brackets outside of a host, control characters, and every byte that is not ASCII.
/// Everything else, including existing escapes, stays as it is, byte for byte, because a signature covers it.
package struct URLText: Hashable, Sendable {
    /// The scheme and the host with its port, as given; empty for a reference that has neither.
    package let origin: String
    /// Path, query and fragment.
    package let rest: String

    /// - Parameter bytes: blanks and control characters at either end are not part of a URL, and are removed.
    package init(_ bytes: some BidirectionalCollection<UInt8>) {
        let trimmed = Array(bytes).trimmed
        let end = Self.endOfOrigin(trimmed)
        origin = String(decoding: trimmed[..<end], as: UTF8.self)
        rest = String(decoding: Self.encoded(trimmed[end...]), as: UTF8.self)
    }

    /// All of it.
    package var text: String { origin + rest }

    /// Where path, query or fragment begin; 0 if no host comes before them.
    private static func endOfOrigin(_ bytes: ArraySlice<UInt8>) -> Int {
        let slash = UInt8(ascii: "/")
        guard let first = bytes.firstIndex(of: slash), bytes[(first + 1)...].first == slash else {
            return bytes.startIndex
        }
        let scheme = bytes[..<first]
        guard scheme.isEmpty || scheme.last == UInt8(ascii: ":") && scheme.dropLast().allSatisfy(isInScheme) else {
            return bytes.startIndex
        }
        return bytes[(first + 2)...].firstIndex { "/?#".utf8.contains($0) } ?? bytes.endIndex
    }

    private static func encoded(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        guard !bytes.indices.allSatisfy({ stays(bytes, $0) }) else { return Array(bytes) }
        let digits = Array("0123456789ABCDEF".utf8)
        return bytes.indices.flatMap { place -> [UInt8] in
            let byte = bytes[place]
            if stays(bytes, place) { return [byte] }
            return [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
    }

    /// Whether the byte is allowed there: a percent sign only if two digits follow.
    private static func stays(_ bytes: ArraySlice<UInt8>, _ place: Int) -> Bool {
        let byte = bytes[place]
        guard byte == UInt8(ascii: "%") else { return isAllowed(byte) }
        let digits = bytes[(place + 1)...].prefix(2)
        return digits.count == 2 && digits.allSatisfy { "0123456789abcdefABCDEF".utf8.contains($0) }
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || "-._~:/?#@!$&'()*+,;=".utf8.contains(byte)
    }

    private static func isInScheme(_ byte: UInt8) -> Bool { isAlphanumeric(byte) || "+-.".utf8.contains(byte) }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}

extension [UInt8] {
    fileprivate var trimmed: ArraySlice<UInt8> {
        var bytes = self[...]
        while let first = bytes.first, first <= 0x20 { bytes = bytes.dropFirst() }
        while let last = bytes.last, last <= 0x20 { bytes = bytes.dropLast() }
        return bytes
    }
}
