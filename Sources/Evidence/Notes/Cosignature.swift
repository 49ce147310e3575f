import Recordings

/// A witness's statement that a checkpoint continues from every earlier one that it has signed, and when it signed
/// (c2sp.org/tlog-cosignature, for Ed25519).
package struct Cosignature: Hashable, Sendable {
    /// The line below the checkpoint, including its line break.
    package let line: String
    /// When the witness signed, to the second.
    package let time: Timestamp

    private static let timeBytes = 8
    private static let signatureBytes = 64

    /// Finds the cosignature of `key` in a witness's answer. Lines of unknown keys are ignored.
    /// - Parameters:
    ///   - lines: one or more signature lines.
    ///   - checkpoint: the signed checkpoint that they belong to.
    /// - Throws: ``NoteFault`` if there is none, or if one in the name of the key is invalid.
    package init(_ lines: [UInt8], of checkpoint: [UInt8], by key: WitnessKey) throws(NoteFault) {
        let text = try SignedNote(checkpoint).text
        let note: SignedNote
        do throws(NoteFault) {
            note = try SignedNote(text + [0x0A] + lines)
        } catch {
            throw NoteFault("not a cosignature: signature lines are expected")
        }
        // An empty line would end the text later than the checkpoint does.
        guard note.text == text else { throw NoteFault("not a cosignature: signature lines are expected") }
        let own = note.signatures(of: key.name, key.id)
        guard let first = own.first else {
            throw NoteFault("not cosigned by \(key.name) with key \(Hexadecimal.text(key.id))")
        }
        for signature in own where Self.time(of: signature, over: text, by: key) == nil {
            throw NoteFault("the cosignature of \(key.name) is wrong")
        }
        guard let time = Self.time(of: first, over: text, by: key) else {
            throw NoteFault("the cosignature of \(key.name) is wrong")
        }
        line = first.line
        self.time = time
    }

    init(line: String, time: Timestamp) {
        self.line = line
        self.time = time
    }

    private static func time(of signature: SignedNote.Signature, over text: [UInt8], by key: WitnessKey) -> Timestamp? {
        guard signature.bytes.count == timeBytes + signatureBytes else { return nil }
        let seconds = signature.bytes.prefix(timeBytes).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard let seconds = Int64(exactly: seconds), seconds <= Int64.max / 1000 else { return nil }
        let made = Array(signature.bytes.dropFirst(timeBytes))
        guard NoteKey.isValid(made, of: message(text, seconds), by: key.publicKey) else { return nil }
        return Timestamp(millisecondsSince1970: seconds * 1000)
    }

    fileprivate static func message(_ text: [UInt8], _ seconds: Int64) -> [UInt8] {
        Array("cosignature/v1\ntime \(seconds)\n".utf8) + text
    }
}

/// Signs checkpoints of other people's logs.
package struct Cosigner: Sendable {
    /// The key that others check its cosignatures with.
    package let key: WitnessKey
    private let secret: LogKey

    /// - Parameter name: the name of the witness.
    /// - Throws: ``NoteFault`` if no key can have that name.
    package init(_ secret: LogKey, name: String) throws(NoteFault) {
        guard NoteKey.isName(name) else {
            throw NoteFault("\(name) cannot be the name of a witness: it may have no spaces and no plus sign")
        }
        self.secret = secret
        key = WitnessKey(name: name, publicKey: secret.publicKey)
    }

    /// The cosignature of a checkpoint.
    /// - Parameter time: the present; signed in whole seconds.
    /// - Throws: ``EvidenceError`` with code `bug` if the library cannot sign.
    package func cosignature(of position: LogPosition, at time: Timestamp) throws(EvidenceError) -> Cosignature {
        let seconds = max(0, time.millisecondsSince1970 / 1000)
        let made = try secret.signature(of: Cosignature.message(Array(position.checkpointText.utf8), seconds))
        let stamp = (0..<8).map { UInt8(truncatingIfNeeded: seconds >> (8 * (7 - $0))) }
        let signature = SignedNote.Signature(name: key.name, id: key.id, bytes: stamp + made)
        return Cosignature(line: signature.line, time: Timestamp(millisecondsSince1970: seconds * 1000))
    }
}
