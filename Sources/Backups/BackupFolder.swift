import Evidence
import Files
import Foundation
import Recordings

/// The folder of a backup.
///
/// ```
/// DIR/callark-backup.json             what this is: BackupNotice
/// DIR/SHA256SUMS                      every other file, for `sha256sum -c`
/// DIR/configuration/callark.yaml      the configuration file
/// DIR/root/callark.json               the archive's identity
/// DIR/root/manifest.sqlite
/// DIR/root/service.sqlite             keys and sessions of the service, if it has been used
/// DIR/root/log/<organization>/        the evidence logs
/// DIR/root/spool/credentials/         tokens and the logs' key, if they were asked for
/// ```
struct BackupFolder: Sendable {
    let path: String

    private static let noticeName = "callark-backup.json"
    var noticePath: String { "\(path)/\(Self.noticeName)" }
    var sumsPath: String { "\(path)/SHA256SUMS" }
    var configurationPath: String { "\(path)/configuration/callark.yaml" }
    /// The part of the backup that is laid out as a root.
    var root: ArchiveRoot { ArchiveRoot(path: "\(path)/root") }

    /// The largest list of checksums: some five million files.
    private static let longestList = 1 << 30

    /// The organizations whose evidence logs are in the backup.
    var logs: [OrganizationName] { get throws(ArchiveError) { try Self.logs(in: root) } }

    /// The organizations that have an evidence log in a root. What begins with a dot is being made.
    static func logs(in root: ArchiveRoot) throws(ArchiveError) -> [OrganizationName] {
        try FileSystem.names(in: root.logsPath).compactMap { OrganizationName($0) }.filter {
            FileSystem.isFolder("\(root.logsPath)/\($0)")
        }
    }

    /// Removes what an interrupted backup left: a folder that has a backup's notice, or nothing yet.
    /// - Returns: whether nothing is there now. Anything else stays, and makes this false.
    func removeUnfinished() throws -> Bool {
        guard let status = try FileSystem.status(of: path) else { return true }
        guard status.isFolder else { return false }
        let names = try FileSystem.names(in: path)
        let isEmpty = names.allSatisfy { $0 == FileReplacement.draftPath(of: Self.noticeName) }
        guard isEmpty || (try? BackupNotice.read(self)) != nil else { return false }
        try FileManager.default.removeItem(atPath: path)
        return true
    }

    /// Writes the list of checksums of everything in the folder.
    /// - Returns: how many files there are, and how many bytes they have.
    func seal() throws -> (files: Int, bytes: Int64) {
        var text = ""
        var bytes: Int64 = 0
        let files = try TreeCopy.files(in: path)
        for file in files {
            text += ChecksumLine.text(try FileDigest.digest(ofFileAt: "\(path)/\(file)"), file)
            bytes += try FileSystem.size(of: "\(path)/\(file)") ?? 0
        }
        try FileReplacement.durable(sumsPath, mode: 0o600).write(Array(text.utf8))
        return (files.count, bytes)
    }

    /// Compares every file with the list of checksums.
    /// - Throws: `BackupError` with code `damaged` that names the first file that is missing, changed or not listed.
    func verify() throws {
        guard let list = try FileSystem.read(sumsPath, limit: Self.longestList) else {
            throw BackupError(.damaged, "\(sumsPath) is missing: the backup is not whole; take another one")
        }
        var expected: [String: ContentDigest] = [:]
        for line in list.split(separator: UInt8(ascii: "\n")) {
            guard let (digest, file) = ChecksumLine.read(Array(line)) else {
                throw BackupError(.damaged, "\(sumsPath) has a line that is no checksum; take another backup")
            }
            expected[file] = digest
        }
        for file in try TreeCopy.files(in: path) where file != "SHA256SUMS" {
            guard try expected.removeValue(forKey: file) == FileDigest.digest(ofFileAt: "\(path)/\(file)") else {
                throw BackupError(.damaged, "\(path)/\(file) is not what was backed up; take another backup")
            }
        }
        if let lost = expected.keys.min() {
            throw BackupError(.damaged, "\(path)/\(lost) is missing; take another backup")
        }
    }
}

/// What a backup is of: `callark-backup.json`.
struct BackupNotice: Codable, Sendable {
    static let currentFormat = 1
    static let longestFile = 65_536

    var format = Self.currentFormat
    /// The `id` of the root's `callark.json`.
    var archive: String
    /// When it was begun, in milliseconds since 1970.
    var createdTime: Int64
    /// The version of Callark that made it.
    var version: String
    /// Whether it contains tokens and the key of the evidence logs.
    var secrets: Bool

    enum CodingKeys: String, CodingKey {
        case format, archive, version, secrets
        case createdTime = "created_time"
    }

    /// Reads the notice of the backup in a folder.
    /// - Throws: `BackupError` with code `missing`, `damaged` or `newer`.
    static func read(_ folder: BackupFolder) throws -> BackupNotice {
        guard let text = try FileSystem.read(folder.noticePath, limit: longestFile) else {
            throw BackupError(.missing, "\(folder.path) is no backup: it has no callark-backup.json")
        }
        guard let notice = try? JSONDecoder().decode(BackupNotice.self, from: Data(text)) else {
            throw BackupError(.damaged, "\(folder.noticePath) cannot be read; take another backup")
        }
        guard notice.format <= currentFormat else {
            throw BackupError(
                .newer,
                "\(folder.path) was made by Callark \(notice.version); use that version or a later one"
            )
        }
        return notice
    }
}
