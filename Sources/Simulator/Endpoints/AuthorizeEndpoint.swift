import Foundation
import Synchronization

extension Provider {
    /// `GET authorize` (wxcc-api 3.1): every visitor is already signed in, and consents or not as the options say.
    ///
    /// A client or a redirect URI that is not registered gets a page: no one is sent to an address that may be an
    /// attacker's (RFC 6749 section 4.1.2.1). Other errors are returned with the redirect.
    func authorize(_ request: Request) -> Response {
        let form = Form(request.query)
        let rules = options.tokens
        guard let index = signedIn(to: form["client_id"] ?? "", rules) else {
            return Self.page("The client is not known. Check client_id.")
        }
        guard let redirect = form["redirect_uri"], rules.redirectURIs.contains(redirect) else {
            return Self.page("The redirect URI is not one of those registered with this client. Check redirect_uri.")
        }
        if let (error, description) = refusal(of: form, rules) {
            return Self.redirect(to: redirect, [("error", error), ("error_description", description)], form)
        }
        let code = TokenOffice.Code(
            organization: index,
            client: world.organizations[index].clientID,
            redirectURI: redirect,
            scope: form["scope"] ?? "",
            challenge: rules.knowsProofKeys ? form["code_challenge"] : nil,
            expires: clock.now + rules.codeLifetime
        )
        return Self.redirect(to: redirect, [("code", state.withLock { $0.tokens.issue(code) })], form)
    }

    /// The organization that the browser's user belongs to; several may share a client.
    private func signedIn(to client: String, _ rules: TokenRules) -> Int? {
        let sharing = world.organizations.indices.filter { world.organizations[$0].clientID == client }
        return sharing.first { world.organizations[$0].name == rules.signedInOrganization } ?? sharing.first
    }

    private func refusal(of form: Form, _ rules: TokenRules) -> (error: String, description: String)? {
        guard form["response_type"] == "code" else {
            return ("unsupported_response_type", "The response type is not supported.")
        }
        let scopes = (form["scope"] ?? "").split(separator: " ").map(String.init)
        guard !scopes.isEmpty, scopes.allSatisfy(Self.isScope) else {
            return ("invalid_scope", "The requested scope is invalid.")
        }
        if rules.knowsProofKeys, form["code_challenge"] != nil, form["code_challenge_method"] != "S256" {
            return ("invalid_request", "The transform algorithm is not supported.")
        }
        return rules.deniesConsent ? ("access_denied", "The resource owner denied the request.") : nil
    }

    /// The scopes of wxcc-api 3.4.
    private static func isScope(_ scope: String) -> Bool {
        ["cjp:", "cjp-analyzer:", "spark:", "Identity:"].contains { scope.hasPrefix($0) && scope.count > $0.count }
    }

    /// `state` is returned as it was sent, also with a refusal.
    private static func redirect(to place: String, _ fields: [(String, String)], _ form: Form) -> Response {
        let all = fields + (form["state"].map { [("state", $0)] } ?? [])
        let query = all.map { "\($0.0)=\(encoded($0.1))" }.joined(separator: "&")
        return Response(302, headers: [("Location", place + (place.contains("?") ? "&" : "?") + query)])
    }

    private static func page(_ text: String) -> Response {
        Response(400, headers: [("Content-Type", "text/plain")], body: .bytes(Data("\(text)\n".utf8)))
    }
}
