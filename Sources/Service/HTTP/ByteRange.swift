/// The requested part of a file, from the header `Range` (RFC 9110, section 14).
enum ByteRange: Sendable, Hashable {
    /// The whole file: `Range` is missing, invalid, or asks for several parts. A server may ignore such a header.
    case whole
    /// These bytes, at least one.
    case part(Range<Int64>)
    /// None of the requested bytes exist.
    case unsatisfiable

    /// - Parameter size: the size of the file in bytes.
    init(_ header: String?, size: Int64) {
        guard let header, let equals = header.firstIndex(of: "="), header[..<equals].lowercased() == "bytes",
            case let parts = header[header.index(after: equals)...].split(
                separator: "-",
                omittingEmptySubsequences: false
            ), parts.count == 2
        else {
            self = .whole
            return
        }
        let (first, last) = (Self.number(parts[0]), Self.number(parts[1]))
        switch (parts[0].isEmpty, first, parts[1].isEmpty, last) {
        case (false, let first?, true, _): self = Self.part(first, size, size)
        case (false, let first?, false, let last?) where first <= last:
            self = Self.part(first, last < size ? last + 1 : size, size)
        case (true, _, false, let count?):
            self = count > 0 ? Self.part(max(0, size - count), size, size) : .unsatisfiable
        default: self = .whole
        }
    }

    private static func part(_ first: Int64, _ end: Int64, _ size: Int64) -> ByteRange {
        first < size ? .part(first..<end) : .unsatisfiable
    }

    /// Parses a whole number without a sign. A number that does not fit becomes the largest, which is past the end of any
    /// file.
    private static func number(_ text: Substring) -> Int64? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int64(text) ?? .max
    }
}
