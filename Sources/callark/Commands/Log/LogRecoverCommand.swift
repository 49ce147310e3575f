import Reports
import Archiver
import ArgumentParser
import Evidence
import Foundation
import Recordings
import Settings
import Wiring

struct LogRecoverCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recover",
        abstract: "Recover an evidence log that cannot be written to: from a copy, or by starting a new epoch.",
        discussion: """
            Passes stop with exit code 65 if the log is damaged, or lacks entries that it had because an older state of it \
            was put back; and with 78 if its key is missing.

            Give the newest copy of the log's folder with --from. It has to hold, and to have everything that is known of the \
            log; otherwise nothing is changed. If there is no copy, a new epoch is begun: a new log, whose first entry names \
            origin, size and root of the last known state of the old one. What is left of the old log is kept below the new \
            one. Then the log adopts what it lacks of the archives, and proves that from now on.

            A log that holds is left as it is. No pass may run meanwhile (75). If the command is interrupted, run it again; \
            once the log can be written to again, the next pass adopts the rest too.

            EXAMPLES
              callark log recover --org acme --from /backup/log/acme
              # no copy is left
              callark log recover --org acme
            """
    )

    @OptionGroup var common: CommonOptions

    @Option(help: "The organization; needed if there is more than one.", transform: OrganizationName.init(argument:))
    var org: OrganizationName?

    @Option(help: "The folder of a copy of the log.", completion: .directory)
    var from: String?

    func run() async throws {
        let installation = try Installation(common, needsSecrets: false)
        let organization = try installation.organization(named: org).name
        let output = Output(json: common.json)
        defer { output.flush() }
        let logs = installation.evidence
        let copy = from.map { LogFolder(path: URL(filePath: $0).standardizedFileURL.path) }
        let recovery = LogRecovery(root: installation.root, logs: logs)
        guard let outcome = try await recovery.run(organization, from: copy) else {
            try output.json(Line(organization: organization, recovered: false))
            return output.text("\(organization): the evidence log holds; nothing was changed")
        }
        try output.json(Line(organization, outcome))
        output.text("\(organization): the evidence log is \(outcome.key.name), key \(outcome.key.fingerprint)")
        if outcome.isResumed {
            output.text("  it could be written to; what an interrupted recovery had not adopted is adopted now")
        }
        if let previous = outcome.previous {
            output.text(
                "  it continues \(previous.origin), of which \(previous.size) entries with root \(previous.root.base64) are known"
            )
        }
        if let file = outcome.newKeyFile { output.text("  the key is new: back up \(file), apart from the archive") }
        output.text(
            "  adopted: \(Readable.count(outcome.archives, "archive")), \(Readable.count(outcome.recordings, "recording"))"
        )
        for (name, message) in outcome.contradictions { Diagnostics.warning("\(name): \(message)") }
        if !outcome.contradictions.isEmpty { throw ExitCode(ExitStatus.damage.rawValue) }
    }

    private struct Line: Encodable {
        let type = "summary"
        var organization: OrganizationName
        var recovered: Bool
        var origin: String?
        /// The state that a new epoch continues from.
        var previousOrigin: String?
        var previousSize: Int64?
        var previousRoot: String?
        var archives: Int?
        var recordings: Int?
        var contradictions: Int?

        init(organization: OrganizationName, recovered: Bool) {
            self.organization = organization
            self.recovered = recovered
        }

        init(_ organization: OrganizationName, _ outcome: LogRecovery.Outcome) {
            self.init(organization: organization, recovered: true)
            origin = outcome.key.name
            previousOrigin = outcome.previous?.origin
            previousSize = outcome.previous?.size
            previousRoot = outcome.previous?.root.base64
            archives = outcome.archives
            recordings = outcome.recordings
            contradictions = outcome.contradictions.count
        }

        enum CodingKeys: String, CodingKey {
            case type, organization, recovered, origin, archives, recordings, contradictions
            case previousOrigin = "previous_origin"
            case previousSize = "previous_size"
            case previousRoot = "previous_root"
        }
    }
}
