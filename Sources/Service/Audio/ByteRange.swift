/// The part of a file that a request wants: the header `Range` (RFC 9110, section 14).
enum ByteRange: Sendable, Hashable {
    /// All of it: there is no `Range`, or one that is none, or of several parts, all of which a server may pass over.
    case whole
    /// These bytes, at least one.
    case part(Range<Int64>)
    /// A part that the file does not have.
    case unsatisfiable

    /// - Parameter size: how many bytes the file has.
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

    /// A whole number without a sign; one that is too large for any file is the largest.
    private static func number(_ text: Substring) -> Int64? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int64(text) ?? .max
    }
}
