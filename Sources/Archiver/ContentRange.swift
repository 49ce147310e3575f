/// The header field `Content-Range: bytes 0-99/1234` (RFC 9110 section 14.4).
struct ContentRange: Equatable {
    /// The position of the answer's first byte in the whole.
    var first: Int64
    /// The position of its last byte.
    var last: Int64
    /// The length of the whole, where the server says it.
    var total: Int64?

    /// - Returns: `nil` where `field` does not say where the answer begins.
    init?(_ field: String) {
        let words = field.split(separator: " ", maxSplits: 1)
        guard words.count == 2, words[0].lowercased() == "bytes" else { return nil }
        let parts = words[1].split(separator: "/")
        let bounds = parts.first?.split(separator: "-") ?? []
        guard parts.count == 2, bounds.count == 2, let first = Int64(bounds[0]), let last = Int64(bounds[1]),
            first >= 0, first <= last
        else { return nil }
        self.first = first
        self.last = last
        total = Int64(parts[1])
        if let total, last >= total { return nil }
    }
}
