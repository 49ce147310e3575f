import Crypto
import Foundation
import Recordings

/// A login with the identity provider that has begun. It is kept in the browser's cookie, encrypted, so that the service
/// keeps nothing for those who never return.
struct LoginAttempt: Codable, Sendable, Hashable {
    /// What the provider sends back with the browser.
    let state: String
    /// What the ID token has to repeat.
    let nonce: String
    /// What only this service knows about the login (PKCE, RFC 7636).
    let verifier: String
    /// Where the browser goes afterwards: a path of the page.
    let destination: String
    let began: Int64

    /// How long a person may take to log in.
    static let patience = Duration.minutes(10)

    init(destination: String, now: Timestamp) {
        state = RandomCode.make()
        nonce = RandomCode.make()
        verifier = RandomCode.make()
        self.destination = destination
        began = now.millisecondsSince1970
    }

    /// The digest of ``verifier``.
    var challenge: String { Base64URL.text(SHA256.hash(data: Data(verifier.utf8))) }

    func isOver(at now: Timestamp) -> Bool {
        let began = Timestamp(millisecondsSince1970: began)
        return now < began - .minutes(1) || now - began > Self.patience
    }
}

/// Encrypts attempts with a key that exists as long as the process.
struct LoginAttempts: Sendable {
    private let key = SymmetricKey(size: .bits256)

    /// - Throws: errors of encryption.
    func text(_ attempt: LoginAttempt) throws -> String {
        try Base64URL.text(ChaChaPoly.seal(JSONEncoder().encode(attempt), using: key).combined)
    }

    /// - Returns: `nil` if this process did not make the text.
    func attempt(_ text: some StringProtocol) -> LoginAttempt? {
        guard let bytes = Base64URL.bytes(text), let box = try? ChaChaPoly.SealedBox(combined: bytes),
            let opened = try? ChaChaPoly.open(box, using: key)
        else { return nil }
        return try? JSONDecoder().decode(LoginAttempt.self, from: opened)
    }
}
