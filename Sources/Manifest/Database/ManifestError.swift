import Foundation
import GRDB
import Glibc
import Recordings

/// Why the manifest could not be opened, read or written.
package struct ManifestError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of failure, for callers to match on.
    package enum Code: String, Hashable, Sendable, CaseIterable {
        /// There is no file at the path, or nothing has been recorded in it.
        case missing
        /// The file is not a manifest, or its content is damaged; `callark rebuild` makes a new one.
        case damaged
        /// The file was made by a later version of Callark.
        case newer
        /// The file was made by an earlier version, and was opened for reading, so it cannot be brought up to date.
        case older
        /// The manifest was opened for reading, or the file system protects it, so it cannot be written.
        case readOnly = "read_only"
        /// The file system does not allow access to this path.
        case permission
        /// The disk is full. The transaction was not committed.
        case full
        /// The operating system could not read or write the file.
        case inputOutput = "input_output"
        /// Another process kept the file locked for longer than the wait limit.
        case busy
        /// The request contradicts what the manifest holds, such as an archive that is already sealed.
        case conflict
        /// The manifest has no such organization, archive, task or recording.
        case unknown
    }

    package let code: Code
    /// What happened to which file or row, and what to do about it; one line.
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }

    /// Describes what an error of SQLite means for the manifest at `path`; other errors become `inputOutput`.
    init(_ error: any Error, path: String) {
        guard let error = error as? DatabaseError else {
            let own = error as? ManifestError
            // A value of the wrong type is damage. It can be anything, so it is not in the message.
            let unreadable = ManifestError(.damaged, "manifest \(path) has a value of another type\(Self.remedy)")
            self = own ?? (error is RowDecodingError ? unreadable : ManifestError(.inputOutput, "\(path): \(error)"))
            return
        }
        var code = Code(error.resultCode)
        let space = Self.space(at: path)
        // If there is no room to create a file, SQLite says that it cannot open it.
        if code == .permission || code == .inputOutput, space.isUsedUp { code = .full }
        if code == .permission, access(path, W_OK) != 0, errno == EROFS { code = .readOnly }
        let reason = error.message ?? "result code \(error.extendedResultCode.rawValue)"
        let shortage = code == .full ? "; \(space.text)" : ""
        self.init(code, "manifest \(path): \(reason)\(shortage)\(code.advice)")
    }

    /// How much space is left on the disk of `path`.
    private static func space(at path: String) -> (isUsedUp: Bool, text: String) {
        let folder = (path as NSString).deletingLastPathComponent
        guard let attributes = try? FileManager.default.attributesOfFileSystem(forPath: folder.isEmpty ? "." : folder),
            let bytes = attributes[.systemFreeSize] as? NSNumber, let files = attributes[.systemFreeNodes] as? NSNumber,
            let allFiles = attributes[.systemNodes] as? NSNumber
        else { return (false, "how much is free cannot be told") }
        // File systems that do not count files report zero for both numbers.
        if allFiles != 0 && files == 0 { return (true, "no more files can be created (no free inodes)") }
        return (bytes == 0, "\(ByteSize.text(bytes.int64Value)) are free, less than its next transaction needs")
    }
}

extension ManifestError.Code {
    fileprivate init(_ result: ResultCode) {
        self =
            switch result {
            case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_SCHEMA, .SQLITE_MISMATCH, .SQLITE_ERROR: .damaged
            case .SQLITE_READONLY: .readOnly
            case .SQLITE_PERM, .SQLITE_AUTH, .SQLITE_CANTOPEN: .permission
            case .SQLITE_FULL: .full
            case .SQLITE_BUSY, .SQLITE_LOCKED: .busy
            case .SQLITE_CONSTRAINT: .conflict
            default: .inputOutput
            }
    }

    fileprivate var advice: String {
        switch self {
        case .damaged: "; `callark rebuild` makes a new manifest from the daily archives"
        case .readOnly:
            "; check that its file system is mounted for writing, and the owner and the mode of the file and of its folder"
        case .permission: "; check the owner and the mode of the file and of its folder"
        case .full: "; free some space and run again"
        case .busy: "; another process is writing it, run again later"
        default: ""
        }
    }
}
