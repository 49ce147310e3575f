extension Provider {
    /// `GET /organization/{orgId}`, which extractors use as a first sign of life (wxcc-api 2.3).
    func organization(_ request: Request, from caller: Caller, tracking: String) throws(Refusal) -> Response {
        let own = world.organizations[caller.organization]
        guard request.segments.count == 2 else {
            return .framework(404, "Not Found", path: request.path, at: clock.now)
        }
        guard request.segments[1] == own.id else {
            throw Refusal(.failure(403, "The organization is not permitted for this token", tracking: tracking))
        }
        return .json(200, ["id": .string(own.id), "name": .string(own.name), "status": "ACTIVE"])
    }
}
