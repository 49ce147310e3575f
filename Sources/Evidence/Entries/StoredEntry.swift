/// The content of the entry of a stored recording, found by searching its text. Almost all entries are of this type,
/// and parsing each would take most of the time of reading a whole log.
package struct StoredEntry: Hashable, Sendable {
    /// The archive's name.
    package var archive: String
    /// The recording's path in the archive's bag.
    package var path: String
    /// The SHA-256 of its bytes, in hexadecimal.
    package var sha256: String
    /// The SHA-256 of its line of metadata without the line's place and checksum, in hexadecimal.
    package var record: String

    private static let ending = Array(#""type":"recording.stored","v":1}"#.utf8)

    /// - Returns: `nil` for any other entry, and for one that has one of these members twice.
    package init?(_ entry: [UInt8]) {
        guard entry.first == UInt8(ascii: "{"), entry.suffix(Self.ending.count).elementsEqual(Self.ending),
            let archive = Self.text(#","archive":""#, entry), let path = Self.text(#","path":""#, entry),
            let sha256 = Self.text(#","sha256":""#, entry), let record = Self.text(#","record":""#, entry)
        else { return nil }
        (self.archive, self.path, self.sha256, self.record) = (archive, path, sha256, record)
    }

    /// The ID of the task, out of the bytes of an entry of a stored recording; `nil` if it has characters that JSON escapes.
    package static func taskID(in entry: [UInt8]) -> String? { text(#","task_id":""#, entry) }

    /// The text after `beginning`, up to the next quotation mark. `beginning` cannot occur within a string, because JSON
    /// escapes quotation marks there, so a match is always a member. None of the values contains a character to escape.
    private static func text(_ beginning: StaticString, _ entry: [UInt8]) -> String? {
        entry.withUnsafeBytes { entry in
            let wanted = UnsafeRawBufferPointer(start: beginning.utf8Start, count: beginning.utf8CodeUnitCount)
            guard let found = ByteSearch.offset(of: wanted, in: entry) else { return nil }
            let rest = entry[(found + wanted.count)...]
            guard let end = rest.firstIndex(of: UInt8(ascii: "\"")),
                ByteSearch.offset(of: wanted, in: UnsafeRawBufferPointer(rebasing: rest)) == nil
            else { return nil }
            let bytes = rest[..<end]
            return bytes.contains(UInt8(ascii: "\\")) ? nil : String(decoding: bytes, as: UTF8.self)
        }
    }
}
