import Foundation
import Synchronization

extension Provider {
    /// `/v2/subscriptions…` (wxcc-api 12.1).
    func subscriptions(_ request: Request, from caller: Caller, tracking: String) throws(Refusal) -> Response {
        if request.method != "GET", !caller.scopes.contains("cjp:config_write") {
            throw Refusal(.failure(403, "Operation is forbidden: insufficient scope", tracking: tracking))
        }
        let own = world.organizations[caller.organization].id
        let id = request.segments.dropFirst(2).first
        let meta: JSON = ["orgId": .string(own)]
        switch (request.method, id) {
        case ("GET", nil):
            let found = state.withLock { $0.subscriptions[caller.organization].subscriptions }
            let count: JSON = ["orgId": .string(own), "subscriptionCount": .integer(Int64(found.count))]
            return .json(200, ["meta": count, "data": .array(found.map { $0.json(of: own) })])
        case ("GET", let id?):
            let found = state.withLock { $0.subscriptions[caller.organization].subscriptions.first { $0.id == id } }
            guard let found else { throw Refusal(.failure(404, "Resource not found", tracking: tracking)) }
            return .json(200, ["meta": meta, "data": found.json(of: own)])
        case ("POST", nil):
            guard let body = try? JSONDecoder().decode(JSON.self, from: request.body) else {
                throw Refusal(.failure(400, "Malformed JSON", tracking: tracking))
            }
            let now = clock.now
            let result = state.withLock { state in
                Result { () throws(SubscriptionOffice.Refusal) in
                    try state.subscriptions[caller.organization].create(body, now: now)
                }
            }
            switch result {
            case .success(let made): return .json(201, ["meta": meta, "data": made.json(of: own)])
            case .failure(let refusal):
                throw Refusal(.failure(refusal.status, refusal.message, tracking: tracking))
            }
        case ("DELETE", let id?):
            guard state.withLock({ $0.subscriptions[caller.organization].delete(id) }) else {
                throw Refusal(.failure(404, "Resource not found", tracking: tracking))
            }
            return Response(204)
        default: return .framework(405, "Method Not Allowed", path: request.path, at: clock.now)
        }
    }
}
