import Foundation
import Recordings
import Text

extension SettingKey<String> {
    static var oidcIssuer: Self {
        Self(.oidc, "issuer", .issuer, "the identity provider, exactly as its tokens name it")
    }
    static var oidcClientID: Self {
        Self(.oidc, "client_id", .visibleASCII("the ID of this service at the identity provider"), "the client ID")
    }
    static var oidcGroupsClaim: Self {
        Self(
            .oidc,
            "groups_claim",
            .visibleASCII("the name of a claim"),
            default: "groups",
            "which claim of a token has a person's groups"
        )
    }
}

extension SettingKey<[String]> {
    static var oidcScopes: Self {
        Self(.oidc, "scopes", .words, default: "openid,profile,email,groups", "what a login asks for")
    }
}

extension SettingKey<[RawSection]> {
    static var oidcRoles: Self {
        Self(.oidc, "roles", .section, "which group has which role, and for which organizations")
    }
}

extension KeyDescription {
    /// The keys of `service.oidc`.
    static let oidc: [KeyDescription] = [
        SettingKey.oidcIssuer.row, SettingKey.oidcClientID.row, SecretKey.oidcClientSecret.text.row,
        SecretKey.oidcClientSecret.file.row, SettingKey.oidcGroupsClaim.row, SettingKey.oidcScopes.row,
        SettingKey.oidcRoles.row,
    ]
}

extension ValueFormat<String> {
    /// Kept exactly, because tokens have to have the same text.
    static var issuer: Self {
        Self(expectation: "an https URL, or an http URL of a loopback address") { (content) throws(BadValue) in
            let word = try content.word()
            _ = try ValueFormat<URL>.baseURL.parse(.text(word))
            return word
        }
    }
}

extension ValueFormat<[RawSection]> {
    /// One section whose keys are anybody's words; in the environment, the same text as in the file, on one line.
    static var section: Self {
        Self(expectation: "a section such as { compliance: reviewer }") { (content) throws(BadValue) in
            switch content {
            case .sections(let sections) where sections.count == 1: return sections
            case .text(let text):
                guard let value = try? YAMLValue.document(text), let section = RawSection(value, isNested: true) else {
                    throw BadValue()
                }
                return [section]
            default: throw BadValue()
            }
        }
    }
}

extension SettingsReader {
    /// - Returns: `nil` if something is wrong, which is reported; `.some(nil)` if no identity provider is configured.
    mutating func oidc(_ owner: Owner, publicURL: URL?) -> OIDCSettings?? {
        guard KeyDescription.oidc.contains(where: { owner.raw($0) != nil }) else { return .some(nil) }
        let issuer = required(.oidcIssuer, of: owner)
        let clientID = required(.oidcClientID, of: owner)
        let secretKeys = [SecretKey.oidcClientSecret.text.row, SecretKey.oidcClientSecret.file.row]
        let hasSecret = secretKeys.contains { owner.raw($0) != nil }
        let clientSecret = hasSecret ? secret(.oidcClientSecret, of: owner) : nil
        let groupsClaim = value(.oidcGroupsClaim, of: owner)
        let scopes = value(.oidcScopes, of: owner) { "[\($0.joined(separator: ", "))]" }
        let roles = required(.oidcRoles, of: owner, shown: { $0.first?.shown })
        if publicURL == nil {
            let origin = owner.raw(SettingKey.oidcIssuer.row)?.origin ?? .default
            report(
                .missingKey,
                origin,
                "service.oidc needs service.public_url: the identity provider sends browsers back there"
            )
        }
        let grants = roles.flatMap { roles in roles.first.flatMap { self.grants($0, of: owner) } }
        guard let issuer, let clientID, let groupsClaim, let scopes, let grants, publicURL != nil,
            clientSecret != nil || !hasSecret
        else { return nil }
        return .some(
            OIDCSettings(
                issuer: issuer,
                clientID: clientID,
                clientSecret: clientSecret,
                groupsClaim: groupsClaim,
                scopes: scopes.contains("openid") ? scopes : ["openid"] + scopes,
                grants: grants
            )
        )
    }

    /// Warns of roles for organizations that are not configured. A mistyped name gives access to nothing, and no other
    /// message says so.
    mutating func warnOfUnknownOrganizations(_ oidc: OIDCSettings?, known: [OrganizationName], of owner: Owner) {
        let origin = owner.raw(SettingKey.oidcRoles.row)?.origin ?? .default
        for grant in oidc?.grants ?? [] {
            for name in grant.organizations ?? [] where !known.contains(name) {
                let meant = NearestName.question(name.description, among: known.map(\.description)) ?? "check the name"
                let role = "service.oidc.roles.\(VisibleText.escaped(grant.group))"
                warn(origin, "\(role) names the organization \(name), which is not configured; \(meant)")
            }
        }
    }

    private mutating func grants(_ section: RawSection, of owner: Owner) -> [OIDCSettings.Grant]? {
        var grants: [OIDCSettings.Grant] = []
        var isSound = true
        let variable = owner.environment[SettingKey.oidcRoles.row]?.origin
        for member in section.members {
            let name = "service.oidc.roles.\(VisibleText.escaped(member.key))"
            let (role, organizations) = Self.parts(of: member.content)
            guard let role, OIDCSettings.roles.contains(role), let organizations else {
                isSound = false
                let rule =
                    "give one of \(OIDCSettings.roles.joined(separator: ", ")), or { role: …, organizations: [acme] }"
                report(.invalidValue, variable ?? .file(line: member.line), "\(name) is no role; \(rule)")
                continue
            }
            grants.append(OIDCSettings.Grant(group: member.key, role: role, organizations: organizations))
        }
        return isSound ? grants : nil
    }

    /// - Returns: no organizations if they are not valid; the inner `nil` for all.
    private static func parts(of content: RawContent) -> (role: String?, organizations: [OrganizationName]??) {
        if case .text(let word) = content { return (word, .some(nil)) }
        guard case .sections(let sections) = content, let section = sections.first,
            section.members.allSatisfy({ ["role", "organizations"].contains($0.key) })
        else { return (nil, nil) }
        var (role, organizations): (String?, [OrganizationName]??) = (nil, .some(nil))
        for member in section.members {
            guard member.key == "organizations" else {
                if case .text(let word) = member.content { role = word }
                continue
            }
            let names = member.content.words().map { OrganizationName($0) }
            organizations = names.contains(nil) || names.isEmpty ? nil : .some(names.compactMap(\.self))
        }
        return (role, organizations)
    }
}
