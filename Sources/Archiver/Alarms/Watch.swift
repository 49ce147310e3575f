import DailyArchive
import Files
import Foundation
import Manifest
import Recordings
import WebexContactCenter

/// Looks for what no error reports: passes that do not run, days that are too quiet, resources that run out.
///
/// It reads the records of the last weeks and what is unfinished, not a row for each recording.
package struct Watch: Sendable {
    let rules: AlarmLimits
    let timeZone: TimeZone

    package init(rules: AlarmLimits, timeZone: TimeZone) {
        self.rules = rules
        self.timeZone = timeZone
    }

    /// The alarms of one organization.
    /// - Parameters:
    ///   - manifest: `nil` if none exists yet.
    ///   - standpoint: now.
    ///   - work: what is running; no alarm is raised about the days that it covers.
    package func alarms(
        of organization: OrganizationName,
        manifest: Manifest?,
        at standpoint: Standpoint,
        beside work: WorkUnderWay = WorkUnderWay()
    ) async throws -> [Alarm] {
        guard let manifest, try await manifest.organizations().contains(where: { $0.name == organization }) else {
            return [
                Alarm(
                    .critical,
                    .noCompletePass,
                    organization: organization.description,
                    "no pass has run yet" + waiting(for: work, organization, standpoint.now),
                    command: "callark archive --org \(organization)"
                )
            ]
        }
        let covered = work.window(of: organization, now: standpoint.now, patience: rules.completePass)
        let outlook = try await manifest.closingOutlook(organization, altered: standpoint.altered)
        var alarms = try await passAlarms(organization, manifest, standpoint.now, work)
        alarms += try await volumeAlarms(organization, manifest, outlook, standpoint, besides: covered)
        alarms += try await gapAlarms(organization, manifest, standpoint)
        alarms += try await dayAlarms(organization, manifest, outlook, standpoint, work, besides: covered)
        alarms += try await sourceAlarms(organization, manifest, standpoint, besides: covered)
        alarms += try await damageAlarms(organization, manifest, standpoint)
        alarms += try await suspectAlarms(organization, manifest)
        return alarms
    }

    /// Suspect recordings that no one has acknowledged.
    private func suspectAlarms(_ organization: OrganizationName, _ manifest: Manifest) async throws -> [Alarm] {
        let count = try await manifest.suspects(organization).count { $0.suspect.acknowledgement == nil }
        guard count > 0 else { return [] }
        let message =
            "\(count == 1 ? "1 recording is" : "\(count) recordings are") held and suspect; complete bytes end this, or a "
            + "person who acknowledges them (`callark gaps acknowledge TASK_ID --note TEXT`); each one is named by"
        let command = "callark gaps --org \(organization)"
        return [
            Alarm(.warning, .recordingsSuspect, organization: organization.description, message, command: command)
        ]
    }

    /// Known damage, by what ends it: a repair, a backup, or a person's word.
    private func damageAlarms(
        _ organization: OrganizationName,
        _ manifest: Manifest,
        _ standpoint: Standpoint
    ) async throws -> [Alarm] {
        let figures = try await manifest.damageFigures(organization, altered: standpoint.altered)
        return DamageAlarms(organization: organization, figures: figures).all
    }
}
