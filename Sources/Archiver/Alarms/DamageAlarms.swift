import Manifest
import Recordings

/// The alarms about damage of one organization: each with what is damaged, why, and the command that ends it.
struct DamageAlarms {
    var organization: OrganizationName
    var figures: DamageFigures

    var all: [Alarm] { [archives, recordings, lost].compactMap(\.self) }

    /// Archives that are missing, have another size, or have faults that no recording makes up for.
    private var archives: Alarm? {
        guard let first = figures.archives.first else { return nil }
        let count = figures.archives.count
        let what = count == 1 ? "1 archive is damaged" : "\(count) archives are damaged"
        let others = count == 1 ? "" : ", and others"
        return alarm(
            .archivesDamaged,
            "\(what): \(first.name): \(first.reason)\(others); \(GapReason.adviceOnDamage)",
            command: "callark verify --repair\(scope(of: figures.archives.map(\.name.day)))"
        )
    }

    /// Recordings that no one has tried to fetch again.
    private var recordings: Alarm? {
        guard figures.repairable > 0 else { return nil }
        let what = figures.repairable == 1 ? "1 recording is damaged" : "\(figures.repairable) recordings are damaged"
        return alarm(
            .archivesDamaged,
            "\(what)\(oldest); \(GapReason.adviceOnDamage)",
            command: "callark verify --repair\(scope(of: Array(figures.days)))"
        )
    }

    /// Recordings that could not be fetched again.
    private var lost: Alarm? {
        guard figures.lost > 0 else { return nil }
        let what = figures.lost == 1 ? "1 recording is damaged" : "\(figures.lost) recordings are damaged"
        return alarm(
            .recordingsLost,
            "\(what) and could not be fetched again\(oldest); restore the file from a backup and run `callark verify "
                + "--repair`, or explain the loss (`callark gaps explain TASK_ID --reason REASON --note TEXT`); each one is "
                + "named by",
            command: "callark gaps --org \(organization)"
        )
    }

    private var oldest: String { figures.days.min().map { ", the oldest of \($0)" } ?? "" }

    private func scope(of days: [ArchiveDay]) -> String {
        guard let first = days.first, days.allSatisfy({ $0 == first }) else { return " --org \(organization)" }
        return " --org \(organization) --day \(first)"
    }

    private func alarm(_ code: Alarm.Code, _ message: String, command: String) -> Alarm {
        Alarm(.critical, code, organization: organization.description, message, command: command)
    }
}
