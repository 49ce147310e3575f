import Recordings

/// How much time there is for a gap: until passes give it up, and until the provider deletes what it has.
struct GapLimits: Sendable {
    /// How long passes ask, after the call.
    let horizon: Duration
    /// How long the provider keeps recordings, after the call.
    let retention: Duration
    /// How near these ends count as near: from then on there is an alarm.
    let nearHorizon: Duration
    let nearPurge: Duration

    /// - Returns: `nil` if the API says nothing about the organization.
    static func of(_ organization: String, _ desk: Desk) async throws -> GapLimits? {
        let lines = try await desk.get("/api/v1/organizations").list("organizations")
        guard let line = lines.first(where: { $0.text("name") == organization }),
            let horizon = line.number("horizon_hours"), let retention = line.number("provider_retention_days")
        else { return nil }
        return GapLimits(
            horizon: .seconds(horizon * 3600),
            retention: .seconds(retention * 86_400),
            nearHorizon: .seconds(line.count("horizon_alarm_hours") * 3600),
            nearPurge: .seconds(line.count("purge_alarm_days") * 86_400)
        )
    }

    /// Whether the provider deletes what it has of a call soon.
    func isPurgedSoon(_ created: Timestamp, _ now: Timestamp) -> Bool {
        let purge = created + retention
        return now < purge && purge <= now + nearPurge
    }

    /// Whether passes give up soon.
    func isGivenUpSoon(_ created: Timestamp, _ now: Timestamp) -> Bool {
        let end = created + horizon
        return now < end && end <= now + nearHorizon
    }
}
