import Archiver
import ArgumentParser
import Backups
import Evidence
import Files
import Foundation
import Recordings
import Reports
import Settings
import Wiring

struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy the manifest, the evidence logs, the service's keys and the configuration to a folder.",
        discussion: """
            Passes and the service may run meanwhile. The folder must be missing or empty; it is complete as soon as it has \
            its name, and `sha256sum -c SHA256SUMS` checks it. Only this account can read it.

            It does not contain the daily archives, which never change: copy archives/ below archive.root with any tool that \
            copies new files. Nor does it contain secrets: with --secrets it has the tokens, and the key of the evidence logs \
            if that is below archive.root. Keep such a backup apart from the archives, because anyone who has it can sign.

            EXAMPLES
              callark backup /backup/$(date +%F)
              callark backup /media/safe/callark --secrets
            """
    )

    @OptionGroup var common: CommonOptions

    @Argument(help: "The folder to make.", completion: .directory)
    var folder: String

    @Flag(help: "Copy tokens and the key of the evidence logs, too.")
    var secrets = false

    func run() async throws {
        let installation = try Installation(common, needsSecrets: false)
        let path = URL(filePath: folder).standardizedFileURL.path
        let backup = Backup(
            of: installation.root,
            configuration: installation.loaded.path,
            version: Callark.version,
            includesSecrets: secrets
        )
        let now = installation.now
        let summary = try await BlockingWork.run { _ throws(any Error) in try backup.run(to: path, now: now) }
        let output = Output(json: common.json)
        defer { output.flush() }
        try output.json(Line(path: path, secrets: secrets, summary))
        var parts = ["the manifest", Readable.count(summary.logs.count, "evidence log"), "the configuration"]
        if summary.hasKeys { parts.append("the service's keys") }
        if secrets { parts.append("secrets") }
        output.text("\(path): \(parts.joined(separator: ", ")); \(Readable.bytes(summary.bytes))")
        output.text("the archives are not in it: copy \(installation.root.archivesPath) too")
        if !secrets {
            output.text("nor are tokens and the key of the evidence logs: see --secrets")
        } else if installation.evidence.setup.keyFile.path != installation.root.logKeyPath {
            output.text("nor is \(installation.evidence.setup.keyFile.path): back it up, apart from the archive")
        }
    }

    private struct Line: Encodable {
        let type = "summary"
        var path: String
        var files: Int
        var bytes: Int64
        var logs: [String]
        var keys: Bool
        var secrets: Bool

        init(path: String, secrets: Bool, _ summary: Backup.Summary) {
            self.path = path
            self.secrets = secrets
            files = summary.files
            bytes = summary.bytes
            logs = summary.logs.map(\.description)
            keys = summary.hasKeys
        }
    }
}
