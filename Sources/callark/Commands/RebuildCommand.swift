import Reports
import Archiver
import ArgumentParser
import DailyArchive
import Evidence
import Files
import Foundation
import Logging
import Manifest
import Payloads
import Recordings
import Settings
import Vault
import Wiring

struct RebuildCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rebuild",
        abstract: "Make a new manifest from the daily archives and the evidence log.",
        discussion: """
            Use this if the manifest is lost or damaged; then no flag is needed. If the manifest is sound (exit code \
            64), or knows recordings or checksums that the archives do not have (65), this lists the differences and \
            changes nothing: find out why, then run it with --discard-old. What people did and explained \
            comes back from the evidence log; what only the old manifest has is not in the new one: passes, and what \
            happened in them.

            It reads every sealed archive from end to end, which takes as long as `callark verify`, and compares \
            headers and recordings with the metadata, the checksum files, the side file and the evidence log. Archives \
            that the log says were sealed, and that are neither on the disk nor in the vault, are named (65), and stay \
            damaged until their recordings are in other archives or explained. Intact recordings in the spool stay \
            stored. The old manifest is kept next to the new one, which replaces it only when it is complete. From a \
            damaged archive, whatever is intact is taken; everything else is named, and the exit code is 65.

            `callark serve` has to be stopped before (75), because it has the manifest open.

            If a vault is configured (docs/vault.md), archives that only the vault has are added too, by their metadata: \
            their recordings are not read; `callark verify --remote` does that.

            --from-vault is for a machine that has nothing but the configuration and the secrets: it makes archive.root if \
            that is missing or empty, fetches the evidence logs, and adds every archive by its metadata, which takes few \
            bytes per recording. An interrupted run resumes where it ended. The next pass then lists from where \
            everything before is in the vault, and fetches again what was lost with the other machine. An evidence log \
            continues if this machine remembers that nothing was signed after what the vault has, and begins a new epoch \
            otherwise. Only one machine may write: add --take-over if the other one is gone.

            EXAMPLES
              callark rebuild
              callark rebuild --discard-old
              # the machine is gone
              callark rebuild --from-vault --take-over
            """
    )

    @OptionGroup var common: CommonOptions

    @Flag(
        help:
            "Replace the old manifest even if it is sound or contradicts the archives; it is kept next to the new one."
    )
    var discardOld = false

    @Flag(help: "Make archive root, evidence logs and manifest out of what the vault has.")
    var fromVault = false

    @Flag(help: "With --from-vault: make this archive root the one that writes to the vault.")
    var takeOver = false

    func validate() throws {
        if takeOver && !fromVault {
            throw ValidationError("--take-over goes with --from-vault; otherwise run `callark vault take-over`")
        }
    }

    func run() async throws {
        let installation = try Installation(common, usesRoot: !fromVault, needsSecrets: false)
        installation.warnOfNetworkFileSystem()
        if fromVault { try prepareRoot(of: installation) }
        try await Handover.requireNoService(over: installation.root, for: "rebuild")
        let output = Output(json: common.json)
        let vault: StoreVault? = try fromVault ? VaultCommand.open(in: installation) : installation.openVault()
        if takeOver, let vault {
            for line in VaultTakeOverLine.text(try await vault.takeOver(), vault.place) { output.text(line) }
        }
        let contents = vault.map { StoreVaultContents($0) }
        let summary: Rebuild.Summary
        do {
            defer { output.flush() }
            let rebuild = Rebuild(
                root: installation.root,
                schedule: AskSchedule(horizon: installation.settings.captures.horizon),
                logger: installation.logger,
                actor: Operator.current,
                logs: installation.evidence,
                organizations: Dictionary(
                    installation.settings.organizations.map { ($0.name, $0.organizationID) }
                ) { first, _ in first },
                vault: contents
            )
            summary = try await rebuild.run(
                now: Timestamp(Date()),
                discardingOld: discardOld,
                restoresRecords: fromVault
            ) { name in
                installation.logger.info("archive is taken in", metadata: ["archive.name": "\(name)"])
            }
            installation.evidence.takeNewLogs().forEach(Diagnostics.notice)
            for fault in summary.contradictions.faults + summary.faults {
                try VerificationLines.write(fault, to: output)
            }
            let unnamed = summary.contradictions.count - summary.contradictions.faults.count
            if unnamed > 0 { output.text("and \(unnamed) more contradictions") }
            for remark in summary.remarks { Diagnostics.warning(remark) }
            if let refusal = summary.refusal {
                throw Self.error(refusal, summary, path: installation.root.manifestPath)
            }
            try output.json(RebuildSummaryLine(summary))
            output.text(
                "new manifest: \(Readable.count(summary.archives, "archive")) with "
                    + "\(Readable.count(summary.recordings, "recording")), \(summary.stored) more from the spool"
            )
            if !summary.gone.isEmpty {
                output.text(
                    "\(Readable.count(summary.gone.count, "archive")) that the evidence log knows \(summary.gone.count == 1 ? "is" : "are") "
                        + "nowhere: \(Readable.count(Int(summary.goneRecordings), "recording")) lost; run `callark verify --repair`"
                )
            }
            if let previous = summary.previousManifest { output.text("the old manifest is now \(previous)") }
            if let contents { try await report(summary, contents, installation, to: output) }
        }
        let isDamaged = !summary.faults.isEmpty || !summary.contradictions.isEmpty
        if isDamaged { throw ExitCode(ExitStatus.damage.rawValue) }
    }

    /// Makes the root if the folder is missing or empty.
    private func prepareRoot(of installation: Installation) throws {
        guard let id = CanonicalUUID(UUID().uuidString.lowercased()) else {
            throw CommandError(.bug, "Foundation's UUID is none")
        }
        let identity = RootIdentity(id: id, createdTime: installation.now)
        if try installation.root.initialize(as: identity).isNew {
            Diagnostics.notice("made the archive root \(installation.root.path), \(id)")
        }
    }

    /// What came from the vault, what that took, and what is to be done next.
    private func report(
        _ summary: Rebuild.Summary,
        _ contents: StoreVaultContents,
        _ installation: Installation,
        to output: Output
    ) async throws {
        let inventory = try await contents.inventory()
        let archives = Readable.count(summary.vaulted, "archive")
        output.text("only the vault has \(archives); their recordings were not read")
        if inventory.leftOut > 0 {
            let copies = Readable.count(inventory.leftOut, "copy", "copies")
            output.text("left out: \(copies) that a replaced machine put, or that nobody can account for")
        }
        let cost = summary.cost
        let each = summary.recordings > 0 ? ", \(cost.byteCount / Int64(summary.recordings)) B per recording" : ""
        output.text(
            "asked the vault \(Readable.count(cost.requests, "time")), read \(Readable.bytes(cost.byteCount))\(each)"
        )
        for log in summary.logs {
            let entries = Readable.count(Int(log.size), "entry", "entries")
            let next = log.reason.map { "begins a new epoch, \(log.key.name): \($0)" } ?? "goes on"
            output.text("\(log.organization): the evidence log with \(entries) \(next)")
            if let file = log.newKeyFile { output.text("  the key is new: back up \(file), apart from the archive") }
        }
        let root = try installation.root.identity().id.description
        if let writer = inventory.writer, writer.root != root {
            output.text("this archive root may only read: run `callark vault take-over` if the other machine is gone")
        }
    }

    private static func error(_ refusal: Rebuild.Refusal, _ summary: Rebuild.Summary, path: String) -> CommandError {
        switch refusal {
        case .contradicted:
            let count = Readable.count(summary.contradictions.count, "contradiction")
            return CommandError(
                .damage,
                "\(count) between \(path) and the archives; nothing was changed; check each, restore what is lost from a "
                    + "backup, and pass --discard-old to trust the archives"
            )
        case .sound:
            return CommandError(
                .usage,
                "\(path) is sound and the archives agree with it; nothing was changed; pass --discard-old to make a new "
                    + "one anyway, without its passes"
            )
        }
    }

}
