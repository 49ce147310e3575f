import Reports
import Archiver
import ArgumentParser
import Evidence
import Files
import Foundation
import Manifest
import Payloads
import Recordings
import Settings
import Wiring

struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "List who did what, when, to which call, and why, out of the evidence log.",
        discussion: """
            Reads the signed, append-only log, and compares every entry with its checkpoint first: what is listed is all that the \
            newest checkpoint signs of this. Only someone who has the log's key could have signed something else, and only after \
            what anchors have seen: `callark log status` says how much that is. The exit code is 65 if the log does not hold, or if \
            earlier epochs are missing, do not hold, or have lost entries. What is in no checkpoint yet is listed too, and counted \
            below the table. Entries of stored recordings are left out unless --type asks for them.

            RECORDING is empty for what is about a whole call. REASON is what a person gave as a reason; of an explained gap it \
            is the kind, and `callark events` has the words. ENTRY counts within an epoch of the log; EPOCH says in which, if there \
            is more than one.

            An export (--csv, --json, --proofs) is itself noted in the log (audit.exported) before its first line; if it cannot \
            be, the exit code is 77 (see audit.required). The first line of an export names its checkpoint.

            --proofs writes two files for each act: the entry, and the proof (c2sp.org/tlog-proof) that the log has it, named \
            after organization, epoch and number, as `callark log prove` does. An entry that is in no checkpoint yet has \
            none; then the exit code is 75.

            EXAMPLES
              # who has listened to this call?
              callark audit --task TASK_ID
              callark audit --type audio.accessed --month last
              # for an auditor
              callark audit --org acme --month last --csv > audit.csv
              # the same, and a proof of each line
              callark audit --csv --proofs proofs > audit.csv
              cd proofs && callark log verifier -o verify.py
              python3 verify.py proof acme-1-17.tlog-proof \\
                acme-1-17.entry --key VKEY
            """
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var window: WindowOptions

    @Option(help: "Only this organization.", transform: OrganizationName.init(argument:))
    var org: OrganizationName?

    @Option(help: "Only this task.", transform: TaskID.init(argument:))
    var task: TaskID?

    @Option(help: "Only what this account, key or person did: the name in full.")
    var actor: String?

    @Option(help: "Only entries of this type; may be given more than once.")
    var type: [LogEntryType] = []

    @Option(help: "Why the export is made, in your own words; it is kept in the evidence log.")
    var reason: String?

    @Flag(help: "Print CSV (RFC 4180), after a line that begins with # and names the checkpoint.")
    var csv = false

    @Option(help: "Also write the proof of each listed entry into this folder.", completion: .directory)
    var proofs: String?

    func validate() throws {
        if csv && common.json { throw ValidationError("--csv and --json exclude each other") }
    }

    func run() async throws {
        let installation = try Installation(common, needsSecrets: false)
        let output = Output(json: common.json)
        defer { output.flush() }
        let names = try installation.organizations(named: org.map { [$0] } ?? [])
        if csv, names.count > 1 {
            throw CommandError(.usage, "a CSV file covers one log: name one organization with --org")
        }
        let known = try await known(in: installation)
        let filter = AuditFilter(
            task: known?.first?.id ?? task,
            actor: actor,
            window: try window.window(in: installation).instants,
            types: Set(type)
        )
        var all: [(organization: OrganizationName, audit: Audit, count: Int)] = []
        for organization in names {
            let folder = LogFolder(organization, in: installation.root.logsPath)
            guard folder.exists else { continue }
            func audit() throws -> Audit {
                try Audit(LogEpochs(of: organization, in: folder, keyFile: installation.evidence.setup.keyFile))
            }
            if csv || common.json || proofs != nil {
                try await installation.noteExport(of: audit().count(filter), organization, reason: reason)
            }
            // Read anew: the entry of the export itself belongs to the log that is shown.
            let shown = try audit()
            all.append((organization, shown, try shown.count(filter)))
        }
        let rows = all.map(\.count).reduce(0, +)
        if let task, known?.isEmpty == true, rows == 0 { throw CommandError.unknown([task]) }
        try requireKnownActor(all.map(\.audit))
        var proven = Proven()
        for (organization, audit, _) in all {
            try write(audit, of: organization, filter, installation.timeZone, &proven, to: output)
        }
        try writeEnd(all.map(\.audit), rows: rows, proven, in: installation, output)
        output.flush()
        let faults = all.flatMap(\.audit.faults)
        for fault in faults { Diagnostics.error("\(fault); what it had is not listed") }
        if !faults.isEmpty { throw ExitCode(ExitStatus.damage.rawValue) }
        guard let failure = proven.failure else { return }
        Diagnostics.error(failure)
        throw ExitCode(failure.status.rawValue)
    }

    // MARK: - Names

    /// The task that is asked for as the manifest knows it, whatever the capitals of its ID.
    /// - Returns: `nil` if none is asked for, or there is no manifest.
    private func known(in installation: Installation) async throws -> [TaskRow]? {
        guard let task else { return nil }
        return try await installation.manifestForReading()?.tasks(task, organization: org)
    }

    /// Refuses a name that is in no log: a misspelt one would find nothing, and look like an answer.
    private func requireKnownActor(_ audits: [Audit]) throws {
        let actors = audits.reduce(into: Set<String>()) { $0.formUnion($1.actors) }
        guard let actor, !audits.isEmpty, !actors.contains(actor) else { return }
        let near = NearestName.all(actor, among: actors.sorted()).map { "\"\($0)\"" }.joined(separator: ", ")
        let some = actors.sorted().prefix(5).joined(separator: ", ")
        let hint = near.isEmpty ? "the logs have \(some)" : "did you mean \(near)?"
        throw CommandError.unknown("actor", [actor], hint)
    }

    // MARK: - Writing

    private func write(
        _ audit: Audit,
        of organization: OrganizationName,
        _ filter: AuditFilter,
        _ timeZone: TimeZone,
        _ proven: inout Proven,
        to output: Output
    ) throws {
        for source in audit.sources {
            let position = source.position
            if csv { output.page("# \(position.origin): size \(position.size), root \(position.root.base64)\r") }
            try output.json(AuditCheckpointLine(source, of: organization, keyConfirmed: audit.isConfirmed))
            if !csv { output.text("\(position.origin): \(position.size) entries, root \(position.root.base64)") }
        }
        let table = Self.table(timeZone: timeZone, hasEpochs: audit.sources.count > 1)
        var writer = Table.Writer(table: table, output: output, asCSV: csv)
        if !audit.isConfirmed, !csv {
            output.text("checked with the key from the log itself: this account cannot read the key file")
        }
        // The widths of a table's columns come from as many rows as this.
        var batch: [AuditRow] = []
        try audit.forEachRow(filter) { row in
            try prove(row, in: audit, of: organization, &proven)
            batch.append(row)
            guard batch.count >= 200 else { return }
            try writer.write(batch)
            batch = []
        }
        try writer.write(batch)
        writer.end()
    }

    /// Writes the proof of an entry, if that is asked for, before the entry is listed.
    private func prove(
        _ row: AuditRow,
        in audit: Audit,
        of organization: OrganizationName,
        _ proven: inout Proven
    ) throws {
        guard let proofs else { return }
        guard let proof = try audit.proof(of: row) else {
            proven.missing += 1
            return
        }
        _ = try ProofFiles(folder: proofs).write(proof, of: organization)
        proven.written += 1
    }

    private func writeEnd(
        _ audits: [Audit],
        rows: Int,
        _ proven: Proven,
        in installation: Installation,
        _ output: Output
    ) throws {
        let unknown = audits.map(\.unknownEntries).reduce(0, +)
        if unknown > 0 {
            Diagnostics.warning("left out \(Readable.count(unknown, "entry", "entries")) that a later version wrote")
        }
        guard !csv else { return }
        let accepted = audits.flatMap(\.sources).map(\.accepted).reduce(0, +)
        let written = proofs == nil ? nil : proven.written
        let error = proven.failure?.description
        try output.json(Summary(rows: rows, accepted: accepted, unknown: unknown, proofs: written, error: error))
        if audits.isEmpty { return output.text("no evidence log yet: the first pass begins it") }
        let open = "\(Readable.count(accepted, "entry", "entries")) of the log in no checkpoint yet"
        let times = "\(Readable.count(rows, "act")); times in \(installation.timeZone.name)"
        output.text(accepted > 0 ? "\(times); \(open)" : times)
        if let proofs { output.text("\(Readable.count(proven.written, "proof")) in \(proofs)") }
    }

    /// How many of the listed entries have their proof in the folder.
    private struct Proven {
        var written = 0
        /// Those that are in no checkpoint yet.
        var missing = 0

        var failure: CommandError? {
            guard missing > 0 else { return nil }
            let acts = Readable.count(missing, "act")
            return CommandError(
                .incomplete,
                "\(acts) without a proof: in no checkpoint yet; run it again after the next pass"
            )
        }
    }

    /// - Parameter hasEpochs: whether there is more than one, so that people have to be told which.
    private static func table(timeZone: TimeZone, hasEpochs: Bool) -> Table<AuditRow> {
        Table(
            type: "audit",
            columns: [
                Table.Column(
                    name: "time",
                    heading: timeZone.heading("TIME"),
                    rank: 1,
                    value: { .text($0.entry.time.description) },
                    text: { $0.entry.time.text(in: timeZone, seconds: true) },
                    short: { $0.entry.time.text(in: timeZone) }
                ),
                .text("actor", "BY", rank: 2) { $0.entry.actor.name },
                .text("via") { $0.entry.actor.via.rawValue },
                .text("address") { $0.entry.actor.address },
                .text("action", "ACTION") { $0.entry.type.rawValue },
                .text("task_id", "TASK", rank: 3) { $0.entry.text(.taskID) },
                .text("recording", "RECORDING", rank: 6) { $0.recording },
                .text("reason", "REASON", rank: 4) { $0.entry.text(.reason) },
                .text("case", "CASE", rank: 5) { $0.entry.text(.caseName) },
                Table.Column(
                    name: "leaf",
                    heading: "ENTRY",
                    isNumber: true,
                    rank: 7,
                    value: { .integer($0.leaf) }
                ),
                Table.Column(
                    name: "epoch",
                    heading: hasEpochs ? "EPOCH" : nil,
                    isNumber: true,
                    rank: 8,
                    value: { Table.Value($0.epoch) }
                ),
            ],
            line: { AuditLine($0) }
        )
    }

    private struct Summary: Encodable {
        let type = "summary"
        var rows: Int
        /// Entries of the logs that are in no checkpoint yet.
        var accepted: Int
        /// Entries that a later version wrote.
        var unknown: Int
        /// How many proofs were written, if that was asked for.
        var proofs: Int?
        /// Why not all of them were.
        var error: String?
    }
}

extension LogEntryType: ExpressibleByArgument {}
