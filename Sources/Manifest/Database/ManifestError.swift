import Foundation
import GRDB

/// Why the manifest could not be opened, read or written.
package struct ManifestError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of failure it is: what callers match on.
    package enum Code: String, Hashable, Sendable, CaseIterable {
        /// There is no file at the path.
        case missing
        /// The file is no manifest, or its content does not hold; `callark rebuild` makes a new one.
        case damaged
        /// The file was made by a later version of Callark.
        case newer
        /// The file was made by an earlier version and cannot be brought up to date, since it was opened for reading.
        case older
        /// A write was asked of a manifest that was opened for reading, or that the file system protects.
        case readOnly = "read_only"
        /// The file system may not be read at this path.
        case permission
        /// The disk is full. Nothing of the transaction was kept.
        case full
        /// The operating system could not read or write the file.
        case inputOutput = "input_output"
        /// Another process kept the file locked for longer than the wait that is allowed.
        case busy
        /// What was asked contradicts what the manifest holds, such as an archive that is sealed already.
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

    /// Says what a failure of SQLite means for the manifest at `path`; other errors become `inputOutput`.
    init(_ error: any Error, path: String) {
        guard let error = error as? DatabaseError else {
            let own = error as? ManifestError
            // A value that is none of its type is damage; it may hold anything, so that it is not repeated.
            let unreadable = ManifestError(.damaged, "manifest \(path) has a value of another type\(Self.remedy)")
            self = own ?? (error is RowDecodingError ? unreadable : ManifestError(.inputOutput, "\(path): \(error)"))
            return
        }
        var code = Code(error.resultCode)
        let space = Self.space(at: path)
        // SQLite says that it cannot open a file where there is no room to make one.
        if code == .permission || code == .inputOutput, space.isUsedUp { code = .full }
        let reason = error.message ?? "result code \(error.extendedResultCode.rawValue)"
        let shortage = code == .full ? "; \(space.text)" : ""
        self.init(code, "manifest \(path): \(reason)\(shortage)\(code.advice)")
    }

    /// What is left of the disk that holds `path`.
    private static func space(at path: String) -> (isUsedUp: Bool, text: String) {
        let folder = (path as NSString).deletingLastPathComponent
        guard let attributes = try? FileManager.default.attributesOfFileSystem(forPath: folder.isEmpty ? "." : folder),
            let bytes = attributes[.systemFreeSize] as? NSNumber, let files = attributes[.systemFreeNodes] as? NSNumber,
            let allFiles = attributes[.systemNodes] as? NSNumber
        else { return (false, "how much is free cannot be told") }
        // File systems that do not count files say that they have none.
        if allFiles != 0 && files == 0 { return (true, "no file can be made any more (inodes)") }
        return (bytes == 0, "\(bytes) bytes are free, fewer than its next transaction needs")
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
        case .readOnly, .permission: "; check the owner and the mode of the file and of its folder"
        case .full: "; free some space and run again"
        case .busy: "; another process is writing it, run again later"
        default: ""
        }
    }
}
