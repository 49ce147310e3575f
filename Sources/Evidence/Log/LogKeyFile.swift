import Foundation
import Glibc
import Recordings

/// The file that has the secret key of the logs, and what is remembered beside it of each: the newest state that was
/// signed. It lies outside of the logs, so that somebody who puts back an older log does not put back this too.
package struct LogKeyFile: Hashable, Sendable {
    /// Of the key: PKCS #8 in PEM, as `openssl pkey` reads it; mode 0600.
    package let path: String

    /// States where it is.
    package init(path: String) { self.path = path }

    /// Where the newest state of an organization's log is remembered: `log.key.acme.newest`.
    func newestPath(_ organization: OrganizationName) -> String { "\(path).\(organization).newest" }

    /// Whether accounts beside the owner may read the key.
    package var isOpenToOthers: Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & 0o077 != 0
    }

    /// Reads the key.
    /// - Returns: `nil` if the file is missing.
    /// - Throws: `key` if it is no Ed25519 key.
    package func key() throws(EvidenceError) -> LogKey? {
        guard let bytes = try LogFiles.read(path) else { return nil }
        guard let key = LogKey(pem: String(decoding: bytes, as: UTF8.self)) else {
            throw EvidenceError(
                .key,
                "\(path) is not an Ed25519 key in PEM (PKCS #8); put the log's key back from its copy",
                path: path
            )
        }
        return key
    }

    /// The key, made now if there is none.
    /// - Returns: whether it was made.
    /// - Throws: ``EvidenceError``.
    package func keyOrNew() throws(EvidenceError) -> (key: LogKey, isNew: Bool) {
        if let key = try key() { return (key, false) }
        let folder = LogFiles.folder(of: path)
        try LogFiles.createFolder(folder, mode: 0o700)
        let draft = "\(path).new-\(getpid())"
        try LogFiles.remove(draft)
        let new = LogKey()
        let file = try LogFile(draft, O_WRONLY | O_CREAT | O_EXCL, mode: 0o600)
        try file.write(Array(new.pem.utf8), at: 0)
        try file.flushWithAttributes()
        // Never over another one's: of two processes that make a key at the same time, one key counts.
        let isPlaced = link(draft, path) == 0
        let reason = errno
        try LogFiles.remove(draft)
        guard isPlaced || reason == EEXIST else { throw .system("create", path, errno: reason) }
        try LogFiles.flushFolder(folder)
        if isPlaced { return (new, true) }
        guard let key = try key() else { throw .system("open", path, errno: ENOENT) }
        return (key, false)
    }

    /// The newest state of an organization's log that was signed.
    /// - Returns: `nil` if none was.
    /// - Throws: `damaged` if what is remembered cannot be read.
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
