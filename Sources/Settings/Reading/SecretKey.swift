/// A secret, which is given either as text or as the path of a file.
struct SecretKey: Sendable {
    let text: SettingKey<String>
    let file: SettingKey<String>

    private init(
        _ name: String,
        in section: KeyDescription.Section = .authentication,
        format: ValueFormat<String> = .secret,
        secret: Bool = true,
        _ summary: String
    ) {
        text = SettingKey(section, name, format, secret: secret, summary)
        file = SettingKey(section, "\(name)_file", .path, "the file that holds \(name)")
    }

    static let clientSecret = SecretKey("client_secret", "the app's secret")
    static let refreshToken = SecretKey("refresh_token", "the first refresh token")
    static let accessToken = SecretKey("access_token", "one bearer token, instead of a client and a refresh token")
    static let legacyAPIKey = SecretKey("api_key", in: .legacy, "the API key that requests are signed with")

    static let webhookSecret = SecretKey(
        "webhook_secret",
        in: .organization,
        format: .webhookSecret,
        "what the provider signs its webhooks with"
    )

    static let oidcClientSecret = SecretKey("client_secret", in: .oidc, "the secret of this service there")
    static let notificationSecret = SecretKey("secret", in: .notifications, "what a webhook is signed with")
    static let notificationPassword = SecretKey("password", in: .notifications, "the password of the mail server")

    /// Who the store is to take this machine for: no secret, but it is given like one.
    static let vaultAccessKeyID = SecretKey(
        "access_key_id",
        in: .vault,
        secret: false,
        "the ID of the access key; without one, the AWS_* variables and the machine's own role are used"
    )
    static let vaultSecretAccessKey = SecretKey("secret_access_key", in: .vault, "the secret of the access key")

    /// Those of `auth`.
    static let ofAuthentication = [clientSecret, refreshToken, accessToken]
}
