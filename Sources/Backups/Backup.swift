import Evidence
import Files
import Foundation
import Recordings

/// Makes a backup of what an archive has besides its archives: the manifest, the service's database, the evidence logs and
/// the configuration. Passes and the service go on meanwhile.
package struct Backup: Sendable {
    private let root: ArchiveRoot
    private let configuration: String
    private let version: String
    private let includesSecrets: Bool

    /// The outcome.
    package struct Summary: Sendable {
        package var files: Int
        package var bytes: Int64
        package var logs: [OrganizationName]
        package var hasKeys: Bool
    }

    /// - Parameters:
    ///   - configuration: the path of the configuration file.
    ///   - version: the version of Callark.
    ///   - includesSecrets: whether tokens and the key of the evidence logs are copied too.
    package init(of root: ArchiveRoot, configuration: String, version: String, includesSecrets: Bool) {
        self.root = root
        self.configuration = configuration
        self.version = version
        self.includesSecrets = includesSecrets
    }

    /// Makes the backup under another name, and gives it its own when it is complete. Blocks.
    /// - Parameter path: a folder that is missing or empty.
    /// - Throws: `BackupError`; `ArchiveError`; `EvidenceError`.
    package func run(to path: String, now: Timestamp) throws -> Summary {
        let identity = try root.identity()
        guard try FileSystem.names(in: path).isEmpty else {
            throw BackupError(.occupied, "\(path) is not empty; name a folder that is missing or empty")
        }
        guard !FileSystem.isPath(path, in: root.path) else {
            throw BackupError(
                .occupied,
                "\(path) is in the archive itself, and would be lost with it; name another folder"
            )
        }
        let draft = BackupFolder(path: path + ".incomplete")
        guard try draft.removeUnfinished() else {
            throw BackupError(
                .occupied,
                "\(draft.path) is not what a backup left that did not end; move it away, or name another folder"
            )
        }
        // All of it is for this account alone.
        try FileSystem.createFolder(draft.path, mode: 0o700)
        do {
            let summary = try fill(draft, identity, now)
            try FileSystem.replace(path, with: draft.path)
            try FileSystem.synchronizeFolder(FileSystem.folder(of: path))
            return summary
        } catch {
            try? FileManager.default.removeItem(atPath: draft.path)
            throw error
        }
    }

    private func fill(_ draft: BackupFolder, _ identity: RootIdentity, _ now: Timestamp) throws -> Summary {
        // First, so that what a crash leaves can be told from other folders.
        let notice = BackupNotice(
            archive: identity.id.description,
            createdTime: now.millisecondsSince1970,
            version: version,
            secrets: includesSecrets
        )
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let line = Array(try encoder.encode(notice)) + Array("\n".utf8)
        try FileReplacement.durable(draft.noticePath, mode: 0o600).write(line)
        let copy = draft.root
        try FileSystem.createFolder(copy.path, mode: 0o700)
        try TreeCopy.file(root.identityPath, to: copy.identityPath)
        // The logs last: an entry is accepted before the manifest has what it is about.
        let rebuilding = "run `callark rebuild`"
        guard try DatabaseCopy.write(root.manifestPath, to: copy.manifestPath, ifDamaged: rebuilding) else {
            throw BackupError(
                .missing,
                "\(root.manifestPath) is missing; run `callark rebuild`, or `callark archive` first"
            )
        }
        let returning = "put it back from an earlier backup"
        let hasKeys = try DatabaseCopy.write(root.servicePath, to: copy.servicePath, ifDamaged: returning)
        let logs = try BackupFolder.logs(in: root)
        if !logs.isEmpty { try FileSystem.createFolder(copy.logsPath, mode: 0o700) }
        for organization in logs {
            try self.copy(LogFolder(organization, in: root.logsPath), to: "\(copy.logsPath)/\(organization)")
        }
        if includesSecrets, FileSystem.isFolder(root.credentialsFolder) {
            try FileSystem.createFolder(copy.spoolPath, mode: 0o700)
            try TreeCopy.folder(root.credentialsFolder, to: copy.credentialsFolder, leavingOut: Self.isDraftOrLock)
        }
        try FileSystem.createFolder(FileSystem.folder(of: draft.configurationPath), mode: 0o700)
        // The file may be a link, such as one that Kubernetes makes.
        let text = try Data(contentsOf: URL(filePath: configuration))
        try FileReplacement.durable(draft.configurationPath, mode: 0o600).write(Array(text))
        let sum = try draft.seal()
        return Summary(files: sum.files + 1, bytes: sum.bytes, logs: logs, hasKeys: hasKeys)
    }

    /// Copies a log as of one moment. What never changes is copied first, so that writers wait only for the rest.
    private func copy(_ log: LogFolder, to path: String) throws {
        try TreeCopy.folder(log.path, to: path) { name in
            // Partial tiles go when they are full.
            name == "checkpoint" || name == "tail" || name.hasSuffix(".p") || Self.isDraftOrLock(name)
        }
        try log.withoutWriters { () throws in
            try TreeCopy.folder(log.path, to: path, leavingOut: Self.isDraftOrLock)
        }
    }

    private static func isDraftOrLock(_ name: String) -> Bool {
        name == "lock" || name.hasSuffix(".lock") || name.hasSuffix(FileReplacement.draftPath(of: ""))
    }
}
