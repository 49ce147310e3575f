/// How an administrator logs in to get an organization's first token pair: `callark auth login`.
package struct LoginSettings: Sendable, Hashable {
    /// Where the provider sends the browser back to, as it is registered with the app, byte for byte.
    package var redirectURI: String
    /// What the tokens shall be good for; never empty.
    package var scopes: [String]

    package init(redirectURI: String, scopes: [String]) {
        self.redirectURI = redirectURI
        self.scopes = scopes
    }

    /// A redirect URI from the command line, by the rule that the configuration has.
    /// - Returns: `nil` where it is none.
    package static func redirectURI(_ text: String) -> String? {
        try? SettingKey.redirectURI.format.parse(.text(text))
    }
}
