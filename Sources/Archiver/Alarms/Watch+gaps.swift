import Manifest
import Recordings

extension Watch {
    /// Unexplained gaps, by how much time remains. A gap may be of two kinds.
    private struct Missing: Sendable {
        var final = GapTally()
        var nearHorizon = GapTally()
        var nearPurge = GapTally()
    }

    private struct GapTally: Sendable {
        var count = 0
        /// When the oldest task was created, and its day.
        var oldest: (createdTime: Timestamp, day: ArchiveDay)?

        mutating func add(_ gap: Gap) {
            count += 1
            if let oldest, oldest.createdTime <= gap.createdTime { return }
            oldest = (gap.createdTime, gap.day)
        }
    }

    func gapAlarms(
        _ organization: OrganizationName,
        _ manifest: Manifest,
        _ standpoint: Standpoint
    ) async throws -> [Alarm] {
        let purgedBefore = standpoint.now - standpoint.retention
        let endangered = purgedBefore + rules.purge
        let missing = try await manifest.reduceGaps(
            GapFilter(organization: organization, isExplained: false, includesDamaged: false),
            at: standpoint,
            into: Missing()
        ) { [rules] missing, gap in
            // Damage has alarms of its own.
            if gap.wasHeld { return }
            switch GapUrgency(gap, at: standpoint, near: rules.horizon) {
            case .final: missing.final.add(gap)
            case .near: missing.nearHorizon.add(gap)
            case .none: break
            }
            if (purgedBefore..<endangered).contains(gap.createdTime) { missing.nearPurge.add(gap) }
        }
        var nearPurge = missing.nearPurge
        let pending = try await manifest.pendingRecordings(organization, created: purgedBefore..<endangered)
        nearPurge.count += pending.count
        // Only a person's word about each gap ends it, which no command can give by itself.
        let list = "callark gaps --org \(organization)"
        let explain = "`callark gaps explain TASK_ID --reason REASON --note TEXT`"
        let fetch = [nearPurge.oldest?.day, pending.firstDay].compactMap(\.self).min().map { " --day \($0)" } ?? ""
        return [
            alarm(
                .critical,
                .gapsUnexplained,
                organization,
                missing.final,
                "missing past the horizon and not explained",
                "; fetch what the provider can still deliver, and explain the rest (\(explain)); each one is named by",
                list
            ),
            alarm(
                .warning,
                .gapsNearHorizon,
                organization,
                missing.nearHorizon,
                "missing, with the horizon near",
                "; explain what will not come (\(explain)); each one is named by",
                list
            ),
            alarm(
                .critical,
                .purgeNear,
                organization,
                nearPurge,
                "missing or not yet fetched that the provider is about to purge",
                "; explain what will not come (see `\(list)`), and fetch the rest",
                "callark archive --org \(organization)\(fetch)"
            ),
        ]
        .compactMap(\.self)
    }

    private func alarm(
        _ severity: Alarm.Severity,
        _ code: Alarm.Code,
        _ organization: OrganizationName,
        _ tally: GapTally,
        _ what: String,
        _ advice: String,
        _ command: String
    ) -> Alarm? {
        guard tally.count > 0 else { return nil }
        let oldest = tally.oldest.map { ", the oldest of \($0.day)" } ?? ""
        let message = "\(tally.count) \(what)\(oldest)\(advice)"
        return Alarm(severity, code, organization: organization.description, message, command: command)
    }
}
