import Archiver
import Files
import Foundation
import HTTPTypes
import Manifest
import Payloads
import Recordings
import Settings
import WebexContactCenter
import Wiring

/// The caller, the state of the archives, alarms, and the configuration.
struct OverviewRoutes: Sendable {
    let installation: Installation
    let database: ServiceDatabase

    var routes: [Route] {
        [
            Route(.get, "/api/v1/me") { try Answer.json(MeLine($0.knownCaller)) },
            Route(.get, "/api/v1/status") { try await status($0) },
            Route(.get, "/api/v1/alarms") { try await alarms($0) },
            Route(.get, "/api/v1/configuration", .permission(.audit)) { try configuration($0) },
            Route(.get, "/api/v1/organizations") { try organizations($0) },
        ]
    }

    private func organizations(_ inquiry: Inquiry) throws -> Answer {
        let view = try ArchiveView(installation, inquiry)
        let all = installation.settings
        let lines = view.organizations.map { settings in
            Organization(
                name: settings.name.description,
                organizationID: settings.organizationID.description,
                region: settings.region,
                horizonHours: all.captures.horizon.components.seconds / 3600,
                providerRetentionDays: all.retention(of: settings.name).components.seconds / 86_400,
                horizonAlarmHours: all.alarms.horizon.components.seconds / 3600,
                purgeAlarmDays: all.alarms.purge.components.seconds / 86_400
            )
        }
        return try Answer.json(["organizations": lines])
    }

    private struct Organization: Encodable {
        var name: String
        var organizationID: String
        var region: String?
        /// How long passes ask for a missing recording.
        var horizonHours: Int64
        /// How long the provider keeps recordings.
        var providerRetentionDays: Int64
        /// How long before these ends there is an alarm about a gap.
        var horizonAlarmHours: Int64
        var purgeAlarmDays: Int64

        enum CodingKeys: String, CodingKey {
            case name, region
            case organizationID = "org_id"
            case horizonHours = "horizon_hours"
            case providerRetentionDays = "provider_retention_days"
            case horizonAlarmHours = "horizon_alarm_hours"
            case purgeAlarmDays = "purge_alarm_days"
        }
    }

    private func configuration(_ inquiry: Inquiry) throws -> Answer {
        let caller = try inquiry.knownCaller
        let hidden = installation.settings.organizations.map(\.name).filter { !caller.sees($0) }
        let values = installation.loaded.values.filter { value in
            !hidden.contains { value.key.hasPrefix("organizations.\($0).") }
        }
        let lines = values.map { ConfigurationValueLine(key: $0.key, value: $0.value, origin: "\($0.origin)") }
        return try Answer.json(["values": lines])
    }

    private func alarms(_ inquiry: Inquiry) async throws -> Answer {
        let view = try ArchiveView(installation, inquiry)
        let names = view.organizations.map(\.name)
        let space = try? installation.root.diskSpace()
        let alarms = try await installation.alarms(of: names, manifest: view.manifest, space: space)
        return try Answer.json(["alarms": alarms.map(AlarmLine.init)])
    }

    private func status(_ inquiry: Inquiry) async throws -> Answer {
        let view = try ArchiveView(installation, inquiry)
        let manifest = try await view.manifest
        let names = view.organizations.map(\.name)
        let known = Set(try await manifest.organizations().map(\.name))
        var lines: [StatusOrganizationLine] = []
        for name in names { lines.append(try await line(of: name, known.contains(name) ? manifest : nil)) }
        let vaults = try await vaultLines(of: names.filter(known.contains), manifest)
        let space = try? installation.root.diskSpace()
        let alarms = try await installation.alarms(of: names, manifest: manifest, space: space)
        let running = try? PassNotice.running(over: installation.root)
        // The running line names all organizations of the pass, so only a caller that can see all of them gets it.
        let isAll = names.count == installation.settings.organizations.count
        return try Answer.json(
            Status(
                running: isAll ? running.map(RunningLine.init) : nil,
                organizations: lines,
                schedule: try await schedule(of: names),
                vault: vaults,
                requests: await requests(of: names),
                alarms: alarms.map(AlarmLine.init),
                summary: StatusSummaryLine(
                    root: installation.root.path,
                    running: running != nil,
                    freeBytes: space?.freeBytes,
                    totalBytes: space?.totalBytes,
                    minimumFreeBytes: installation.settings.archive.minimumFreeBytes,
                    bytesPerDay: isAll ? try await pace(manifest) : nil,
                    openArchives: (try? installation.root.openArchives().count) ?? 0,
                    alarms: alarms.count
                )
            )
        )
    }

    /// How many days the pace of the archive is measured over.
    private static let daysOfPace = 28

    /// How many bytes all organizations' archives grew by on each of the last days; `nil` if the vault makes room for them.
    private func pace(_ manifest: Manifest) async throws -> Int64? {
        guard installation.settings.vault?.keepLocal == nil else { return nil }
        let today = ArchiveDay(installation.now, in: installation.timeZone)
        return try await manifest.bytesPerDay(before: today, days: Self.daysOfPace)
    }

    /// How far the vault is with each organization's archives; `nil` if none is configured.
    private func vaultLines(of names: [OrganizationName], _ manifest: Manifest) async throws -> [VaultLine]? {
        guard let vault = installation.vault else { return nil }
        let check = try? vault.lastLockCheck()
        var lines: [VaultLine] = []
        for name in names {
            let figures = try await manifest.vaultFigures(organization: name)
            lines.append(VaultLine(name, figures, in: vault, check: check))
        }
        return lines
    }

    /// What the schedule has planned, does and has done; none if there is no schedule.
    private func schedule(of names: [OrganizationName]) async throws -> [ScheduleLine] {
        let schedule = installation.settings.service.schedule
        guard schedule.isOn else { return [] }
        return try await ScheduleLine.all(
            of: names,
            database,
            ScheduleRule(schedule: schedule, timeZone: installation.timeZone),
            isKept: true,
            now: installation.now
        )
    }

    /// What is left of the provider's quota: requests of this process, which makes those of passes too.
    private func requests(of names: [OrganizationName]) async -> [RequestsLine] {
        var lines: [RequestsLine] = []
        for name in names {
            guard let settings = installation.organization(name) else { continue }
            let allowance = await installation.contactCenters.allowance(of: name)
            lines.append(RequestsLine(name, allowance ?? RequestAllowance(perMinute: settings.requestsPerMinute)))
        }
        return lines
    }

    private struct RequestsLine: Encodable {
        let organization: OrganizationName
        let allowance: RequestAllowance

        init(_ organization: OrganizationName, _ allowance: RequestAllowance) {
            (self.organization, self.allowance) = (organization, allowance)
        }

        private enum CodingKeys: String, CodingKey {
            case type, organization, left
            case perMinute = "per_minute"
            case pausedSeconds = "paused_seconds"
        }

        func encode(to encoder: any Encoder) throws {
            var line = encoder.container(keyedBy: CodingKeys.self)
            try line.encode("requests", forKey: .type)
            try line.encode(organization, forKey: .organization)
            try line.encode(allowance.perMinute, forKey: .perMinute)
            try line.encode(allowance.left, forKey: .left)
            try line.encode(allowance.pause?.components.seconds, forKey: .pausedSeconds)
        }
    }

    private struct Status: Encodable {
        /// `nil` if no pass is running, or if the caller cannot see all organizations.
        var running: RunningLine?
        var organizations: [StatusOrganizationLine]
        var schedule: [ScheduleLine]
        /// `nil` if no vault is configured.
        var vault: [VaultLine]?
        var requests: [RequestsLine]
        var alarms: [AlarmLine]
        var summary: StatusSummaryLine

        private enum CodingKeys: String, CodingKey {
            case running, organizations, schedule, vault, requests, alarms, summary
        }

        func encode(to encoder: any Encoder) throws {
            var object = encoder.container(keyedBy: CodingKeys.self)
            try object.encode(running, forKey: .running)
            try object.encode(organizations, forKey: .organizations)
            try object.encode(schedule, forKey: .schedule)
            try object.encodeIfPresent(vault, forKey: .vault)
            try object.encode(requests, forKey: .requests)
            try object.encode(alarms, forKey: .alarms)
            try object.encode(summary, forKey: .summary)
        }
    }

    /// The line of an organization's status.
    private func line(of name: OrganizationName, _ manifest: Manifest?) async throws -> StatusOrganizationLine {
        let complete = try await manifest?.lastCompletePass(name, reachingNow: true)
        let last = try await manifest?.lastPass(name)
        let reading = try await manifest?.readingStatus(name) ?? ReadingStatus()
        let differing = Set(try await manifest?.disagreements(name).map(\.day) ?? [])
        let token = try? await installation.tokenStatus(of: name)
        return StatusOrganizationLine(
            organization: name,
            complete: complete,
            last: last,
            listedThrough: try await manifest?.watermark(name),
            tokens: (token?.accessExpires, token?.refreshExpires, token?.refusal?.time),
            reading: reading,
            // None if it cannot be found out, about which there is an alarm.
            anchors: (try? installation.anchorStandings(of: name))?.map(\.line) ?? [],
            daysDiffering: differing.count
        )
    }
}
