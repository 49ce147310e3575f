import Archiver
import ArgumentParser
import Backups
import Evidence
import Files
import Foundation
import Manifest
import Recordings
import Reports
import Settings
import Wiring

struct RestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Put a backup of the manifest, the evidence logs and the service's keys in place.",
        discussion: """
            Checks every file of the backup first. archive.root may be missing or empty, have archives only, or be the root \
            that was backed up. Stop the service and all timers first (75).

            Evidence logs, tokens and keys that already exist are kept, because they are newer. An existing manifest and \
            service database are moved aside only with --replace (64). The configuration is not put in place: the backup \
            has it as configuration/callark.yaml.

            Then it says what is older than the rest, and what to do: archives that the backup does not know yet, archives \
            that are missing or only in the vault (65), and evidence logs that lack entries (65). A log that comes from \
            the backup continues in a new epoch, because it may have had more entries. If you have a newer copy of a log, \
            put it in place first.

            EXAMPLES
              callark restore /backup/2025-11-20
              # replaces an existing manifest
              callark restore /backup/2025-11-20 --replace
            """
    )

    @OptionGroup var common: CommonOptions

    @Argument(help: "The folder of the backup.", completion: .directory)
    var folder: String

    @Flag(help: "Move an existing manifest and service database aside.")
    var replace = false

    func run() async throws {
        let installation = try Installation(common, usesRoot: false, needsSecrets: false)
        let root = installation.root
        let path = URL(filePath: folder).standardizedFileURL.path
        let (now, replacing) = (installation.now, replace)
        let restore = Restore(from: path, into: root)
        let summary = try await BlockingWork.run { _ throws(any Error) in
            try restore.run(replacing: replacing, now: now)
        }
        let output = Output(json: common.json)
        var findings: [Finding] = []
        do {
            defer { output.flush() }
            let time = summary.backupTime.named(in: installation.timeZone)
            output.text("\(root.path): restored as of \(time)")
            for old in summary.replaced { output.text("  what was there is now \(old)") }
            if !summary.logs.isEmpty { output.text("  evidence logs: \(Self.list(summary.logs))") }
            if !summary.keptLogs.isEmpty { output.text("  evidence logs, kept: \(Self.list(summary.keptLogs))") }
            if !summary.credentials.isEmpty { output.text("  secrets: \(summary.credentials.joined(separator: ", "))") }
            output.text("  the configuration is \(summary.configuration)")
            findings = try await Self.findings(summary, time, installation)
            for finding in findings {
                try output.json(FindingLine(finding))
                output.text("\(finding.message)")
            }
            try output.json(SummaryLine(root: root.path, summary))
        }
        let worst = ExitStatus.worst(findings.map(\.status))
        if worst != .complete { throw ExitCode(worst.rawValue) }
    }

    private static func list(_ names: [OrganizationName]) -> String {
        names.map(\.description).joined(separator: ", ")
    }

    /// What is older than the rest, or missing.
    private struct Finding {
        var code: String
        var message: String
        var status = ExitStatus.complete
    }

    private static func findings(
        _ summary: Restore.Summary,
        _ time: String,
        _ installation: Installation
    ) async throws -> [Finding] {
        let root = installation.root
        let manifest = try Manifest(of: root, mode: .readOnly)
        let known = Set(try await manifest.sealedArchives().map(\.name))
        let evicted = try await manifest.evictedArchives().map(\.name)
        try manifest.close()
        let held = Set(try root.archives.list()).union(evicted)
        var findings: [Finding] = []
        let newer = held.subtracting(known)
        if !newer.isEmpty {
            let archives = Readable.count(newer.count, "archive")
            let verb = newer.count == 1 ? "is" : "are"
            let logs = summary.logs.isEmpty ? "" : " and the evidence logs"
            findings.append(
                Finding(
                    code: "backup_older",
                    message: "\(archives) on the disk \(verb) newer than the manifest\(logs): the next pass adds "
                        + "what is new; if there is a newer copy of a log, put that in place first"
                )
            )
        }
        let absent = known.subtracting(held)
        if !absent.isEmpty {
            let archives = Readable.count(absent.count, "archive")
            let verb = absent.count == 1 ? "is" : "are"
            findings.append(
                Finding(
                    code: "archives_missing",
                    message: "\(archives) of the manifest \(verb) missing: put \(root.archivesPath) back from its "
                        + "copy, then run `callark verify --quick`",
                    status: .damage
                )
            )
        }
        let unread = Set(try root.archives.lost()).subtracting(known).subtracting(evicted)
        if !unread.isEmpty {
            findings.append(Self.finding(ofUnread: unread.count, hasVault: installation.settings.vault != nil))
        }
        findings += try await self.findings(ofLogs: summary, installation)
        findings += try await findingsOfGone(installation)
        if summary.hasKeys {
            findings.append(
                Finding(
                    code: "keys_older",
                    message: "the service's keys are as of \(time): a key that was revoked since is valid again; "
                        + "compare `callark keys list` with `callark audit --type access.revoked`"
                )
            )
        }
        return findings
    }

    /// Archives that an evidence log knows, and that neither the manifest nor the disk has.
    private static func findingsOfGone(_ installation: Installation) async throws -> [Finding] {
        let keyFile = installation.evidence.setup.keyFile
        let verification = try VerificationRun.reading(installation.root, keyFile: keyFile)
        defer { try? verification.manifest?.close() }
        let gone = try await verification.gone()
        guard !gone.isEmpty else { return [] }
        let archives = Readable.count(gone.count, "archive")
        let verb = gone.count == 1 ? "is" : "are"
        return [
            Finding(
                code: "archives_gone",
                message: "\(archives) of the evidence log \(verb) neither in the manifest nor on the disk: put "
                    + "\(installation.root.archivesPath) back from its copy, then run `callark rebuild --discard-old`",
                status: .damage
            )
        ]
    }

    private static func findings(
        ofLogs summary: Restore.Summary,
        _ installation: Installation
    ) async throws -> [Finding] {
        var findings: [Finding] = []
        for organization in summary.logs + summary.keptLogs {
            guard let error = await check(organization, installation) else { continue }
            // If a state is remembered next to the key, it is known that entries are lost.
            let memory = installation.evidence.setup.keyFile.newestPath(organization)
            let isOfBackup = try summary.logs.contains(organization) && FileSystem.status(of: memory) == nil
            if error.code == .rolledBack, isOfBackup {
                findings.append(try await beginEpoch(organization, installation))
            } else {
                let code = "log_\(error.code.rawValue)"
                findings.append(Finding(code: code, message: "\(error)", status: ExitStatus(error)))
            }
        }
        return findings
    }

    /// Archives that were sealed after the backup, and whose files are not on the disk: a vault may have them. A pass would
    /// ask the provider for their recordings again.
    private static func finding(ofUnread count: Int, hasVault: Bool) -> Finding {
        let advice =
            hasVault
            ? "if the vault has them, run `callark rebuild --discard-old`, which adds them from there"
            : "put their files back from a copy"
        return Finding(
            code: "archives_unread",
            message:
                "\(Readable.count(count, "archive")) newer than the manifest left only checksum files on the disk: "
                + "before the next pass, \(advice)",
            status: .damage
        )
    }

    /// Continues a log that came from the backup, in a new epoch. It is unknown how many entries were added after the
    /// backup, so in the old epoch a number could be given twice. The new epoch names the last known state.
    private static func beginEpoch(
        _ organization: OrganizationName,
        _ installation: Installation
    ) async throws -> Finding {
        let recovery = LogRecovery(root: installation.root, logs: installation.evidence)
        let outcome = try await recovery.run(organization, from: nil)
        let known = outcome?.previous.map { Readable.count(Int($0.size), "entry", "entries") } ?? "entries"
        return Finding(
            code: "log_begun",
            message: "\(organization): the evidence log continues in a new epoch, after \(known) of the backup; "
                + "entries that were logged later are missing"
        )
    }

    /// Opens a log as a pass would.
    private static func check(_ organization: OrganizationName, _ installation: Installation) async -> EvidenceError? {
        do throws(EvidenceError) {
            let place = try installation.evidence.place(of: organization)
            try await BlockingWork.run { _ throws(EvidenceError) in _ = try EvidenceLog.openExisting(place) }
            return nil
        } catch {
            return error
        }
    }

    private struct FindingLine: Encodable {
        let type = "finding"
        var code: String
        var message: String

        init(_ finding: Finding) {
            code = finding.code
            message = finding.message
        }
    }

    private struct SummaryLine: Encodable {
        let type = "summary"
        var root: String
        var backupTime: String
        var configuration: String
        var keys: Bool
        var logs: [String]
        var keptLogs: [String]
        var credentials: [String]
        var keptCredentials: [String]
        var replaced: [String]

        init(root: String, _ summary: Restore.Summary) {
            self.root = root
            backupTime = summary.backupTime.description
            configuration = summary.configuration
            keys = summary.hasKeys
            logs = summary.logs.map(\.description)
            keptLogs = summary.keptLogs.map(\.description)
            credentials = summary.credentials
            keptCredentials = summary.keptCredentials
            replaced = summary.replaced
        }

        enum CodingKeys: String, CodingKey {
            case type, root, configuration, keys, logs, credentials, replaced
            case backupTime = "backup_time"
            case keptLogs = "kept_logs"
            case keptCredentials = "kept_credentials"
        }
    }
}
