import Payloads
import Recordings
import WebexContactCenter

/// `{"type":"authorization", …}`: the consent of an organization's administrator, as far as it is known here; never a token.
struct AuthorizationLine: Encodable {
    var organization: OrganizationName
    /// Why no administrator can log in by this service; `nil` if one can.
    var obstacle: String?
    /// Where the provider sends the browser back; it must be registered with the app.
    var redirectURI: String?
    var requestedScopes: [String]
    var status: TokenStatus

    private enum CodingKeys: String, CodingKey {
        case type, organization, possible, obstacle, scopes
        case redirectURI = "redirect_uri"
        case requestedScopes = "requested_scopes"
        case needsLogin = "needs_login"
        case obtainedTime = "obtained_time"
        case accessTokenExpires = "access_token_expires"
        case refreshTokenExpires = "refresh_token_expires"
        case refusedTime = "refused_time"
        case refusedReason = "refused_reason"
    }

    func encode(to encoder: any Encoder) throws {
        var line = encoder.container(keyedBy: CodingKeys.self)
        try line.encode("authorization", forKey: .type)
        try line.encode(organization, forKey: .organization)
        try line.encode(obstacle == nil, forKey: .possible)
        try line.encode(obstacle, forKey: .obstacle)
        try line.encode(redirectURI, forKey: .redirectURI)
        try line.encode(requestedScopes, forKey: .requestedScopes)
        try line.encode(status.scopes, forKey: .scopes)
        try line.encode(status.needsLogin, forKey: .needsLogin)
        try line.encode(status.obtained?.description, forKey: .obtainedTime)
        try line.encode(status.accessExpires?.description, forKey: .accessTokenExpires)
        try line.encode(status.refreshExpires?.description, forKey: .refreshTokenExpires)
        try line.encode(status.refusal?.time.description, forKey: .refusedTime)
        try line.encode(status.refusal?.reason, forKey: .refusedReason)
    }
}

/// `{"type":"login", …}`: where a browser has to go for an administrator to consent.
struct LoginAddressLine: Encodable {
    let type = "login"
    var organization: OrganizationName
    var url: String
    var redirectURI: String
    var expiresTime: String

    private enum CodingKeys: String, CodingKey {
        case type, organization, url
        case redirectURI = "redirect_uri"
        case expiresTime = "expires_time"
    }
}

/// `{"type":"connection", …}`: an administrator has consented, and the tokens are kept.
struct ConnectionLine: Encodable {
    var organization: OrganizationName
    var status: TokenStatus
    /// Why a first small request with the new token failed; `nil` if the provider answered it.
    var fault: String?

    private enum CodingKeys: String, CodingKey {
        case type, organization, scopes, answers, fault
        case accessTokenExpires = "access_token_expires"
        case refreshTokenExpires = "refresh_token_expires"
        case tokenOrganization = "token_organization"
    }

    func encode(to encoder: any Encoder) throws {
        var line = encoder.container(keyedBy: CodingKeys.self)
        try line.encode("connection", forKey: .type)
        try line.encode(organization, forKey: .organization)
        try line.encode(status.scopes, forKey: .scopes)
        try line.encode(status.accessExpires?.description, forKey: .accessTokenExpires)
        try line.encode(status.refreshExpires?.description, forKey: .refreshTokenExpires)
        try line.encode(status.organizationID, forKey: .tokenOrganization)
        try line.encode(fault == nil, forKey: .answers)
        try line.encode(fault, forKey: .fault)
    }
}
