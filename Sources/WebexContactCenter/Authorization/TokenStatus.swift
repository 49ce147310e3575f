import Foundation
import Recordings

/// What is known about an organization's tokens without a request; never a token itself.
package struct TokenStatus: Sendable, Hashable {
    /// When the newest pair was obtained; `nil` if there is none yet, or one bearer token is configured.
    package var obtained: Timestamp?
    /// When the access token expires, if the provider said so.
    package var accessExpires: Timestamp?
    /// When the refresh token expires unless it is used before, if the provider said so.
    package var refreshExpires: Timestamp?
    /// The time from which the next call, or `callark auth refresh`, requests a new pair.
    package var nextRefresh: Timestamp?
    /// The scopes of the access token, if the provider said so.
    package var scopes: [String]
    /// The organization that the access token itself names.
    package var organizationID: String?
    /// Whether there is neither a pair nor a refresh token to get one: a person has to log in.
    package var needsLogin: Bool
    /// The provider's refusal of the refresh token that would be sent next; `nil` if there is none.
    package var refusal: TokenRefusal?

    /// States all of it.
    package init(
        obtained: Timestamp? = nil,
        accessExpires: Timestamp? = nil,
        refreshExpires: Timestamp? = nil,
        nextRefresh: Timestamp? = nil,
        scopes: [String] = [],
        organizationID: String? = nil,
        needsLogin: Bool = false,
        refusal: TokenRefusal? = nil
    ) {
        self.obtained = obtained
        self.accessExpires = accessExpires
        self.refreshExpires = refreshExpires
        self.nextRefresh = nextRefresh
        self.scopes = scopes
        self.organizationID = organizationID
        self.needsLogin = needsLogin
        self.refusal = refusal
    }

    init(_ pair: TokenPair) {
        self.init(
            obtained: pair.obtained,
            accessExpires: pair.accessExpires,
            refreshExpires: pair.refreshExpires,
            nextRefresh: pair.due,
            scopes: pair.scope?.split(separator: " ").map(String.init) ?? [],
            organizationID: pair.accessToken.organizationID
        )
    }
}

extension Secret {
    /// The organization that an access token names after its last underscore (wxcc-api 2.3); `nil` unless that is a
    /// UUID: anything else may be a part of the token that no one should see.
    var organizationID: String? {
        value.split(separator: "_").last.flatMap { UUID(uuidString: String($0)) }?.uuidString.lowercased()
    }
}
