import Foundation
import Recordings

/// The file of accepted entries that may not be in a checkpoint yet.
///
/// Its first line is `{"start":N}`: the index of the entry on the second line. Each other line is the first 16 hexadecimal
/// digits of the entry's leaf hash, a space or a plus sign, and the entry. A plus sign says that the line was written
/// together with the one before it, so that both became durable by the same flush.
struct LogTail: Sendable {
    /// An entry in the file.
    struct Line: Sendable {
        var entry: [UInt8]
        var leaf: TreeHash
    }

    /// The result of parsing the bytes after the lines that were already read.
    struct Parsed: Sendable {
        var lines: [Line] = []
        /// How many bytes the lines take.
        var byteCount = 0
        /// Whether an incomplete line follows them, as a crash may leave it.
        var isTorn = false
    }

    private static let digits = 16

    static func header(start: Int64) -> [UInt8] { Array("{\"start\":\(start)}\n".utf8) }

    /// The index of the first entry, and the length of the first line in bytes.
    /// - Returns: `nil` if the file does not begin with such a line.
    static func start(_ bytes: [UInt8]) -> (index: Int64, byteCount: Int)? {
        guard let end = bytes.firstIndex(of: 0x0A),
            let line = String(validating: bytes[..<end], as: UTF8.self), line.hasPrefix(#"{"start":"#),
            line.hasSuffix("}"), let index = LogPosition.number(line.dropFirst(9).dropLast())
        else { return nil }
        return (index, end + 1)
    }

    /// The lines of entries that are accepted together.
    static func lines(_ entries: [[UInt8]]) -> [UInt8] {
        var text: [UInt8] = []
        for (position, entry) in entries.enumerated() {
            text += mark(.leaf(entry))
            text.append(UInt8(ascii: position == 0 ? " " : "+"))
            text += entry
            text.append(0x0A)
        }
        return text
    }

    private static func mark(_ leaf: TreeHash) -> [UInt8] { Array(leaf.description.utf8.prefix(digits)) }

    /// Reads lines up to the first incomplete one.
    ///
    /// A crash leaves at most the last group of lines unfinished, because each group is flushed before the next one is
    /// written. If a complete line that begins a later group follows an incomplete one, no crash caused that.
    /// - Throws: ``NoteFault`` in that case.
    static func parse(_ bytes: [UInt8]) throws(NoteFault) -> Parsed {
        var parsed = Parsed()
        var position = 0
        while position < bytes.count {
            let end = bytes[position...].firstIndex(of: 0x0A)
            guard let end, let line = line(bytes[position..<end]) else { break }
            parsed.lines.append(line)
            position = end + 1
        }
        parsed.byteCount = position
        parsed.isTorn = position < bytes.count
        let rest = bytes[position...].split(separator: 0x0A, omittingEmptySubsequences: false).dropFirst().dropLast()
        for text in rest where text.dropFirst(digits).first == UInt8(ascii: " ") && line(text) != nil {
            throw NoteFault("a line is damaged that others were written after")
        }
        return parsed
    }

    private static func line(_ text: ArraySlice<UInt8>) -> Line? {
        let separator = text.dropFirst(digits).first
        guard separator == UInt8(ascii: " ") || separator == UInt8(ascii: "+") else { return nil }
        let entry = Array(text.dropFirst(digits + 1))
        guard entry.count <= EntryBundle.longestEntry else { return nil }
        let leaf = TreeHash.leaf(entry)
        return text.prefix(digits).elementsEqual(mark(leaf)) ? Line(entry: entry, leaf: leaf) : nil
    }
}
