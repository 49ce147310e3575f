import Recordings

/// What is known of an organization's tokens without asking anybody.
package struct TokenStatus: Sendable, Hashable {
    /// When the newest pair was obtained; `nil` where there is none yet, or one bearer token is configured.
    package var obtained: Timestamp?
    /// When the access token ends, where the provider said.
    package var accessExpires: Timestamp?
    /// When the refresh token ends unless it is used before, where the provider said.
    package var refreshExpires: Timestamp?

    /// States all of it.
    package init(obtained: Timestamp? = nil, accessExpires: Timestamp? = nil, refreshExpires: Timestamp? = nil) {
        self.obtained = obtained
        self.accessExpires = accessExpires
        self.refreshExpires = refreshExpires
    }

    init(_ pair: TokenPair?) {
        self.init(obtained: pair?.obtained, accessExpires: pair?.accessExpires, refreshExpires: pair?.refreshExpires)
    }
}
