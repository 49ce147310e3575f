import Foundation
import Synchronization

/// The paths of sites, below an organization.
private enum SitePath {
    case all, pages, bulk, unknown
    case one(String)

    init(_ request: Request) {
        let parts = Array(request.segments.dropFirst(2))
        self =
            switch (parts.count, parts.last) {
            case (1, _): .all
            case (2, _) where parts[0] == "v2": .pages
            case (2, "bulk"): .bulk
            case (2, let id?): .one(id)
            default: .unknown
            }
    }
}

extension Provider {
    /// Whether a path below an organization is one of sites.
    static func isOfSites(_ path: String) -> Bool {
        let parts = path.split(separator: "/").dropFirst(2)
        return parts.first == "site" || parts.starts(with: ["v2", "site"])
    }

    /// `organization/{orgId}/site…` (wxcc-api 10).
    func sites(_ request: Request, from caller: Caller, tracking: String) throws(Refusal) -> Response {
        let own = world.organizations[caller.organization]
        guard request.segments[1] == own.id else {
            throw Refusal(.failure(403, "The organization is not permitted for this token", tracking: tracking))
        }
        if request.method != "GET", !caller.scopes.contains("cjp:config_write") {
            throw Refusal(.failure(403, "Operation is forbidden: insufficient scope", tracking: tracking))
        }
        let rules = options.sites
        do throws(SiteOffice.Refusal) {
            switch (request.method, SitePath(request)) {
            case (_, .pages) where !rules.servesVersion2, (_, .unknown): return notFound(request)
            case ("GET", .pages): return try sitePage(request, caller, rules)
            case ("GET", .all): return .json(200, .array(office(of: caller).sites.map { $0.json(of: own.id) }))
            case ("POST", .all): return try createSite(request, caller)
            case ("POST", .bulk) where rules.servesBulk: return try saveSites(request, caller, tracking)
            case ("GET", .one(let id)): return try site(id, caller)
            case ("PUT", .one(let id)): return try replaceSite(id, request, caller, rules)
            case ("DELETE", .one(let id)): return try deleteSite(id, caller)
            default: return .framework(405, "Method Not Allowed", path: request.path, at: clock.now)
            }
        } catch {
            return .json(error.status, error.json(tracking))
        }
    }

    private func notFound(_ request: Request) -> Response {
        .framework(404, "Not Found", path: request.path, at: clock.now)
    }

    private func office(of caller: Caller) -> SiteOffice { state.withLock { $0.sites[caller.organization] } }

    /// Changes the sites of the caller's organization only.
    private func change<Result: Sendable>(
        _ caller: Caller,
        _ body: (inout SiteOffice) throws(SiteOffice.Refusal) -> Result
    ) throws(SiteOffice.Refusal) -> Result {
        let result = state.withLock { state in
            Swift.Result { () throws(SiteOffice.Refusal) in try body(&state.sites[caller.organization]) }
        }
        return try result.get()
    }

    private func site(_ id: String, _ caller: Caller) throws(SiteOffice.Refusal) -> Response {
        let office = office(of: caller)
        guard let site = office.site(id) else { throw .unknown }
        return .json(200, site.json(of: office.organization))
    }

    private func createSite(_ request: Request, _ caller: Caller) throws(SiteOffice.Refusal) -> Response {
        let (body, now) = (try JSON(body: request), clock.now)
        let site = try change(caller) { office throws(SiteOffice.Refusal) in try office.create(body, now: now) }
        return .json(201, site.json(of: world.organizations[caller.organization].id))
    }

    private func replaceSite(
        _ id: String,
        _ request: Request,
        _ caller: Caller,
        _ rules: SiteRules
    ) throws(SiteOffice.Refusal) -> Response {
        let (body, now) = (try JSON(body: request), clock.now)
        let site = try change(caller) { office throws(SiteOffice.Refusal) in
            try office.replace(id, with: body, refusingStale: rules.refusesStaleVersions, now: now)
        }
        return .json(200, site.json(of: world.organizations[caller.organization].id))
    }

    private func deleteSite(_ id: String, _ caller: Caller) throws(SiteOffice.Refusal) -> Response {
        try change(caller) { office throws(SiteOffice.Refusal) in try office.delete(id) }
        return Response(204)
    }
}

// MARK: - Pages and bulk calls

extension Provider {
    /// `page` and `pageSize`, which is silently reduced if it is too large (wxcc-api 10.3).
    private func sitePage(
        _ request: Request,
        _ caller: Caller,
        _ rules: SiteRules
    ) throws(SiteOffice.Refusal) -> Response {
        let form = Form(request.query)
        guard let size = form["pageSize"].map({ Int($0) }) ?? 100, size > 0 else {
            throw .init(400, "pageSize: is not valid")
        }
        guard let page = form["page"].map({ Int($0) }) ?? 0, page >= 0 else { throw .init(400, "page: is not valid") }
        let (office, quirks) = (office(of: caller), options.quirks)
        let length = min(size, rules.largestPage)
        let first = rules.ignoresPage ? 0 : page * length
        let rows = office.sites.dropFirst(first).prefix(length).map { $0.json(of: office.organization) }
        let last = max(0, (office.sites.count - 1) / length)
        func link(_ page: Int) -> JSON {
            (0...last).contains(page)
                ? .string("/organization/\(office.organization)/v2/site?page=\(page)&pageSize=\(length)") : .null
        }
        var meta: [(String, JSON)] = []
        if quirks.contains(.numbersInMeta) {
            meta = [
                ("orgid", .string(office.organization)), ("page", .integer(Int64(page))),
                ("pageSize", .integer(Int64(length))), ("totalPages", .integer(Int64(last + 1))),
                ("totalRecords", .integer(Int64(office.sites.count))),
            ]
        }
        meta.append(
            (
                "links",
                [
                    "self": link(page), "first": link(0), "last": link(last), "next": link(page + 1),
                    "prev": link(page - 1),
                ]
            )
        )
        return .json(200, ["meta": .object(meta), "data": .array(rows)])
    }

    /// Each item has its own status, and their order means nothing (wxcc-api 10.4).
    private func saveSites(
        _ request: Request,
        _ caller: Caller,
        _ tracking: String
    ) throws(SiteOffice.Refusal) -> Response {
        guard let items = try JSON(body: request)["items"]?.elements else { throw .missing("items") }
        let (now, options) = (clock.now, options)
        let answers = items.map { item -> JSON in
            let action = item["requestAction"]?.text ?? ""
            var answer: [(String, JSON)] = [("itemIdentifier", item["itemIdentifier"] ?? .null)]
            do throws(SiteOffice.Refusal) {
                let body = item["item"] ?? .null
                let (status, path) = try change(caller) { office throws(SiteOffice.Refusal) in
                    try office.carryOut(action, body, now: now)
                }
                answer += [
                    ("status", .integer(status)), ("operationType", status == 201 ? "CREATE" : "DELETE"),
                    ("href", .string(path)),
                ]
            } catch {
                answer += [
                    ("status", .integer(Int64(error.status))),
                    ("operationType", action == "DELETE" ? "DELETE" : "CREATE"), ("apiError", error.json(tracking)),
                ]
            }
            return .object(answer)
        }
        let told = answers.enumerated().filter { place in
            options.sites.silentBulkItem.map { (place.offset + 1) % $0 != 0 } ?? true
        }.map(\.element)
        let isOrdered = !options.quirks.contains(.anyOrder)
        return .json(207, ["items": .array(isOrdered ? told : told.reversed())])
    }
}

extension SiteOffice {
    /// - Returns: the status, and the site's address.
    fileprivate mutating func carryOut(_ action: String, _ body: JSON, now: Moment) throws(Refusal) -> (Int64, String) {
        switch action {
        case "SAVE":
            guard body["organizationId"] != nil else { throw .missing("organizationId") }
            let site = try create(body, now: now)
            return (201, "/organization/\(organization)/site/\(site.id)")
        case "DELETE":
            try delete(body)
            return (204, "/organization/\(organization)/site/\(body["id"]?.text ?? "")")
        default: throw Refusal(400, "requestAction: has to be SAVE or DELETE", reason: "requestAction")
        }
    }
}

extension SiteOffice.Refusal {
    /// The provider's envelope, with the additional members of configuration errors (wxcc-api 4.2).
    fileprivate func json(_ tracking: String) -> JSON {
        var message: [(String, JSON)] = [("description", .string(description))]
        if !references.isEmpty {
            let users = references.map { ["id": .string($0.id), "name": .string($0.name)] as JSON }
            message += [("entity", "team"), ("references", .array(users))]
        }
        var error: [(String, JSON)] = [("key", .string(String(status))), ("message", [.object(message)])]
        if let reason { error.append(("reason", .string(reason))) }
        return ["trackingId": .string(tracking), "error": .object(error)]
    }
}

extension JSON {
    /// - Throws: 400 if the body is not a site.
    fileprivate init(body request: Request) throws(SiteOffice.Refusal) {
        do {
            self = try JSONDecoder().decode(JSON.self, from: request.body)
        } catch {
            throw .init(400, "the body is not valid")
        }
    }
}
