import Crypto
import Foundation
import Synchronization

extension Provider {
    /// `POST access_token` (wxcc-api 3.1, 3.2).
    func token(_ request: Request, tracking: String) -> Response {
        guard request.header("content-type")?.hasPrefix("application/x-www-form-urlencoded") ?? false else {
            return refuse("invalid_request", "the body has to be application/x-www-form-urlencoded", tracking)
        }
        let form = Form(String(decoding: request.body, as: UTF8.self))
        let (client, secret) = credentials(form, request)
        let known = world.organizations.contains { $0.clientID == client && $0.clientSecret == secret }
        guard known else { return refuse("invalid_client", "client authentication failed", tracking) }
        switch form["grant_type"] {
        case "refresh_token": return refresh(form["refresh_token"] ?? "", client, tracking)
        case "authorization_code": return redeem(form, client, tracking)
        default: return refuse("unsupported_grant_type", "the grant type is not supported", tracking)
        }
    }

    private func refresh(_ token: String, _ client: String, _ tracking: String) -> Response {
        let now = clock.now
        let pair: TokenOffice.Pair? = state.withLock { state in
            guard let index = state.tokens.organization(refreshToken: token, at: now),
                world.organizations[index].clientID == client
            else { return nil }
            let rules = state.options.tokens
            return state.tokens.refreshPair(world.organizations[index], index, replacing: token, rules: rules, at: now)
        }
        return answer(pair, tracking)
    }

    /// The code has to be unused and recent, belong to this client, and come with its redirect URI and the verifier of
    /// its challenge (RFC 7636 section 4.6).
    private func redeem(_ form: Form, _ client: String, _ tracking: String) -> Response {
        let now = clock.now
        let pair: TokenOffice.Pair? = state.withLock { state in
            guard let code = state.tokens.redeem(code: form["code"] ?? "", at: now), code.client == client,
                code.redirectURI == form["redirect_uri"],
                code.challenge == nil || code.challenge == form["code_verifier"].map(Self.challenge)
            else { return nil }
            let rules = state.options.tokens
            return state.tokens.issuePair(world.organizations[code.organization], for: code, rules: rules, at: now)
        }
        return answer(pair, tracking)
    }

    private func answer(_ pair: TokenOffice.Pair?, _ tracking: String) -> Response {
        guard let pair else { return .refusedGrant(options.tokens.errorShape, tracking) }
        return .json(
            200,
            [
                "access_token": .string(pair.access), "expires_in": .integer(pair.accessLifetime),
                "refresh_token": .string(pair.refresh), "refresh_token_expires_in": .integer(pair.refreshLifetime),
                "token_type": "Bearer", "scope": .string(pair.scope),
            ]
        )
    }

    /// S256 of PKCE.
    private static func challenge(of verifier: String) -> String {
        Data(SHA256.hash(data: Data(verifier.utf8))).base64EncodedString()
            .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    /// In the form's fields or, as with some clients, in a Basic authorization.
    private func credentials(_ form: Form, _ request: Request) -> (client: String, secret: String) {
        if let client = form["client_id"] { return (client, form["client_secret"] ?? "") }
        let header = request.header("authorization")?.split(separator: " ") ?? []
        guard header.count == 2, header[0].lowercased() == "basic", let data = Data(base64Encoded: String(header[1]))
        else { return ("", "") }
        let parts = String(decoding: data, as: UTF8.self).split(separator: ":", maxSplits: 1).map(String.init)
        return parts.count == 2 ? (parts[0], parts[1]) : ("", "")
    }

    private func refuse(_ code: String, _ description: String, _ tracking: String) -> Response {
        .tokenRefusal(options.tokens.errorShape, code, description, tracking)
    }

    static func encoded(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? text
    }

    private static let unreserved = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
    )
}

extension Response {
    /// The answer to a refresh token or a code that is no longer valid.
    static func refusedGrant(_ shape: TokenRules.ErrorShape, _ tracking: String = "ROUTER_REFUSED") -> Response {
        tokenRefusal(shape, "invalid_grant", "the refresh token or code is invalid or expired", tracking)
    }

    fileprivate static func tokenRefusal(
        _ shape: TokenRules.ErrorShape,
        _ code: String,
        _ description: String,
        _ tracking: String
    ) -> Response {
        switch shape {
        case .oauth: json(400, ["error": .string(code), "error_description": .string(description)])
        case .webex:
            json(
                400,
                [
                    "message": .string(description), "errors": [["description": .string(description)]],
                    "trackingId": .string(tracking),
                ]
            )
        }
    }
}
