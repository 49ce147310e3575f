/// The header field `Content-Range: bytes 0-99/1234` (RFC 9110 section 14.4).
struct ContentRange: Equatable {
    /// The position of the answer's first byte in the whole object.
    var first: Int64
    /// The position of its last byte.
    var last: Int64
    /// The length of the whole object, if the server states it.
    var total: Int64?

    /// - Returns: `nil` if `field` does not say where the answer begins, or is impossible.
    init?(_ field: String) {
        let words = field.split(separator: " ", maxSplits: 1)
        guard words.count == 2, words[0].lowercased() == "bytes" else { return nil }
        let parts = words[1].split(separator: "/", omittingEmptySubsequences: false)
        let bounds = parts[0].split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, bounds.count == 2, let first = Self.number(bounds[0]),
            let last = Self.number(bounds[1]), first <= last, last < .max
        else { return nil }
        self.first = first
        self.last = last
        guard parts[1] != "*" else { return }
        guard let total = Self.number(parts[1]), last < total else { return nil }
        self.total = total
    }

    /// How many bytes the answer has.
    var count: Int64 { last - first + 1 }

    /// Whether it is the whole object.
    var isWhole: Bool { first == 0 && count == total }

    /// Digits only: no sign, no space, and no more than an Int64 holds.
    private static func number(_ text: Substring) -> Int64? {
        let isNumber = text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        return isNumber ? Int64(text) : nil
    }
}
