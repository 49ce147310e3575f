import Glibc

/// Looks for bytes in an entry's text.
package enum ByteSearch {
    /// The offset of the first occurrence of `part` in `text`.
    /// - Returns: `nil` if `part` does not occur in it, or is empty.
    package static func offset(of part: UnsafeRawBufferPointer, in text: UnsafeRawBufferPointer) -> Int? {
        guard let base = text.baseAddress, let wanted = part.baseAddress, let first = part.first else { return nil }
        var begin = 0
        while text.count - begin >= part.count,
            let found = memchr(base + begin, Int32(first), text.count - begin - part.count + 1)
        {
            let offset = UnsafeRawPointer(found) - base
            if memcmp(found, wanted, part.count) == 0 { return offset }
            begin = offset + 1
        }
        return nil
    }

    /// Whether `text` contains `part`.
    package static func contains(_ part: [UInt8], in text: [UInt8]) -> Bool {
        text.withUnsafeBytes { text in part.withUnsafeBytes { offset(of: $0, in: text) != nil } }
    }
}
