import Crypto
import Foundation

/// Signs the checkpoints of one log.
package struct LogSigner: Sendable {
    /// The key that others check its signatures with.
    package let key: NoteKey
    private let secret: LogKey

    /// - Parameter origin: the log's origin, which is also the key's name.
    /// - Throws: ``EvidenceError`` with code `badOrigin` if no key can have that name.
    package init(_ secret: LogKey, origin: String) throws(EvidenceError) {
        guard NoteKey.isName(origin) else {
            throw EvidenceError(
                .badOrigin,
                "\(origin) cannot be the origin of a log: it may have no spaces and no plus sign; set evidence.origin",
                path: ""
            )
        }
        self.secret = secret
        key = NoteKey(name: origin, publicKey: secret.publicKey)
    }

    /// A signed checkpoint of `position`.
    /// - Throws: ``EvidenceError`` with code `bug` if the library cannot sign.
    func checkpoint(_ position: LogPosition) throws(EvidenceError) -> [UInt8] {
        let text = position.checkpointText
        let bytes = try secret.signature(of: Array(text.utf8))
        let signature = SignedNote.Signature(name: key.name, id: key.id, bytes: bytes)
        return Array("\(text)\n\(signature.line)".utf8)
    }
}

/// The secret that a log's checkpoints are signed with: an Ed25519 key (RFC 8032).
package struct LogKey: Sendable {
    private let key: Curve25519.Signing.PrivateKey

    /// Creates a new key.
    package init() { key = Curve25519.Signing.PrivateKey() }

    /// The thirty-two bytes of the public key.
    package var publicKey: [UInt8] { Array(key.publicKey.rawRepresentation) }

    func signature(of text: [UInt8]) throws(EvidenceError) -> [UInt8] {
        do {
            return Array(try key.signature(for: text))
        } catch {
            throw EvidenceError(.bug, "cannot sign: \(error)", path: "")
        }
    }

    // PKCS #8 of an Ed25519 key (RFC 8410 section 7) is these bytes and the thirty-two of the secret.
    private static let header: [UInt8] = [
        0x30, 0x2E, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
    ]
    private static let frame = (
        begin: "-----BEGIN PRIVATE KEY-----\n", end: "\n-----END PRIVATE KEY-----\n"
    )

    /// The key as `openssl pkey` reads it.
    var pem: String {
        Self.frame.begin + CanonicalBase64.text(Self.header + Array(key.rawRepresentation)) + Self.frame.end
    }

    /// - Returns: `nil` if `pem` is in neither the form of ``pem`` nor that of `openssl genpkey -algorithm ed25519`.
    init?(pem: String) {
        guard pem.hasPrefix(Self.frame.begin), pem.hasSuffix(Self.frame.end) else { return nil }
        let text = pem.dropFirst(Self.frame.begin.count).dropLast(Self.frame.end.count)
        guard let bytes = CanonicalBase64.bytes(text), bytes.count == Self.header.count + 32,
            bytes.starts(with: Self.header),
            let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: bytes[Self.header.count...])
        else { return nil }
        self.key = key
    }
}
