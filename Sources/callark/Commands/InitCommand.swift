import Reports
import ArgumentParser
import DailyArchive
import Files
import Foundation
import Recordings
import Wiring

struct InitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Make archive.root the root of an archive, once.",
        discussion: """
            Writes callark.json, with an identity of its own, into archive.root, and creates the folder if it is \
            missing. Every command that uses the root refuses a folder without that file, because an empty folder \
            may be a disk that is not mounted. So run this by hand, once for each root, and never from a service or \
            from a script that starts one.

            It takes a folder that is missing or empty, or one that has archives but no identity, such as one \
            restored from a backup: those archives are counted, and none is changed. A root that has an identity \
            keeps it. Any other folder is refused (exit code 78).

            EXAMPLES
              callark init
              callark init --config /etc/callark/callark.yaml
            """
    )

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let installation = try Installation(common, usesRoot: false, needsSecrets: false)
        let result = try initialize(installation.root, now: installation.now)
        installation.warnOfNetworkFileSystem()
        let output = Output(json: common.json)
        defer { output.flush() }
        try output.json(RootLine(result, path: installation.root.path))
        try output.json(SummaryLine(created: result.isNew))
        let zone = installation.timeZone
        let since = result.isNew ? "created now" : "created \(result.identity.createdTime.named(in: zone))"
        output.text("archive \(result.identity.id) at \(installation.root.path), \(since)")
        guard result.isNew, result.sealedArchives + result.openArchives > 0 else { return }
        output.text(
            "\(Readable.count(result.sealedArchives, "sealed archive")) and "
                + "\(Readable.count(result.openArchives, "open archive")) found, left unchanged"
        )
        if !FileManager.default.fileExists(atPath: installation.root.manifestPath) {
            output.text("there is no manifest: run `callark rebuild` to make one from the archives")
        }
    }

    /// - Throws: ``CommandError`` with exit code 78 if the root has an identity that cannot be used; `ArchiveError`.
    private func initialize(_ root: ArchiveRoot, now: Timestamp) throws -> ArchiveRoot.Initialization {
        guard let id = CanonicalUUID(UUID().uuidString.lowercased()) else {
            throw CommandError(.bug, "Foundation's UUID is none")
        }
        do {
            return try root.initialize(as: RootIdentity(id: id, createdTime: now))
        } catch  where error.code == .damaged {
            throw CommandError(.configuration, error.message)
        }
    }

    private struct RootLine: Encodable {
        let type = "root"
        var path: String
        var id: String
        var format: Int64
        var createdTime: String
        /// Whether this command created it.
        var created: Bool
        var sealedArchives: Int
        var openArchives: Int

        init(_ result: ArchiveRoot.Initialization, path: String) {
            self.path = path
            id = result.identity.id.description
            format = result.identity.format
            createdTime = result.identity.createdTime.description
            created = result.isNew
            sealedArchives = result.sealedArchives
            openArchives = result.openArchives
        }

        enum CodingKeys: String, CodingKey {
            case type, path, id, format, created
            case createdTime = "created_time"
            case sealedArchives = "sealed_archives"
            case openArchives = "open_archives"
        }
    }

    private struct SummaryLine: Encodable {
        let type = "summary"
        var created: Bool
    }
}
