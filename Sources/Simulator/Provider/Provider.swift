import Foundation
import Synchronization

/// The simulated provider itself: answers requests from a world and a clock, and knows nothing about sockets.
final class Provider: Sendable {
    struct State: Sendable {
        var options: SimulatorOptions
        var tokens: TokenOffice
        var limiter = RequestQuota()
        var faults: FaultPlan
        /// Changes the text of true answers; see ``Simulator/rewrite(_:)``.
        var rewriting: (@Sendable (Endpoint, Data) -> Data)?
        /// Makes an answer begin later; see ``Simulator/delay(by:)``.
        var delaying: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
        var changes = WorldChanges()
        /// By organization.
        var sites: [SiteOffice]
        /// By organization.
        var subscriptions: [SubscriptionOffice]
        var counters = SimulatorCounters()
        var requestNumber: UInt64 = 0
    }

    /// The caller, according to the token.
    struct Caller: Sendable {
        var organization: Int
        var isServiceApp: Bool
        var scopes: Set<String>
    }

    /// An answer that ends the handling of a request early.
    struct Refusal: Error {
        var response: Response
    }

    let world: SimulatedWorld
    let clock: SimulatedClock
    /// Everything that changes; locked only briefly, never while audio is generated or bytes are sent.
    let state: Mutex<State>

    init(world: SimulatedWorld, options: SimulatorOptions) {
        self.world = world
        clock = SimulatedClock(start: world.clockStart)
        let tokens = TokenOffice(
            seed: world.seed,
            organizations: world.organizations,
            now: clock.now,
            rules: options.tokens
        )
        let faults = FaultPlan(seed: world.seed, rules: options.faults)
        let now = clock.now
        let sites = world.organizations.indices.map { SiteOffice(world, organization: $0, now: now) }
        let subscriptions = world.organizations.indices.map { SubscriptionOffice(world, organization: $0) }
        state = Mutex(
            State(options: options, tokens: tokens, faults: faults, sites: sites, subscriptions: subscriptions)
        )
    }

    var options: SimulatorOptions { state.withLock { $0.options } }
    /// The current differences from the world, made by hand and by faults of the listing.
    var changes: WorldChanges {
        state.withLock { state in
            var changes = state.changes
            if state.faults.concernsListing { changes.faults = state.faults }
            return changes
        }
    }

    static func endpoint(of path: String) -> Endpoint {
        switch path {
        case "/v1/access_token": .token
        case "/v1/authorize": .authorize
        case "/v1/tasks", "/v1/contactCenter/tasks": .tasks
        case "/v1/agents/activities", "/v1/contactCenter/agents/activities": .activities
        case "/v1/captures/query", "/v1/contactCenter/captures/query": .captures
        case "/v1/queues/statistics", "/v1/contactCenter/queues/statistics", "/v1/agents/statistics",
            "/v1/contactCenter/agents/statistics":
            .statistics
        case "/search": .search
        case "/v2/subscriptions": .subscriptions
        case _ where path.hasPrefix("/v2/subscriptions/"): .subscriptions
        case _ where path.hasPrefix("/organization/"): isOfSites(path) ? .sites : .organization
        case _ where path.hasPrefix("/media/"): .media
        case _ where path.hasPrefix("/aws/api/"): .legacy
        case _ where path.hasPrefix("/simulator/"): .simulator
        default: .unknown
        }
    }

    /// The answer to a request, together with the fault that applies to it while it is sent.
    func answer(_ request: Request) -> (response: Response, fault: Fault?) {
        let endpoint = Self.endpoint(of: request.path)
        let asked = endpoint == .captures ? Self.taskIDs(in: request) : []
        let now = clock.now
        let (fault, rewriting, number, tellsTime) = state.withLock { state in
            state.requestNumber += 1
            state.counters.requests[endpoint, default: 0] += 1
            let strike = state.faults.strike(at: endpoint, path: request.path, tasks: asked, now: now)
            if let strike { state.counters.faultsByKind[strike.kind, default: 0] += 1 }
            return (strike?.fault, state.rewriting, state.requestNumber, state.options.tellsTime)
        }
        let tracking = request.header("trackingid") ?? "ROUTER_\(String(SeededRandom.mix(number), radix: 16))"
        var response = fault?.replacement ?? response(to: request, at: endpoint, tracking: tracking, fault: fault)
        if endpoint != .media {
            fault?.change(&response, to: request)
            response.headers.append(("trackingid", tracking))
        }
        if let rewriting, response.status == 200, case .bytes(let body) = response.body {
            response.body = .bytes(rewriting(endpoint, body))
        }
        if tellsTime { response.headers.append(("Date", clock.now.text(.http))) }
        compress(&response, for: request, at: endpoint)
        state.withLock { $0.counters.statuses[response.status, default: 0] += 1 }
        return (response, fault)
    }

    /// Waits until an answer that a fault delays may begin.
    func delay(_ duration: Duration) async throws {
        try await state.withLock(\.delaying)(duration)
    }

    func countMediaBytes(_ count: Int) {
        state.withLock { $0.counters.mediaBytes += count }
    }

    private func response(to request: Request, at endpoint: Endpoint, tracking: String, fault: Fault?) -> Response {
        if options.isEarlyAccess, !Self.isEarlyAccess(request.path, endpoint) {
            return .framework(404, "Not Found", path: request.path, at: clock.now)
        }
        if let refusal = wrongMethod(request, endpoint) { return refusal }
        do throws(Refusal) {
            switch endpoint {
            case .token: return token(request, tracking: tracking)
            case .authorize: return authorize(request)
            case .tasks: return try tasks(request, from: caller(request, tracking), tracking: tracking)
            case .activities: return try activities(request, from: caller(request, tracking), tracking: tracking)
            case .captures: return try captures(request, from: caller(request, tracking), tracking: tracking)
            case .statistics:
                let caller = try caller(request, tracking)
                return request.path.contains("/queues/")
                    ? try queueStatistics(request, from: caller, tracking: tracking)
                    : try agentStatistics(request, from: caller, tracking: tracking)
            case .search: return try search(request, from: caller(request, tracking), tracking: tracking)
            case .organization: return try organization(request, from: caller(request, tracking), tracking: tracking)
            case .sites: return try sites(request, from: caller(request, tracking), tracking: tracking)
            case .subscriptions:
                return try subscriptions(request, from: caller(request, tracking), tracking: tracking)
            case .media: return media(request, fault: fault)
            case .legacy: return try legacy(request)
            case .simulator: return simulatorPage(request)
            case .unknown: return .framework(404, "Not Found", path: request.path, at: clock.now)
            }
        } catch {
            return error.response
        }
    }

    /// Whether the early-access platform has it: its lab guide counts four endpoints.
    private static func isEarlyAccess(_ path: String, _ endpoint: Endpoint) -> Bool {
        switch endpoint {
        case .token, .authorize, .media, .simulator: true
        default:
            ["tasks", "captures/query", "agents/statistics", "queues/statistics"]
                .contains { path == "/v1/contactCenter/\($0)" }
        }
    }

    private func wrongMethod(_ request: Request, _ endpoint: Endpoint) -> Response? {
        switch endpoint {
        case .token, .captures, .search: if request.method == "POST" { return nil }
        case .tasks, .activities, .statistics, .authorize, .organization, .legacy:
            if request.method == "GET" { return nil }
        case .sites, .subscriptions, .media, .simulator, .unknown: return nil
        }
        return .framework(405, "Method Not Allowed", path: request.path, at: clock.now)
    }

    /// - Throws: 400 without a bearer token, 401 for an invalid one, 403 without the scope, 429 over the quota.
    private func caller(_ request: Request, _ tracking: String) throws(Refusal) -> Caller {
        let header = request.header("authorization")?.split(separator: " ", maxSplits: 1) ?? []
        guard header.count == 2, header[0].lowercased() == "bearer" else {
            throw Refusal(.failure(400, "Authorization header is missing or malformed", tracking: tracking))
        }
        let now = clock.now
        let (grant, wait) = state.withLock { state in
            let grant = state.tokens.grant(accessToken: String(header[1]), at: now)
            let limit = state.options.requestsPerMinute
            return (grant, grant.flatMap { state.limiter.admit($0.organization, limit: limit, at: now) })
        }
        guard let grant else {
            throw Refusal(.failure(401, "The access token is invalid or expired", tracking: tracking))
        }
        if let wait {
            var response = Response.failure(429, "Too many requests", tracking: tracking)
            response.headers.append(("Retry-After", String(wait)))
            throw Refusal(response)
        }
        guard !grant.scopes.isDisjoint(with: ["cjp:config_read", "cjp:config"]) else {
            throw Refusal(.failure(403, "Insufficient scope", tracking: tracking))
        }
        return Caller(organization: grant.organization, isServiceApp: grant.isServiceApp, scopes: grant.scopes)
    }

    private func compress(_ response: inout Response, for request: Request, at endpoint: Endpoint) {
        guard [.tasks, .activities, .statistics, .captures, .search].contains(endpoint),
            case .bytes(let data) = response.body,
            let threshold = options.compressionThreshold, data.count > threshold,
            request.header("accept-encoding")?.lowercased().contains("gzip") ?? false
        else { return }
        response.body = .bytes(Gzip.wrap(data))
        response.headers.append(("Content-Encoding", "gzip"))
    }
}

extension Provider.Refusal {
    init(_ response: Response) { self.response = response }
}

extension Fault {
    /// The answer instead of the true one; `nil` for faults that change the true one.
    fileprivate var replacement: Response? {
        switch self {
        case .status(let status, let body, let headers):
            let sorted = headers.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
            return Response(status, headers: sorted, body: .bytes(Data(body.utf8)))
        case .html200: return .page(Self.htmlPage, "text/html")
        case .json200: return .page(Self.jsonPage, "application/json")
        case .xmlSlowDown: return .storage(503, "SlowDown", "Please reduce your request rate.")
        case .xmlExpired: return .storage(403, "AccessDenied", "Request has expired")
        case .xmlExpiredToken: return .storage(400, "ExpiredToken", "The provided token has expired.")
        case .emptyBody: return Response(200)
        case .poisonedTask(let status): return Response(status)
        case .refusedGrant(let shape): return .refusedGrant(shape)
        default: return nil
        }
    }

    /// The page of a captive proxy instead of the answer.
    static let htmlPage = "<!DOCTYPE html><html><head><title>Sign in</title></head><body>Please sign in.</body></html>"
    /// An error with a success status.
    static let jsonPage = #"{"message":"something went wrong","errors":[]}"#
}

extension Response {
    fileprivate static func page(_ text: String, _ type: String) -> Response {
        Response(200, headers: [("Content-Type", type)], body: .bytes(Data(text.utf8)))
    }
}
