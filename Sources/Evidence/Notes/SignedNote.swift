import Recordings

/// A signed text (c2sp.org/signed-note): the text, an empty line, and a line for each signature.
package struct SignedNote: Sendable {
    /// One line below the text.
    package struct Signature: Hashable, Sendable {
        /// The signer's name.
        package var name: String
        /// The first four bytes of what is encoded: they identify one of the name's keys.
        package var id: [UInt8]
        /// The remaining bytes.
        package var bytes: [UInt8]

        /// The line, including its line break.
        package var line: String { "\(SignedNote.dash)\(name) \(CanonicalBase64.text(id + bytes))\n" }
    }

    /// The signed text, including the break of its last line.
    package let text: [UInt8]
    /// In order, including those of unknown keys.
    package let signatures: [Signature]

    private static let dash = "\u{2014} "
    /// As in Go's reader: no honest note has more.
    private static let maxSignatures = 100

    /// - Throws: ``NoteFault`` if it is not a note. No signature is checked yet.
    package init(_ note: [UInt8]) throws(NoteFault) {
        guard String(validating: note, as: UTF8.self) != nil, note.allSatisfy({ $0 >= 0x20 || $0 == 0x0A }) else {
            throw NoteFault("not a note: it has bytes that are not text")
        }
        guard note.last == 0x0A,
            let gap = note.indices.dropLast().last(where: { note[$0] == 0x0A && note[$0 + 1] == 0x0A }), gap > 0
        else { throw NoteFault("not a note: no empty line before its signatures") }
        text = Array(note[...gap])
        let lines = note[(gap + 2)...].split(separator: 0x0A, omittingEmptySubsequences: false).dropLast()
        guard (1...Self.maxSignatures).contains(lines.count) else { throw NoteFault("a note without signatures") }
        var signatures: [Signature] = []
        for line in lines {
            guard let signature = Self.signature(line) else {
                throw NoteFault("a line below a note is not a signature")
            }
            signatures.append(signature)
        }
        self.signatures = signatures
    }

    /// Takes the line apart by its bytes: as a character, a space may be one with what follows it.
    private static func signature(_ line: ArraySlice<UInt8>) -> Signature? {
        guard line.starts(with: dash.utf8) else { return nil }
        let parts = line.dropFirst(dash.utf8.count).split(separator: 0x20, omittingEmptySubsequences: false)
        guard parts.count == 2, let name = String(validating: parts[0], as: UTF8.self), NoteKey.isName(name),
            let text = String(validating: parts[1], as: UTF8.self), let bytes = CanonicalBase64.bytes(text),
            bytes.count > 4
        else { return nil }
        return Signature(name: name, id: Array(bytes.prefix(4)), bytes: Array(bytes.dropFirst(4)))
    }

    /// The signatures of one key. Names are compared by their bytes: others compare them so, and nothing signs them.
    func signatures(of name: String, _ id: [UInt8]) -> [Signature] {
        signatures.filter { $0.id == id && $0.name.utf8.elementsEqual(name.utf8) }
    }

    /// Checks that `key` signed the text. Signatures of other keys are ignored.
    /// - Throws: ``NoteFault`` if it did not, or if a signature in its name is invalid.
    package func check(_ key: NoteKey) throws(NoteFault) {
        let own = signatures(of: key.name, key.id)
        guard !own.isEmpty else { throw NoteFault("not signed by \(key.name) with key \(Hexadecimal.text(key.id))") }
        for signature in own where !key.isValid(signature.bytes, of: text) {
            throw NoteFault("the signature of \(key.name) is wrong")
        }
    }
}
