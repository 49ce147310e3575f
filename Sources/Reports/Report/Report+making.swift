import Archiver
import Manifest
import Recordings
import Settings
import Wiring

extension Report {
    /// The report on these organizations, by what the manifest knows now.
    /// - Parameter warn: gets what could not be found out.
    package static func made(
        of names: [OrganizationName],
        over period: ReportPeriod,
        in installation: Installation,
        warn: (String) -> Void
    ) async throws -> Report {
        let timeZone = installation.timeZone
        let span = period.days
        let manifest = try await installation.manifestForReading()
        let known = Set(try await manifest?.organizations().map(\.name) ?? [])
        let running = running(over: names, installation, warn)
        let work = WorkUnderWay(running)
        var sections: [Report.Section] = []
        for organization in installation.settings.organizations where names.contains(organization.name) {
            let name = organization.name
            var days = period.list.map { DayReport(unknown: $0, of: name) }
            var calls: [TaskID: KnownCall] = [:]
            if let manifest, known.contains(name) {
                let reporting = Reporting(manifest: manifest, timeZone: timeZone)
                let standpoint = try await installation.standpoint(of: name, manifest, days: span)
                days = try await reporting.days(period.list, organization: name, at: standpoint)
                let patience = installation.settings.alarms.completePass
                if let covered = work.window(of: name, now: standpoint.now, patience: patience) {
                    for place in days.indices {
                        days[place].isUnderWay = covered.overlaps(days[place].day.interval(in: timeZone))
                    }
                }
                calls = try await manifest.calls(of: days.flatMap(\.account.gaps).map(\.taskID), organization: name)
            }
            sections.append(
                Report.Section(
                    organization: name,
                    organizationID: organization.organizationID,
                    days: days,
                    calls: calls
                )
            )
        }
        return Report(
            period: period,
            sections: sections,
            root: installation.root,
            version: installation.version,
            timeZone: timeZone,
            madeTime: installation.now,
            running: running
        )
    }

    /// The pass that runs over one of these organizations. A pass that has just begun may cover any.
    private static func running(
        over names: [OrganizationName],
        _ installation: Installation,
        _ warn: (String) -> Void
    ) -> PassNotice.Running? {
        do {
            guard let running = try PassNotice.running(over: installation.root) else { return nil }
            guard let parts = running.content?.activity.organizations, !parts.isEmpty else { return running }
            return parts.contains { part in names.contains { $0.description == part.organization } } ? running : nil
        } catch {
            warn("could not find out whether a pass is running: \(error)")
            return nil
        }
    }
}
