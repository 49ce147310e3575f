import Crypto
import Foundation

/// What a legacy request shows instead of a token (wxcc-api 13.2). Neither path, date nor body is in it, so that it is the
/// same each time and has to be kept like a password.
struct LegacySignature: Sendable {
    /// Base64 of the HMAC-SHA1 of the user under the key, both as UTF-8.
    let signature: Secret
    /// The value of `Authorization`: the signature, and the tenant behind it if there is one. No scheme in front.
    let authorization: Secret

    init(_ settings: LegacySettings) {
        signature = Self.signature(of: settings.user, key: settings.apiKey)
        authorization =
            settings.tenantID.map { [signature] in
                Secret(signature.value + settings.tenantSuffix + $0)
            } ?? signature
    }

    static func signature(of user: String, key: Secret) -> Secret {
        // SHA-1 is what the provider asks for; as an HMAC's hash it is not broken.
        let code = HMAC<Insecure.SHA1>.authenticationCode(
            for: Data(user.utf8),
            using: SymmetricKey(data: Data(key.value.utf8))
        )
        return Secret(Data(code).base64EncodedString())
    }
}
