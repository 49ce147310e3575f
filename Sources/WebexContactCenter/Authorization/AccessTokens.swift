import Recordings
import Transfer

/// Where an organization's access token comes from.
enum AccessTokens: Sendable {
    case bearer(Secret, OrganizationID)
    case refreshing(RefreshingTokens)

    /// A token that may be used now; renewed first if it is time for that.
    func current(retrying retry: RetryPolicy) async throws(ProviderError) -> Secret {
        switch self {
        case .bearer(let token, let organizationID):
            try organizationID.requireOwn(token)
            return token
        case .refreshing(let tokens): return try await tokens.current(retrying: retry)
        }
    }

    /// Makes the next ``current(retrying:)`` return another token than `token`, which the provider has refused.
    /// - Throws: `refusal` if no other token is possible.
    func renew(
        after token: Secret,
        _ refusal: ProviderError,
        retrying retry: RetryPolicy
    ) async throws(ProviderError) {
        switch self {
        case .bearer:
            var refusal = refusal
            refusal.code = .authorization
            refusal.advice = "the configured access token is refused: put in a new one; check region and org_id"
            throw refusal
        case .refreshing(let tokens): try await tokens.renew(after: token, retrying: retry)
        }
    }

    /// Whether that token is no longer the current one, or has expired.
    func isOver(_ token: Secret) async -> Bool {
        switch self {
        case .bearer: false
        case .refreshing(let tokens): await tokens.isOver(token)
        }
    }

    /// What is known about the tokens without asking the provider.
    func status() async throws(ProviderError) -> TokenStatus {
        switch self {
        case .bearer(let token, _): TokenStatus(organizationID: token.organizationID)
        case .refreshing(let tokens): try await tokens.status()
        }
    }

    /// Exchanges the refresh token now, if the pair is as old as `age`.
    /// - Returns: whether there is a new pair; never with one bearer token, which cannot be renewed.
    func refresh(ifOlderThan age: Duration, retrying retry: RetryPolicy) async throws(ProviderError) -> Bool {
        switch self {
        case .bearer: false
        case .refreshing(let tokens): try await tokens.refresh(ifOlderThan: age, retrying: retry)
        }
    }

    /// Takes the pair that a ``Login`` has kept, instead of the one in use.
    func reload() async throws(ProviderError) {
        switch self {
        case .bearer: break
        case .refreshing(let tokens): try await tokens.reload()
        }
    }
}
