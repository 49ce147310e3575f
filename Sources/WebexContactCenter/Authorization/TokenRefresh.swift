import Foundation
import Recordings
import Transfer

/// One exchange of a refresh token for a new pair (wxcc-api 3.2).
struct TokenRefresh: Sendable {
    let oauthBaseURL: URL
    let clientID: String
    let clientSecret: Secret
    let exchange: any HTTPExchange
    let now: @Sendable () -> Timestamp

    private static let name = "POST access_token"

    /// Asks once. A 400, 401 or 403 means that a person has to consent again (wxcc-api 3.6): no other answer of that
    /// endpoint says so.
    func pair(following refreshToken: Secret) async throws(FailedExchange) -> TokenPair {
        let response = try await send(refreshToken)
        guard (200..<300).contains(response.status) else {
            throw refusal(response, hiding: [clientSecret, refreshToken])
        }
        let json = try response.json(calling: Self.name)
        do throws(ProviderError) {
            return try TokenPair(answer: json, following: refreshToken, now: now())
        } catch {
            throw FailedExchange(malformed: error.message, in: response, calling: Self.name)
        }
    }

    private func send(_ refreshToken: Secret) async throws(FailedExchange) -> HTTPResponse {
        let form = FormEncoding.text([
            ("grant_type", "refresh_token"), ("client_id", clientID), ("client_secret", clientSecret.value),
            ("refresh_token", refreshToken.value),
        ])
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
            body: Data(form.utf8),
            totalTimeout: .seconds(30),
            maximumResponseBytes: 1 << 20
        )
        do throws(TransferError) {
            return try await exchange.perform(request)
        } catch {
            throw FailedExchange(error, calling: Self.name)
        }
    }

    private func refusal(_ response: HTTPResponse, hiding secrets: [Secret]) -> FailedExchange {
        var failure = FailedExchange(response, calling: Self.name, hiding: secrets, now: now())
        failure.concernsToken = false
        if [400, 401, 403].contains(response.status) {
            failure.error.code = .authorization
            failure.error.advice =
                "the refresh token or the client is refused: authorise Callark again and configure the new refresh token"
        }
        return failure
    }
}
