/// The grammar of a number in JSON (RFC 8259 section 6).
enum JSONNumber {
    /// Whether the bytes are one number and nothing else.
    static func isNumber(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        var rest = bytes[...]
        if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
        let isZero = rest.first == UInt8(ascii: "0")
        let digits = dropDigits(&rest)
        guard digits > 0, !isZero || digits == 1 else { return false }
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            guard dropDigits(&rest) > 0 else { return false }
        }
        if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
            rest = rest.dropFirst()
            if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
            guard dropDigits(&rest) > 0 else { return false }
        }
        return rest.isEmpty
    }

    /// Whether a number is larger than any possible time, length or count: a million million million.
    static func isHuge(_ text: String) -> Bool {
        let mayBe = text.utf8.count > 18 || text.utf8.contains { $0 == UInt8(ascii: "e") || $0 == UInt8(ascii: "E") }
        return mayBe && (Double(text).map { $0.magnitude > 1e18 } ?? true)
    }

    private static func dropDigits(_ bytes: inout Slice<UnsafeBufferPointer<UInt8>>) -> Int {
        let start = bytes.startIndex
        bytes = bytes.drop { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        return bytes.startIndex - start
    }
}
