import Crypto
import Foundation

/// What a legacy request has instead of a token (wxcc-api 13.2). It does not cover path, date or body, so it is always
/// the same and must be protected like a password.
struct LegacySignature: Sendable {
    /// Base64 of the HMAC-SHA1 of the user with the key, both as UTF-8.
    let signature: Secret
    /// The value of `Authorization`: the signature, followed by the tenant if there is one, without a scheme in front.
    let authorization: Secret

    init(_ settings: LegacySettings) {
        signature = Self.signature(of: settings.user, key: settings.apiKey)
        authorization =
            settings.tenantID.map { [signature] in
                Secret(signature.value + settings.tenantSuffix + $0)
            } ?? signature
    }

    static func signature(of user: String, key: Secret) -> Secret {
        // The provider requires SHA-1; as the hash of an HMAC it is not broken.
        let code = HMAC<Insecure.SHA1>.authenticationCode(
            for: Data(user.utf8),
            using: SymmetricKey(data: Data(key.value.utf8))
        )
        return Secret(Data(code).base64EncodedString())
    }
}
