import Files
import Foundation
import Recordings

/// The file with the secret key of the logs; next to it, for each log, the newest signed state. It is outside of the
/// logs, so that restoring an older log does not restore it too.
package struct LogKeyFile: Hashable, Sendable {
    /// The path of the key: PKCS #8 in PEM, as `openssl pkey` reads it; mode 0600.
    package let path: String

    /// - Parameter path: the path of the file, which need not exist yet.
    package init(path: String) { self.path = path }

    /// Where the newest state of an organization's log is remembered: `log.key.acme.newest`.
    package func newestPath(_ organization: OrganizationName) -> String { "\(path).\(organization).newest" }

    /// Whether accounts other than the owner may read the key.
    package var isOpenToOthers: Bool {
        guard let status = try? LogFiles.status(of: path) else { return false }
        return status.mode & 0o077 != 0
    }

    /// Reads the key.
    /// - Returns: `nil` if the file is missing.
    /// - Throws: `key` if it is not an Ed25519 key.
    package func key() throws(EvidenceError) -> LogKey? {
        guard let bytes = try LogFiles.read(path) else { return nil }
        guard let key = LogKey(pem: String(decoding: bytes, as: UTF8.self)) else {
            throw EvidenceError(
                .key,
                "\(path) is not an Ed25519 key in PEM (PKCS #8); restore the key from its copy",
                path: path
            )
        }
        return key
    }

    /// Reads the key, or creates it if there is none.
    /// - Returns: the key, and whether it was created.
    /// - Throws: ``EvidenceError``.
    package func keyOrNew() throws(EvidenceError) -> (key: LogKey, isNew: Bool) {
        let draft = "\(path).new"
        if let key = try key() {
            // Left by a process that was killed.
            try LogFiles.remove(draft)
            return (key, false)
        }
        let folder = LogFiles.folder(of: path)
        try LogFiles.createFolder(folder, mode: 0o700)
        try LogFiles.place(Array(LogKey().pem.utf8), at: draft, mode: 0o600)
        // Never replaces an existing key: if two processes create one at the same time, one key counts.
        var isPlaced = true
        do throws(ArchiveError) {
            try FileSystem.addName(path, to: draft)
        } catch {
            guard error.code == .occupied else { throw EvidenceError(error) }
            isPlaced = false
        }
        try LogFiles.remove(draft)
        try LogFiles.flushFolder(folder)
        guard let key = try key() else {
            throw EvidenceError(.missing, "\(path) was there, and is missing now", path: path)
        }
        return (key, isPlaced)
    }

    /// Requires that a log has all entries that it once had, as far as this account can read what is remembered beside the key.
    /// - Throws: `rolledBack` if it has fewer.
    package func requireNotOlder(
        _ position: LogPosition,
        of organization: OrganizationName,
        in folder: LogFolder
    ) throws(EvidenceError) {
        guard let known = try? newest(organization), known.origin == position.origin, known.size > position.size else {
            return
        }
        throw EvidenceError(
            .rolledBack,
            "\(folder.path) has \(position.size) entries and had \(known.size): an older state was put "
                + "back; `callark log recover` repairs it",
            path: folder.path
        )
    }

    /// Requires that something says how many entries a log had: otherwise a restored older one would not be noticed.
    /// - Throws: `rolledBack` if nothing does, and the log at `position` has more than its first entry.
    package func requireMemory(
        of organization: OrganizationName,
        at position: LogPosition,
        in folder: LogFolder
    ) throws(EvidenceError) {
        let path = newestPath(organization)
        if position.size <= 1 { return }
        if try LogFiles.exists(path) { return }
        throw EvidenceError(
            .rolledBack,
            "\(folder.path): \(path) is missing, so nothing says whether the log had more than these \(position.size) entries; "
                + "put that file back from the machine that wrote the log, or the newest copy of the log with `callark log "
                + "recover --from DIR`; without them, `callark log recover` begins a new epoch",
            path: folder.path
        )
    }

    /// The newest signed state of an organization's log.
    /// - Returns: `nil` if none was.
    /// - Throws: `damaged` if the remembered state cannot be read.
    package func newest(_ organization: OrganizationName) throws(EvidenceError) -> LogPosition? {
        let path = newestPath(organization)
        guard let bytes = try LogFiles.read(path) else { return nil }
        guard let json = try? JSONReader.value(of: Data(bytes)), let position = LogPosition(json: json) else {
            throw .damaged("not the state of a log; compare the log with a copy, then remove this file", path)
        }
        return position
    }

    func remember(_ position: LogPosition, _ organization: OrganizationName) throws(EvidenceError) {
        let text = JSONWriter.text(position.json) + "\n"
        try LogFiles.placeDurably(Array(text.utf8), at: newestPath(organization), mode: 0o600)
    }
}
