import Archiver
import ArgumentParser
import DailyArchive
import Manifest
import Recordings
import Settings
import WebexContactCenter

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show, per organization and day, what is expected, archived, stored, pending, and missing.",
        discussion: """
            A day that does not fit what another source of the provider's counts (Search, queue statistics) is marked, and \
            both sides' figures are told.

            Also when the last complete pass ended, how long the tokens last, how much disk is left, and what is an alarm \
            by the section alarms of the configuration. It reads only, and may run beside a pass.

            With --check, for a monitoring system: one line for each alarm and nothing else, or OK. The exit code is 0 \
            without an alarm; else the most serious of 65 (damage), 74 (disk), 77 (token) and 75 (all others).

            EXAMPLES
              callark status
              callark status --check
              callark status --org acme --json
            """
    )

    @OptionGroup var common: CommonOptions

    @Option(help: "Only this organization; may be given more than once.")
    var org: [OrganizationName] = []

    @Flag(help: "Print the alarms only, a line each, and exit with another code than 0 where there is one.")
    var check = false

    func run() async throws {
        let workplace = try Workplace(common)
        let names = try workplace.organizations(named: org)
        let output = Output(json: common.json)
        let manifest = try await workplace.manifestForReading()
        for name in names where common.json || !check {
            try await report(name, manifest: manifest, workplace: workplace, to: output)
        }
        let space = try? workplace.root.diskSpace()
        let alarms = try await workplace.alarms(of: names, manifest: manifest, space: space)
        for alarm in alarms {
            try output.json(AlarmLine(alarm))
            output.text(alarm.line)
        }
        if check {
            if alarms.isEmpty { output.text("OK") }
        } else {
            tell(of: space, workplace: workplace, to: output)
        }
        try output.json(
            Summary(
                root: workplace.root.path,
                freeBytes: space?.freeBytes,
                totalBytes: space?.totalBytes,
                minimumFreeBytes: workplace.settings.archive.minimumFreeBytes,
                openArchives: (try? workplace.root.openArchives().count) ?? 0,
                alarms: alarms.count
            )
        )
        output.flush()
        if check { throw ExitCode(ExitStatus.worst(alarms.map(ExitStatus.init(alarm:))).rawValue) }
    }

    private func tell(of space: DiskSpace?, workplace: Workplace, to output: Output) {
        guard let space else { return output.text("disk: nothing at \(workplace.root.path) yet") }
        output.text(
            "disk: \(Readable.bytes(space.freeBytes)) of \(Readable.bytes(space.totalBytes)) free at "
                + "\(workplace.root.path); downloads stop below "
                + Readable.bytes(workplace.settings.archive.minimumFreeBytes)
        )
    }

    private func report(
        _ name: OrganizationName,
        manifest: Manifest?,
        workplace: Workplace,
        to output: Output
    ) async throws {
        let disagreements = try await manifest?.disagreements(name) ?? []
        let days = try await days(of: name, manifest, disagreements, workplace)
        let complete = try await manifest?.lastCompletePass(name, reachingNow: true)
        let last = try await manifest?.lastPass(name)
        let listedThrough = try await manifest?.watermark(name)
        output.text("\(name)")
        if !days.isEmpty {
            output.text("  day         expected  archived  stored  pending  failed  damaged  gaps  explained  suspect")
        }
        let differing = Dictionary(grouping: disagreements, by: \.day)
        for day in days {
            let sources = differing[day.day] ?? []
            try output.json(DayLine(organization: name, day, differing: sources.map(\.source)))
            for witness in sources { try output.json(WitnessLine(witness)) }
            let counts = [
                (day.expected, 8), (day.archived, 8), (day.stored, 6), (day.pending, 7), (day.failed, 6),
                (day.damaged, 7), (day.gaps, 4), (day.explained, 9), (day.suspect, 7),
            ]
            let state = day.isDamaged ? ["DAMAGED"] : day.isClosed ? ["closed"] : []
            let states = state + sources.map { "does not fit \($0.source.name)" }
            output.text(
                "  \(day.day)  " + counts.map { "\($0.0)".leftPadded(to: $0.1) }.joined(separator: "  ")
                    + (states.isEmpty ? "" : "  \(states.joined(separator: ", "))")
            )
        }
        for complaint in disagreements.compactMap(\.detailedComplaint) { output.text("  \(complaint)") }
        let reading = try await manifest?.readingStatus(name) ?? ReadingStatus()
        let token = try await workplace.tokenStatus(of: name)
        try output.json(
            OrganizationLine(
                organization: name.description,
                lastCompletePass: complete?.endedTime?.description,
                lastPass: last?.endedTime?.description,
                lastPassOutcome: last?.outcome?.rawValue,
                lastPassReason: last?.reason,
                listedThrough: listedThrough?.description,
                accessTokenExpires: token?.accessExpires?.description,
                refreshTokenExpires: token?.refreshExpires?.description,
                refreshTokenRefused: token?.refusal?.time.description,
                allReadSince: reading.allReadSince?.description,
                archivesNeverRead: reading.neverRead,
                archivesWithFaults: reading.faulty,
                daysDiffering: differing.count
            )
        )
        output.text("  last complete pass up to the present: \(complete?.endedTime?.description ?? "none yet")")
        if let last, last.id != complete?.id { output.text("  last pass: \(Self.text(of: last))") }
        output.text("  listed through: \(listedThrough?.description ?? "not yet")")
        output.text("  archives: \(Self.text(of: reading))")
        output.text("  token: \(token.map(Self.text) ?? "not used yet")")
    }

    /// Days of which anything is known here; and those of which only another source knows something.
    private func days(
        of name: OrganizationName,
        _ manifest: Manifest?,
        _ disagreements: [DayWitness],
        _ workplace: Workplace
    ) async throws -> [DayStatus] {
        guard let manifest else { return [] }
        let standpoint = try await workplace.standpoint(of: name, manifest)
        let known = try await manifest.dayStatuses(organization: name, at: standpoint)
        let unknown = Set(disagreements.map(\.day)).subtracting(known.map(\.day))
        return (known + unknown.map { DayStatus(organization: name, day: $0) }).sorted { $0.day < $1.day }
    }

    private static func text(of reading: ReadingStatus) -> String {
        guard reading.archives > 0 else { return "none yet" }
        let faults = reading.faulty == 0 ? "" : "; \(reading.faulty) had faults when they were read last"
        guard reading.neverRead == 0 else {
            return "\(reading.neverRead) of \(reading.archives) never read back\(faults)"
        }
        return "all read back since \(reading.oldest?.description ?? "")\(faults)"
    }

    private static func text(of pass: PassRow) -> String {
        let ended = pass.endedTime?.description ?? "?"
        let outcome =
            switch pass.outcome {
            case .complete: "complete, from \(pass.window.lowerBound) to \(pass.window.upperBound)"
            case .failed: "could not go on"
            default: "not complete"
            }
        return "\(ended), \(outcome)\(pass.reason.map { " (\($0))" } ?? "")"
    }

    private static func text(of token: TokenStatus) -> String {
        if let refusal = token.refusal { return "the refresh token was refused by the provider at \(refusal.time)" }
        let access = token.accessExpires.map { "valid until \($0)" } ?? "of unknown lifetime"
        guard let refresh = token.refreshExpires else { return access }
        return "\(access), can be refreshed until \(refresh)"
    }

    private struct DayLine: Encodable {
        let type = "day"
        var organization: String
        var day: ArchiveDay
        var expected: Int
        var archived: Int
        var stored: Int
        var pending: Int
        var failed: Int
        var damaged: Int
        var gaps: Int
        var explained: Int
        var unexplained: Int
        var suspect: Int
        var closed: Bool
        /// `closed`, `open`, or `damaged`.
        var state: String
        /// Other sources of the provider's whose counts of the day do not fit; a line of type `witness` has each.
        var differing: [DayWitness.Source]

        init(organization: OrganizationName, _ status: DayStatus, differing: [DayWitness.Source]) {
            self.differing = differing
            self.organization = organization.description
            day = status.day
            expected = status.expected
            archived = status.archived
            stored = status.stored
            pending = status.pending
            failed = status.failed
            damaged = status.damaged
            gaps = status.gaps
            explained = status.explained
            unexplained = status.unexplained
            suspect = status.suspect
            closed = status.isClosed
            state = status.isDamaged ? "damaged" : status.isClosed ? "closed" : "open"
        }
    }

    private struct OrganizationLine: Encodable {
        let type = "organization"
        var organization: String
        /// Of those that joined what had been listed and reached to their own time.
        var lastCompletePass: String?
        /// The last one over any window that went through or could not go on.
        var lastPass: String?
        var lastPassOutcome: String?
        var lastPassReason: String?
        var listedThrough: String?
        var accessTokenExpires: String?
        var refreshTokenExpires: String?
        /// When the provider refused the refresh token; absent where it has not.
        var refreshTokenRefused: String?
        /// When the byte was last read whose reading is longest ago; absent where some were never read.
        var allReadSince: String?
        var archivesNeverRead: Int
        var archivesWithFaults: Int
        /// Days that do not fit what another source of the provider's counts.
        var daysDiffering: Int

        enum CodingKeys: String, CodingKey {
            case type, organization
            case lastCompletePass = "last_complete_pass"
            case lastPass = "last_pass"
            case lastPassOutcome = "last_pass_outcome"
            case lastPassReason = "last_pass_reason"
            case listedThrough = "listed_through"
            case accessTokenExpires = "access_token_expires"
            case refreshTokenExpires = "refresh_token_expires"
            case refreshTokenRefused = "refresh_token_refused"
            case allReadSince = "all_read_since"
            case archivesNeverRead = "archives_never_read"
            case archivesWithFaults = "archives_with_faults"
            case daysDiffering = "days_differing"
        }
    }

    private struct Summary: Encodable {
        let type = "summary"
        var root: String
        var freeBytes: Int64?
        var totalBytes: Int64?
        var minimumFreeBytes: Int64
        var openArchives: Int
        var alarms: Int

        enum CodingKeys: String, CodingKey {
            case type, root, alarms
            case freeBytes = "free_bytes"
            case totalBytes = "total_bytes"
            case minimumFreeBytes = "minimum_free_bytes"
            case openArchives = "open_archives"
        }
    }
}
