import Crypto
import Foundation
import Recordings

/// A key that signatures of notes are checked with, as it is written for others: a *vkey* (c2sp.org/signed-note).
/// Ed25519 only.
package struct NoteKey: Hashable, Sendable, CustomStringConvertible {
    /// Of an Ed25519 key that signs the text of a note itself.
    private static let algorithm: UInt8 = 1

    /// Who signs; of a log, its origin.
    package let name: String
    /// Tells keys of one name apart.
    package let id: [UInt8]
    /// The thirty-two bytes of the public key.
    package let publicKey: [UInt8]

    /// - Precondition: `name` is one that notes can have, and `publicKey` has thirty-two bytes.
    init(name: String, publicKey: [UInt8]) {
        precondition(Self.isName(name) && publicKey.count == 32, "not a key of a note")
        self.name = name
        self.publicKey = publicKey
        id = Self.id(name: name, publicKey: publicKey)
    }

    /// Reads `NAME+ID+BASE64`; a line break at the end is passed over.
    /// - Throws: ``NoteFault`` if it is not an Ed25519 key, or not what its ID says.
    package init(vkey: some StringProtocol) throws(NoteFault) {
        let line = vkey.hasSuffix("\n") ? String(vkey.dropLast()) : String(vkey)
        let parts = line.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, Self.isName(parts[0]), let key = CanonicalBase64.bytes(parts[2]) else {
            throw NoteFault("not a verifier key: NAME+ID+KEY is expected")
        }
        guard key.first == Self.algorithm, key.count == 33 else {
            throw NoteFault("the verifier key of \(parts[0]) is not an Ed25519 key")
        }
        name = String(parts[0])
        publicKey = Array(key.dropFirst())
        id = Self.id(name: name, publicKey: publicKey)
        guard Hexadecimal.text(id) == parts[1] else {
            throw NoteFault("the verifier key of \(name) is not what its ID says")
        }
    }

    /// The key as others need it, without a line break.
    package var description: String {
        "\(name)+\(Hexadecimal.text(id))+\(CanonicalBase64.text([Self.algorithm] + publicKey))"
    }

    /// SHA-256 of the public key in hexadecimal: short enough to be read out over a telephone line by line.
    package var fingerprint: String { Hexadecimal.text(SHA256.hash(data: publicKey)) }

    /// Whether the key made `signature` over `text`.
    func isValid(_ signature: [UInt8], of text: [UInt8]) -> Bool {
        guard signature.count == 64, let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey) else {
            return false
        }
        return key.isValidSignature(signature, for: text)
    }

    /// Not empty, without white space and without a plus sign.
    static func isName(_ name: some StringProtocol) -> Bool {
        !name.isEmpty && name.unicodeScalars.allSatisfy { !$0.properties.isWhitespace && $0 != "+" && $0.value >= 0x20 }
    }

    private static func id(name: String, publicKey: [UInt8]) -> [UInt8] {
        Array(SHA256.hash(data: Array(name.utf8) + [0x0A, algorithm] + publicKey).prefix(4))
    }
}
