import Recordings

/// A state of a log: how many entries it had, and the root of the tree above them. What a checkpoint says
/// (c2sp.org/tlog-checkpoint).
package struct LogPosition: Hashable, Sendable {
    /// Which log: `archive.example/callark/acme/1`.
    package var origin: String
    /// How many entries.
    package var size: Int64
    /// The root of the tree above them.
    package var root: TreeHash

    /// Sets every property.
    package init(origin: String, size: Int64, root: TreeHash) {
        self.origin = origin
        self.size = size
        self.root = root
    }

    /// The three lines that are signed.
    package var checkpointText: String { "\(origin)\n\(size)\n\(root.base64)\n" }

    /// Reads the text of a checkpoint. Lines beyond the three are refused: a log of Callark's has none, because some
    /// cosignatures do not cover them.
    /// - Throws: ``NoteFault`` if it is none.
    init(checkpointText: [UInt8]) throws(NoteFault) {
        let lines = String(decoding: checkpointText, as: UTF8.self).split(
            separator: "\n",
            omittingEmptySubsequences: false
        )
        guard lines.count == 4, lines[3].isEmpty, !lines[0].isEmpty, let size = Self.number(lines[1]),
            let root = TreeHash(base64: lines[2])
        else { throw NoteFault("not a checkpoint: origin, size and root on three lines are expected") }
        self.init(origin: String(lines[0]), size: size, root: root)
    }

    /// A whole number that is not negative, in the one way to write it.
    package static func number(_ text: some StringProtocol) -> Int64? {
        guard let number = Int64(text), number >= 0, String(number) == text else { return nil }
        return number
    }

    /// Reads a signed checkpoint and checks that it is of the log that `key` signs for.
    /// - Throws: ``NoteFault`` if it is not.
    package init(signed note: [UInt8], by key: NoteKey) throws(NoteFault) {
        let note = try SignedNote(note)
        try note.check(key)
        try self.init(checkpointText: note.text)
        guard origin == key.name else { throw NoteFault("a checkpoint of \(origin), signed by \(key.name)") }
    }

    /// What a signed checkpoint says, without looking at who signed it.
    /// - Throws: ``NoteFault`` if it is no checkpoint.
    package init(unverified note: [UInt8]) throws(NoteFault) {
        try self.init(checkpointText: try SignedNote(note).text)
    }
}

extension LogPosition {
    /// `{"origin":…,"root":…,"size":…}`, the root in hexadecimal, as entries name another log's state.
    package var json: JSONValue {
        .object([
            JSONMember("origin", .string(origin)), JSONMember("root", .string(root.description)),
            JSONMember("size", .number(String(size))),
        ])
    }

    /// - Returns: `nil` if `json` is not what ``json`` writes.
    package init?(json: JSONValue) {
        guard case .string(let origin)? = json.member("origin"), case .string(let root)? = json.member("root"),
            let root = ContentDigest(hexadecimal: root).flatMap({ TreeHash(bytes: $0.bytes) }),
            case .number(let number)? = json.member("size"), let size = Self.number(number)
        else { return nil }
        self.init(origin: origin, size: size, root: root)
    }
}
