import Foundation
import Recordings
import Transfer

/// The token endpoint, for one organization's client: each request exchanges something for a new pair.
struct TokenGrants: Sendable {
    let organization: OrganizationName
    let oauthBaseURL: URL
    let clientID: String
    let clientSecret: Secret
    let exchange: any HTTPExchange
    let now: @Sendable () -> Timestamp

    private static let name = "POST access_token"

    /// Exchanges a refresh token (wxcc-api 3.2). A 400, 401 or 403 means that a person has to consent again (wxcc-api
    /// 3.6): no other answer of that endpoint says so.
    /// - Parameter scope: the scopes of the previous pair, in case the answer does not repeat them.
    func pair(following refreshToken: Secret, scope: String? = nil) async throws(FailedExchange) -> TokenPair {
        try await pair(
            for: [("grant_type", "refresh_token"), ("refresh_token", refreshToken.value)],
            hiding: [refreshToken],
            advice: "the refresh token or the client is refused: run `callark auth login --org \(organization)`, or "
                + "authorise Callark again and configure the new refresh token"
        ) { json throws(ProviderError) in
            try TokenPair(answer: json, following: refreshToken, scope: scope, now: now())
        }
    }

    /// Exchanges the code that the administrator's browser brought (wxcc-api 3.1). It is valid once.
    func pair(redeeming code: Secret, of request: AuthorizationRequest) async throws(FailedExchange) -> TokenPair {
        var fields = [
            (name: "grant_type", value: "authorization_code"), (name: "code", value: code.value),
            (name: "redirect_uri", value: request.redirectURI),
        ]
        if let proofKey = request.proofKey { fields.append(("code_verifier", proofKey.verifier.value)) }
        return try await pair(
            for: fields,
            hiding: [code] + [request.proofKey?.verifier].compactMap(\.self),
            advice: "the code or the client is refused: codes last a short time and work once, so log in again; check "
                + "auth.client_id, the client secret, and that the app is registered with \(request.redirectURI)"
        ) { json throws(ProviderError) in
            try TokenPair(answer: json, following: nil, scope: nil, now: now())
        }
    }

    /// The error if there is neither a pair nor a first refresh token.
    var absence: ProviderError {
        ProviderError(
            .authorization,
            "there is no token for \(organization) yet",
            advice: "run `callark auth login --org \(organization)`, or configure auth.refresh_token_file"
        )
    }

    private func pair(
        for fields: [(name: String, value: String)],
        hiding secrets: [Secret],
        advice: String,
        read: (JSONValue) throws(ProviderError) -> TokenPair
    ) async throws(FailedExchange) -> TokenPair {
        let response = try await send(fields)
        guard (200..<300).contains(response.status) else {
            throw refusal(response, hiding: [clientSecret] + secrets, advice: advice)
        }
        if let refusal = TokenAnswerRefusal(of: response) {
            throw self.refusal(response, refusal, hiding: [clientSecret] + secrets, advice: advice)
        }
        let json = try response.json(calling: Self.name).value
        do throws(ProviderError) {
            return try read(json)
        } catch {
            throw FailedExchange(malformed: error.message, in: response, calling: Self.name)
        }
    }

    private func send(_ fields: [(name: String, value: String)]) async throws(FailedExchange) -> HTTPResponse {
        let client = [(name: "client_id", value: clientID), (name: "client_secret", value: clientSecret.value)]
        let headers: HTTPHeaders = [
            "Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json",
        ]
        let url: URL
        do throws(ProviderError) {
            url = try APICall.url(oauthBaseURL, "access_token")
        } catch {
            throw FailedExchange(error)
        }
        let request = HTTPRequest(
            .post,
            url,
            headers: headers,
            body: Data(FormEncoding.text(client + fields).utf8),
            totalTimeout: .seconds(30),
            maximumResponseBytes: 1 << 20
        )
        do throws(TransferError) {
            return try await exchange.perform(request)
        } catch {
            throw FailedExchange(error, calling: Self.name)
        }
    }

    /// A refusal with a success status.
    private func refusal(
        _ response: HTTPResponse,
        _ refusal: TokenAnswerRefusal,
        hiding secrets: [Secret],
        advice: String
    ) -> FailedExchange {
        var failure = FailedExchange(response, calling: Self.name, saying: refusal.text, hiding: secrets, now: now())
        failure.concernsToken = false
        failure.error.code = refusal.isPassing ? .unavailable : .authorization
        failure.error.advice = refusal.isPassing ? "" : advice
        return failure
    }

    private func refusal(_ response: HTTPResponse, hiding secrets: [Secret], advice: String) -> FailedExchange {
        var failure = FailedExchange(response, calling: Self.name, hiding: secrets, now: now())
        failure.concernsToken = false
        if [400, 401, 403].contains(response.status) {
            failure.error.code = .authorization
            failure.error.advice = advice
        }
        return failure
    }
}
