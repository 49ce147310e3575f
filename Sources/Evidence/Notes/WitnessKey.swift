/// A key that a witness's cosignatures are checked with, in its public form: a *vkey* for Ed25519 cosignatures
/// (c2sp.org/tlog-cosignature).
package struct WitnessKey: Hashable, Sendable, CustomStringConvertible {
    /// The algorithm of an Ed25519 key that signs a checkpoint together with a time.
    private static let algorithm: UInt8 = 4

    /// The signer's name.
    package let name: String
    /// Distinguishes keys with the same name.
    package let id: [UInt8]
    /// The thirty-two bytes of the public key.
    package let publicKey: [UInt8]

    /// - Precondition: `name` is valid for notes, and `publicKey` has thirty-two bytes.
    init(name: String, publicKey: [UInt8]) {
        precondition(NoteKey.isName(name) && publicKey.count == 32, "not a key of a witness")
        self.name = name
        self.publicKey = publicKey
        id = NoteKey.id(name: name, publicKey: publicKey, algorithm: Self.algorithm)
    }

    /// Reads `NAME+ID+BASE64`; a line break at the end is ignored.
    /// - Throws: ``NoteFault`` if it is not a key for Ed25519 cosignatures, or does not match its ID.
    package init(vkey: some StringProtocol) throws(NoteFault) {
        let kind = "a key for Ed25519 cosignatures"
        (name, id, publicKey) = try NoteKey.parts(of: vkey, algorithm: Self.algorithm, kind: kind)
    }

    /// The key in its public form, without a line break.
    package var description: String { NoteKey.text(name, id, publicKey, algorithm: Self.algorithm) }
}
