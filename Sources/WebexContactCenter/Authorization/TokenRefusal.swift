import Foundation
import Recordings

/// That the provider has refused a refresh token. It is kept beside the tokens until a login or a refresh brings a new pair:
/// whoever asks how the tokens stand is told so, also after the process that met with it.
package struct TokenRefusal: Sendable, Hashable {
    /// When.
    package var time: Timestamp
    /// What the provider answered, one line without a token or a secret.
    package var reason: String
    /// Of the refresh token, as a digest: a token that was put in its place since is not refused.
    let token: ContentDigest?

    /// States a refusal.
    package init(time: Timestamp, reason: String) {
        self.init(time: time, reason: reason, token: nil)
    }

    init(time: Timestamp, reason: String, token: ContentDigest?) {
        self.time = time
        self.reason = reason
        self.token = token
    }
}

// MARK: - The file's text

extension TokenRefusal {
    var data: Data {
        let members = [
            JSONMember("refused", .number(String(time.millisecondsSince1970))), JSONMember("reason", .string(reason)),
        ]
        let digest = token.map { [JSONMember("refresh_token_sha256", .string($0.description))] } ?? []
        return JSONWriter.data(.object(members + digest)) + Data("\n".utf8)
    }

    /// - Returns: `nil` for what is not of this making.
    init?(data: Data) {
        guard let json = try? JSONReader.value(of: data), let time = json["refused"]?.integer,
            let reason = json["reason"]?.text, let digest = json["refresh_token_sha256"]?.text
        else { return nil }
        guard let token = ContentDigest(hexadecimal: digest) else { return nil }
        self.init(time: Timestamp(millisecondsSince1970: time), reason: reason, token: token)
    }
}
