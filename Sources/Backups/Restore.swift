import Evidence
import Files
import Foundation
import Recordings

/// Restores a backup: on a bare machine, in a root that has only its archives, or in place of a lost manifest. An evidence
/// log or a token that exists is kept, because it is newer than that of any backup.
package struct Restore: Sendable {
    private let folder: BackupFolder
    private let root: ArchiveRoot

    /// The outcome.
    package struct Summary: Sendable {
        /// When the backup was made.
        package var backupTime: Timestamp
        /// The path of the backup's configuration.
        package var configuration: String
        package var hasKeys = false
        /// The organizations whose logs were put back, and those whose logs were there and are kept.
        package var logs: [OrganizationName] = []
        package var keptLogs: [OrganizationName] = []
        /// The names of the credentials that were put back, and of those that were there and are kept.
        package var credentials: [String] = []
        package var keptCredentials: [String] = []
        /// Where databases that were replaced are now.
        package var replaced: [String] = []
    }

    /// - Parameter path: the folder of a backup.
    package init(from path: String, into root: ArchiveRoot) {
        folder = BackupFolder(path: path)
        self.root = root
    }

    /// Checks every file of the backup, and puts it in place. Blocks.
    ///
    /// If the process dies, a part may be in place. The next run finishes it.
    /// - Parameter replacing: whether a manifest and a database of the service that are there may be moved aside.
    /// - Throws: `BackupError`, also with code `busy` if the service runs; `ArchiveError` with code `locked` if a pass runs, and
    ///   `foreign` if the root's folder is something else.
    package func run(replacing: Bool, now: Timestamp) throws -> Summary {
        let notice = try BackupNotice.read(folder)
        try folder.verify()
        let identity = try folder.root.identity()
        let present = try root.initialize(as: identity).identity
        guard present.id == identity.id else {
            throw BackupError(
                .otherArchive,
                "\(root.path) is the archive \(present.id), and \(folder.path) is a backup of \(identity.id); name the backup of "
                    + "this archive, or another archive.root"
            )
        }
        try root.prepare()
        let lock = try PassLock.acquire(root)
        defer { withExtendedLifetime(lock) {} }
        let databases = [(folder.root.manifestPath, root.manifestPath), (folder.root.servicePath, root.servicePath)]
        try requireFree(databases.map(\.1), replacing: replacing)

        var summary = Summary(
            backupTime: Timestamp(millisecondsSince1970: notice.createdTime),
            configuration: folder.configurationPath
        )
        for (copy, path) in databases where try FileSystem.status(of: copy) != nil {
            if let aside = try moveAside(path, now: now) { summary.replaced.append(aside) }
            try place(copy, at: path)
            if path == root.servicePath { summary.hasKeys = true }
        }
        try restoreLogs(&summary)
        try restoreCredentials(&summary)
        try FileSystem.synchronizeFolder(root.path)
        return summary
    }

    private func requireFree(_ databases: [String], replacing: Bool) throws {
        for path in databases {
            if let user = try DatabaseCopy.user(of: path) {
                throw BackupError(
                    .busy,
                    "process \(user) uses \(path); stop it (the service: systemctl stop callark), and run this again"
                )
            }
            guard try replacing || FileSystem.status(of: path) == nil else {
                throw BackupError(
                    .occupied,
                    "\(path) is there already; nothing was changed; pass --replace to move it aside and use the backup's"
                )
            }
        }
    }

    private func place(_ copy: String, at path: String) throws(ArchiveError) {
        let draft = path + ".restoring"
        try FileSystem.remove(draft)
        try TreeCopy.file(copy, to: draft)
        try FileSystem.move(draft, to: path)
    }

    /// Moves a database and its log aside. SQLite takes any log next to a file for that file's own, so a log without its
    /// database is moved too.
    /// - Returns: where it is now; `nil` if there is none.
    private func moveAside(_ path: String, now: Timestamp) throws(ArchiveError) -> String? {
        let isThere = try FileSystem.status(of: path) != nil
        let hasLog = try FileSystem.status(of: path + "-wal") != nil
        guard isThere || hasLog else { return nil }
        // `2026-11-29T14:05:06.789Z` without what is awkward in a file name.
        let stamp = now.description.prefix(19).filter { $0 != "-" && $0 != ":" } + "Z"
        let aside = "\(path).before-restore-\(stamp)"
        // The log first: a database without its log is an older state; a log without its database is nothing.
        if hasLog { try FileSystem.move(path + "-wal", to: aside + "-wal") }
        if isThere { try FileSystem.move(path, to: aside) }
        try FileSystem.remove(path + "-shm")
        try FileSystem.synchronizeFolder(root.path)
        return isThere ? aside : aside + "-wal"
    }

    private func restoreLogs(_ summary: inout Summary) throws {
        for organization in try folder.logs {
            let place = LogFolder(organization, in: root.logsPath)
            if place.exists {
                summary.keptLogs.append(organization)
                continue
            }
            try FileSystem.createFolder(root.logsPath)
            let draft = "\(root.logsPath)/.\(organization).restoring"
            try? FileManager.default.removeItem(atPath: draft)
            try TreeCopy.folder("\(folder.root.logsPath)/\(organization)", to: draft)
            try FileSystem.move(draft, to: place.path)
            try FileSystem.synchronizeFolder(root.logsPath)
            summary.logs.append(organization)
        }
    }

    /// A token that is there is newer than any in a backup: the provider has given it in exchange for that one. What the backup
    /// remembers of a log is as old as the backup: it would hide that more was signed since. That is so for a log that is kept,
    /// too: an earlier run may have put it there, and died.
    private func restoreCredentials(_ summary: inout Summary) throws {
        let keyFile = LogKeyFile(path: folder.root.logKeyPath)
        let memories = Set(try folder.logs.map { keyFile.newestPath($0) })
        for name in try FileSystem.names(in: folder.root.credentialsFolder)
        where !memories.contains("\(folder.root.credentialsFolder)/\(name)") {
            let path = "\(root.credentialsFolder)/\(name)"
            if try FileSystem.status(of: path) != nil {
                summary.keptCredentials.append(name)
            } else {
                try place("\(folder.root.credentialsFolder)/\(name)", at: path)
                summary.credentials.append(name)
            }
        }
        try FileSystem.synchronizeFolder(root.credentialsFolder)
    }
}
