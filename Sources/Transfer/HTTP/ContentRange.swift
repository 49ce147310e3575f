/// The header field `Content-Range: bytes 0-99/1234` of an answer (RFC 9110 section 14.4).
package struct ContentRange: Hashable, Sendable {
    /// The positions of the answer's bytes in the whole object; at least one.
    package let range: Range<Int64>
    /// The length of the whole object; `nil` if the server does not state it.
    package let total: Int64?

    /// - Returns: `nil` if `field` is missing, does not say where the answer begins, or is impossible.
    package init?(_ field: String?) {
        guard let words = field?.split(separator: " ", maxSplits: 1), words.count == 2,
            words[0].lowercased() == "bytes"
        else { return nil }
        let parts = words[1].split(separator: "/", omittingEmptySubsequences: false)
        let bounds = parts[0].split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, bounds.count == 2, let first = Self.number(bounds[0]),
            let last = Self.number(bounds[1]), first <= last, last < .max
        else { return nil }
        range = first..<last + 1
        guard parts[1] != "*" else {
            total = nil
            return
        }
        guard let total = Self.number(parts[1]), last < total else { return nil }
        self.total = total
    }

    /// How many bytes the answer has.
    package var count: Int64 { range.upperBound - range.lowerBound }

    /// Whether it is the whole object.
    package var isWhole: Bool { range.lowerBound == 0 && range.upperBound == total }

    /// Digits only: no sign, no space, and no more than an Int64 holds.
    private static func number(_ text: Substring) -> Int64? {
        let isNumber = text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        return isNumber ? Int64(text) : nil
    }
}
