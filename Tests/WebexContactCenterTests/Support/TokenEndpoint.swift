import Foundation
import Synchronization
import Transfer

/// A provider's token endpoint, and an API that accepts only its newest access token.
final class TokenEndpoint: Sendable {
    struct State {
        var accepted: Set<String>
        /// Whether a refresh token becomes invalid when it is used.
        var rotates = true
        var refreshes = 0
        var access = ""
        var lifetime: String? = "1209599"
        /// A code that a login may redeem once.
        var code: String?
        /// Answers of the token endpoint to give before its own.
        var faults: [HTTPResponse] = []
    }

    private let state: Mutex<State>
    private let organization: String

    init(accepting refreshToken: String, organization: String = TestCenter.organizationID) {
        state = Mutex(State(accepted: [refreshToken]))
        self.organization = organization
    }

    var refreshes: Int { state.withLock { $0.refreshes } }
    var accessToken: String { state.withLock { $0.access } }

    func change(_ body: @Sendable (inout State) -> Void) {
        state.withLock { body(&$0) }
    }

    /// Invalidates the present access token.
    func revokeAccess() {
        change { $0.access = "revoked" }
    }

    var exchange: ScriptedExchange {
        ScriptedExchange { [self] request, _ in
            request.url.path().hasSuffix("access_token") ? grant(request) : answer(request)
        }
    }

    private func answer(_ request: HTTPRequest) -> HTTPResponse {
        request.headers["Authorization"] == "Bearer \(accessToken)" ? .json(#"{"data":[]}"#) : HTTPResponse(status: 401)
    }

    private func grant(_ request: HTTPRequest) -> HTTPResponse {
        let form = request.form
        return state.withLock { state in
            if !state.faults.isEmpty { return state.faults.removeFirst() }
            let isKnown = form["client_id"] == "the client" && form["client_secret"] == "p&ss=w+rd é%"
            let isGood =
                switch form["grant_type"] {
                case "refresh_token": form["refresh_token"].map(state.accepted.contains) ?? false
                case "authorization_code": form["code"] != nil && form["code"] == state.code
                default: false
                }
            if form["grant_type"] == "authorization_code" { state.code = nil }
            guard isKnown, isGood else {
                return .json(
                    #"{"error":"invalid_grant","error_description":"the refresh token is expired"}"#,
                    status: 400
                )
            }
            state.refreshes += 1
            state.access = "A\(state.refreshes)_P0A1_\(organization)"
            let next = "R\(state.refreshes)_P0A1_\(organization)"
            if state.rotates || form["refresh_token"] == nil { state.accepted = [next] }
            let lifetime = state.lifetime.map { #","expires_in":\#($0),"refresh_token_expires_in":7775999"# } ?? ""
            let refresh = state.rotates || form["refresh_token"] == nil ? #","refresh_token":"\#(next)""# : ""
            return .json(#"{"access_token":"\#(state.access)"\#(refresh)\#(lifetime)}"#)
        }
    }
}
