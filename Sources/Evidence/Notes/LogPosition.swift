import Recordings

/// A state of a log, as a checkpoint states it (c2sp.org/tlog-checkpoint): how many entries it had, and the root of the
/// tree over them.
package struct LogPosition: Hashable, Sendable {
    /// The origin of the log: `archive.example/callark/acme/1`.
    package var origin: String
    /// The number of entries.
    package var size: Int64
    /// The root of the tree over them.
    package var root: TreeHash

    /// Sets every property.
    package init(origin: String, size: Int64, root: TreeHash) {
        self.origin = origin
        self.size = size
        self.root = root
    }

    /// The number of the log's epoch, in which each origin ends; `nil` for another program's log.
    package var epoch: Int64? { origin.split(separator: "/").last.flatMap { Self.number($0) } }

    /// The three lines that are signed.
    package var checkpointText: String { "\(origin)\n\(size)\n\(root.base64)\n" }

    /// Reads the text of a checkpoint. Lines after the three are refused: Callark's logs have none, because some
    /// cosignatures do not cover them.
    /// - Throws: ``NoteFault`` if it is not one.
    init(checkpointText: [UInt8]) throws(NoteFault) {
        let lines = String(decoding: checkpointText, as: UTF8.self).split(
            separator: "\n",
            omittingEmptySubsequences: false
        )
        guard lines.count == 4, lines[3].isEmpty, !lines[0].isEmpty, let size = Self.number(lines[1]),
            let root = TreeHash(base64: lines[2])
        else { throw NoteFault("not a checkpoint: origin, size and root on three lines are expected") }
        guard size > 0 || root == .empty else { throw NoteFault("a checkpoint of 0 entries, with a root of others") }
        self.init(origin: String(lines[0]), size: size, root: root)
    }

    /// A whole number, not negative, in its one canonical form.
    package static func number(_ text: some StringProtocol) -> Int64? {
        guard let number = Int64(text), number >= 0, String(number) == text else { return nil }
        return number
    }

    /// Reads a signed checkpoint, and checks that it is of the log that `key` signs for.
    /// - Throws: ``NoteFault`` if it is not.
    package init(signed note: [UInt8], by key: NoteKey) throws(NoteFault) {
        let note = try SignedNote(note)
        try note.check(key)
        try self.init(checkpointText: note.text)
        guard origin.utf8.elementsEqual(key.name.utf8) else {
            throw NoteFault("a checkpoint of \(origin), signed by \(key.name)")
        }
    }

    /// The content of a signed checkpoint, without checking who signed it.
    /// - Throws: ``NoteFault`` if it is not a checkpoint.
    package init(unverified note: [UInt8]) throws(NoteFault) {
        try self.init(checkpointText: try SignedNote(note).text)
    }
}

extension LogPosition {
    /// `{"origin":…,"root":…,"size":…}` with the root in hexadecimal, as entries name the state of another log.
    package var json: JSONValue {
        .object([
            JSONMember("origin", .string(origin)), JSONMember("root", .string(root.description)),
            JSONMember("size", .number(String(size))),
        ])
    }

    /// - Returns: `nil` if `json` is not in the form of ``json``.
    package init?(json: JSONValue) {
        guard case .string(let origin)? = json.member("origin"), case .string(let root)? = json.member("root"),
            let root = ContentDigest(hexadecimal: root).flatMap({ TreeHash(bytes: $0.bytes) }),
            case .number(let number)? = json.member("size"), let size = Self.number(number)
        else { return nil }
        self.init(origin: origin, size: size, root: root)
    }
}
