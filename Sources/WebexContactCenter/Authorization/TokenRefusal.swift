import Foundation
import Recordings

/// The provider's refusal of a refresh token. It is kept next to the tokens until a login or a refresh brings a new
/// pair, so that the state of the tokens is reported also after the process that was refused has ended.
package struct TokenRefusal: Sendable, Hashable {
    /// When.
    package var time: Timestamp
    /// The provider's answer, one line without a token or a secret.
    package var reason: String
    /// The digest of the refresh token: a token that has replaced it since is not refused.
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

    /// - Returns: `nil` for anything that this program did not write.
    init?(data: Data) {
        guard let json = try? JSONReader.value(of: data), let time = json["refused"]?.integer,
            let reason = json["reason"]?.text, let digest = json["refresh_token_sha256"]?.text
        else { return nil }
        guard let token = ContentDigest(hexadecimal: digest) else { return nil }
        self.init(time: Timestamp(millisecondsSince1970: time), reason: reason, token: token)
    }
}
