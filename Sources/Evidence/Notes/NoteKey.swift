import Crypto
import Foundation
import Recordings

/// A key that signatures of notes are checked with, in its public form: a *vkey* (c2sp.org/signed-note). Ed25519 only.
package struct NoteKey: Hashable, Sendable, CustomStringConvertible {
    /// The algorithm of an Ed25519 key that signs the text of a note itself.
    private static let algorithm: UInt8 = 1

    /// The signer's name; for a log, its origin.
    package let name: String
    /// Distinguishes keys with the same name.
    package let id: [UInt8]
    /// The thirty-two bytes of the public key.
    package let publicKey: [UInt8]

    /// - Precondition: `name` is valid for notes, and `publicKey` has thirty-two bytes.
    init(name: String, publicKey: [UInt8]) {
        precondition(Self.isName(name) && publicKey.count == 32, "not a key of a note")
        self.name = name
        self.publicKey = publicKey
        id = Self.id(name: name, publicKey: publicKey, algorithm: Self.algorithm)
    }

    /// Reads `NAME+ID+BASE64`; a line break at the end is ignored.
    /// - Throws: ``NoteFault`` if it is not an Ed25519 key, or does not match its ID.
    package init(vkey: some StringProtocol) throws(NoteFault) {
        (name, id, publicKey) = try Self.parts(of: vkey, algorithm: Self.algorithm, kind: "an Ed25519 key")
    }

    /// Reads `NAME+ID+BASE64` of a key for one algorithm.
    /// - Parameter kind: the name of such a key in messages: `an Ed25519 key`.
    static func parts(
        of vkey: some StringProtocol,
        algorithm: UInt8,
        kind: String
    ) throws(NoteFault) -> (name: String, id: [UInt8], publicKey: [UInt8]) {
        let line = vkey.hasSuffix("\n") ? String(vkey.dropLast()) : String(vkey)
        let parts = line.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, isName(parts[0]), let key = CanonicalBase64.bytes(parts[2]) else {
            throw NoteFault("not a verifier key: NAME+ID+KEY is expected")
        }
        guard key.first == algorithm, key.count == 33 else {
            throw NoteFault("the verifier key of \(parts[0]) is not \(kind)")
        }
        let (name, publicKey) = (String(parts[0]), Array(key.dropFirst()))
        let id = id(name: name, publicKey: publicKey, algorithm: algorithm)
        guard Hexadecimal.text(id) == parts[1] else {
            throw NoteFault("the verifier key of \(name) is not what its ID says")
        }
        return (name, id, publicKey)
    }

    /// The key in its public form, without a line break.
    package var description: String { Self.text(name, id, publicKey, algorithm: Self.algorithm) }

    /// The same for any key.
    static func text(_ name: String, _ id: [UInt8], _ publicKey: [UInt8], algorithm: UInt8) -> String {
        "\(name)+\(Hexadecimal.text(id))+\(CanonicalBase64.text([algorithm] + publicKey))"
    }

    /// The SHA-256 of the public key in hexadecimal, short enough to be read out over the telephone.
    package var fingerprint: String { Hexadecimal.text(SHA256.hash(data: publicKey)) }

    /// Whether the key made `signature` over `text`.
    func isValid(_ signature: [UInt8], of text: [UInt8]) -> Bool { Self.isValid(signature, of: text, by: publicKey) }

    /// Whether the key `publicKey` made `signature` over `text`.
    static func isValid(_ signature: [UInt8], of text: [UInt8], by publicKey: [UInt8]) -> Bool {
        guard signature.count == 64, let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey) else {
            return false
        }
        return key.isValidSignature(signature, for: text)
    }

    /// Not empty, without white space and without a plus sign.
    package static func isName(_ name: some StringProtocol) -> Bool {
        !name.isEmpty && name.unicodeScalars.allSatisfy { !$0.properties.isWhitespace && $0 != "+" && $0.value >= 0x20 }
    }

    static func id(name: String, publicKey: [UInt8], algorithm: UInt8) -> [UInt8] {
        Array(SHA256.hash(data: Array(name.utf8) + [0x0A, algorithm] + publicKey).prefix(4))
    }
}
