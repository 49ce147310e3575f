import Reports
import Archiver
import ArgumentParser
import DailyArchive
import Files
import Foundation
import Manifest
import Payloads
import Recordings
import Service
import Settings
import WebexContactCenter
import Wiring

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show what is running, and for each day what is expected, archived and missing.",
        discussion: """
            First the pass that is running, if any: since when, how far it is, and what it is waiting for. Then the \
            days of each organization, the last 30 unless you give a time range; one line sums up the older ones. \
            Then the last complete pass, the tokens, what the schedule of `callark serve` does next and has done, the \
            disk, and the alarms. It only reads, and may run during a pass.

            EXPECTED is the sum of ARCHIVED, STORED, PENDING, MISSING, EXPLAINED and DAMAGED, as in `callark \
            report`. SUSPECT counts those archived or stored that look incomplete. STATE names other sources of the \
            provider (Search, queue statistics) whose counts of the day differ.

            --check is for a monitoring system. It prints one line for each alarm and nothing else, or OK; with --json, \
            the lines of the alarms and the summary. Days that a running pass covers raise no alarm until it has ended. \
            The exit code is 0 if there is no alarm; otherwise the most serious of 65 (damage), 74 (disk), 78 (the vault's \
            lock), 77 (token) and 75 (all others). The section alarms of the configuration sets the limits.

            EXAMPLES
              # what is running now, and what is it waiting for?
              callark status
              callark status --month 2025-10
              callark status --check
            """
    )

    /// How many days are shown if no time is given.
    private static let usualDays = 30

    @OptionGroup var common: CommonOptions
    @OptionGroup var window: WindowOptions

    @Option(help: "Only this organization; may be given more than once.", transform: OrganizationName.init(argument:))
    var org: [OrganizationName] = []

    @Flag(help: "Print only the alarms, one per line; the exit code is not 0 if there is one.")
    var check = false

    func validate() throws {
        if check, window.isGiven { throw ValidationError("--check is about now: leave out the time") }
    }

    func run() async throws {
        let installation = try Installation(common, needsSecrets: false)
        let names = try installation.organizations(named: org)
        let output = Output(json: common.json)
        let manifest = try await installation.manifestForReading()
        var isRunning: Bool?
        if !check {
            isRunning = try reportPass(installation, to: output)
            for name in names { try await report(name, manifest: manifest, installation: installation, to: output) }
        } else if common.json {
            isRunning = try? (PassNotice.running(over: installation.root) != nil)
        }
        if !check { try await reportSchedule(of: names, installation, to: output) }
        let space = try? installation.root.diskSpace()
        let alarms = try await installation.alarms(of: names, manifest: manifest, space: space)
        if !check { report(space, installation: installation, to: output) }
        for alarm in alarms {
            try output.json(AlarmLine(alarm))
            output.text(alarm.line)
        }
        if check, alarms.isEmpty { output.text("OK") }
        try output.json(
            StatusSummaryLine(
                root: installation.root.path,
                running: isRunning,
                freeBytes: space?.freeBytes,
                totalBytes: space?.totalBytes,
                minimumFreeBytes: installation.settings.archive.minimumFreeBytes,
                openArchives: (try? installation.root.openArchives().count) ?? 0,
                alarms: alarms.count
            )
        )
        output.flush()
        if check { throw ExitCode(ExitStatus.worst(alarms.map(ExitStatus.init(alarm:))).rawValue) }
    }

    /// - Returns: whether a pass runs; `nil` if that cannot be found out.
    private func reportPass(_ installation: Installation, to output: Output) throws -> Bool? {
        let zone = installation.timeZone
        do {
            let running = try PassNotice.running(over: installation.root)
            if let running { try output.json(RunningLine(running)) }
            for line in RunningPass(running, now: installation.now, timeZone: zone).lines { output.text(line) }
            return running != nil
        } catch let error as ArchiveError {
            output.text("running: not known, because this account may not look: \(error)")
            return nil
        }
    }

    /// What a service has planned, does and has done by its schedule.
    private func reportSchedule(
        of names: [OrganizationName],
        _ installation: Installation,
        to output: Output
    ) async throws {
        let lines = try await ScheduleLine.all(
            of: names,
            in: installation.root,
            installation.settings.service.schedule,
            timeZone: installation.timeZone,
            now: installation.now
        )
        guard !lines.isEmpty else { return }
        output.text("")
        for line in lines {
            try output.json(line)
            for text in line.texts(in: installation.timeZone) { output.text(text) }
        }
    }

    private func report(_ space: DiskSpace?, installation: Installation, to output: Output) {
        guard let space else { return output.text("disk: nothing at \(installation.root.path) yet") }
        output.text(
            "disk: \(Readable.bytes(space.freeBytes)) of \(Readable.bytes(space.totalBytes)) free at "
                + "\(installation.root.path); downloads stop below "
                + Readable.bytes(installation.settings.archive.minimumFreeBytes)
        )
    }

    private func report(
        _ name: OrganizationName,
        manifest: Manifest?,
        installation: Installation,
        to output: Output
    ) async throws {
        let disagreements = try await manifest?.disagreements(name) ?? []
        let all = try await days(of: name, manifest, disagreements, installation)
        let range = try shownWindow(installation).instants
        let zone = installation.timeZone
        let shown = all.filter { day in range.map { $0.overlaps(day.day.interval(in: zone)) } ?? true }
        let older = OlderDays(
            all.filter { day in range.map { day.day.interval(in: zone).upperBound <= $0.lowerBound } ?? false }
        )
        let complete = try await manifest?.lastCompletePass(name, reachingNow: true)
        let last = try await manifest?.lastPass(name)
        let listedThrough = try await manifest?.watermark(name)
        let differing = Dictionary(grouping: disagreements, by: \.day)
        output.text("")
        output.text("\(name), times in \(zone.name)")
        let rows = shown.map { StatusRow(status: $0, differing: differing[$0.day] ?? []) }
        try write(rows, older, knowsDays: !all.isEmpty, of: name, zone, to: output)
        let reading = try await manifest?.readingStatus(name) ?? ReadingStatus()
        let (token, tokenText) = try await token(of: name, installation)
        try output.json(
            StatusOrganizationLine(
                organization: name,
                complete: complete,
                last: last,
                listedThrough: listedThrough,
                tokens: (token?.accessExpires, token?.refreshExpires, token?.refusal?.time),
                reading: reading,
                anchors: (try? installation.anchorStandings(of: name))?.map(\.line) ?? [],
                daysDiffering: differing.count
            )
        )
        let none = "none yet; \(try await Self.reasonForNone(name, manifest, zone))"
        output.text("  last complete pass up to the present: \(complete?.endedTime?.text(in: zone) ?? none)")
        if let last, last.id != complete?.id { output.text("  last pass: \(Self.text(of: last, zone))") }
        output.text("  listed through: \(listedThrough?.text(in: zone) ?? "not up to the present yet")")
        output.text("  archives: \(Self.text(of: reading, zone))")
        output.text("  token: \(tokenText)")
        try await reportVault(of: name, manifest, installation, to: output)
    }

    /// What the vault has of an organization, and what is known of its lock.
    private func reportVault(
        of name: OrganizationName,
        _ manifest: Manifest?,
        _ installation: Installation,
        to output: Output
    ) async throws {
        guard let vault = installation.vault, let manifest else { return }
        let figures = try await manifest.vaultFigures(organization: name)
        let check = try? vault.lastLockCheck()
        try output.json(VaultLine(name, figures, in: vault, check: check))
        output.text("  vault: \(figures.text)")
        output.text("  lock of the vault: \(vault.lock.text(check, installation.timeZone))")
    }

    private func write(
        _ rows: [StatusRow],
        _ older: OlderDays?,
        knowsDays: Bool,
        of name: OrganizationName,
        _ zone: TimeZone,
        to output: Output
    ) throws {
        if output.isJSON {
            for row in rows {
                try output.json(StatusDayLine(organization: name, row.status, differing: row.differing.map(\.source)))
                for comparison in row.differing { try output.json(ComparisonLine(comparison)) }
            }
            if let older { try output.json(OlderDaysLine(organization: name, older)) }
        } else {
            if rows.isEmpty {
                output.text(knowsDays ? "  nothing is known of this time" : "  no day is known yet")
            } else {
                try StatusRow.table.write(rows, to: output)
            }
            if let older { output.text("  \(older.text)") }
            for comparison in rows.flatMap(\.differing) {
                if let disagreement = comparison.detailedDisagreement(in: zone) { output.text("  \(disagreement)") }
            }
        }
    }

    /// The state of an organization's tokens, and the same for people.
    private func token(of name: OrganizationName, _ installation: Installation) async throws -> (TokenStatus?, String) {
        do {
            let token = try await installation.tokenStatus(of: name)
            return (token, token.map { Self.text(of: $0, installation.timeZone) } ?? "not used yet")
        } catch let error as TokensUnavailable {
            return (nil, error.description)
        }
    }

    /// The requested time, or the last days.
    private func shownWindow(_ installation: Installation) throws -> TimeWindow {
        var window = window
        if !window.isGiven { window.last = .days(Self.usualDays) }
        return try window.window(in: installation)
    }

    /// The days of which anything is known here, or of which only another source knows something.
    private func days(
        of name: OrganizationName,
        _ manifest: Manifest?,
        _ disagreements: [DayComparison],
        _ installation: Installation
    ) async throws -> [DayStatus] {
        guard let manifest else { return [] }
        let standpoint = try await installation.standpoint(of: name, manifest)
        let known = try await manifest.dayStatuses(organization: name, at: standpoint)
        let unknown = Set(disagreements.map(\.day)).subtracting(known.map(\.day))
        return (known + unknown.map { DayStatus(organization: name, day: $0) }).sorted { $0.day < $1.day }
    }

    /// Why no pass up to the present has been complete.
    private static func reasonForNone(
        _ name: OrganizationName,
        _ manifest: Manifest?,
        _ zone: TimeZone
    ) async throws -> String {
        guard let last = try await manifest?.lastPass(name, reachingNow: true) else {
            return "`callark archive --org \(name)` makes one"
        }
        return "the last one: \(text(of: last, zone))"
    }

    private static func text(of reading: ReadingStatus, _ zone: TimeZone) -> String {
        guard reading.archives > 0 else { return "none yet" }
        let faults = reading.faulty == 0 ? "" : "; \(reading.faulty) had faults when last read"
        guard reading.neverRead == 0 else {
            return "\(reading.neverRead) of \(reading.archives) never read back\(faults)"
        }
        return "all read back since \(reading.oldest?.text(in: zone) ?? "")\(faults)"
    }

    private static func text(of pass: PassRow, _ zone: TimeZone) -> String {
        let ended = pass.endedTime?.text(in: zone) ?? "?"
        let outcome =
            switch pass.outcome {
            case .complete:
                "complete, from \(pass.window.lowerBound.text(in: zone)) to \(pass.window.upperBound.text(in: zone))"
            case .failed: "could not go on"
            default: "not complete"
            }
        return "\(ended), \(outcome)\(pass.reason.map { " (\($0))" } ?? "")"
    }

    private static func text(of token: TokenStatus, _ zone: TimeZone) -> String {
        if let refusal = token.refusal {
            return "the provider refused the refresh token at \(refusal.time.text(in: zone))"
        }
        let access = token.accessExpires.map { "valid until \($0.text(in: zone))" } ?? "expiry unknown"
        guard let refresh = token.refreshExpires else { return access }
        return "\(access), can be refreshed until \(refresh.text(in: zone))"
    }
}
