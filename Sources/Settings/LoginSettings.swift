/// How an administrator logs in to get an organization's first token pair: `callark auth login`.
package struct LoginSettings: Sendable, Hashable {
    /// The address to which the provider sends the browser back, exactly as registered with the app.
    package var redirectURI: String
    /// The scopes that are requested; never empty.
    package var scopes: [String]

    package init(redirectURI: String, scopes: [String]) {
        self.redirectURI = redirectURI
        self.scopes = scopes
    }

    /// A redirect URI from the command line, checked like the one in the configuration.
    /// - Returns: `nil` if it is not one.
    package static func redirectURI(_ text: String) -> String? {
        try? SettingKey.redirectURI.format.parse(.text(text))
    }
}
