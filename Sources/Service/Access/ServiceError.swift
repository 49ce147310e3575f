import Foundation
import GRDB

/// An error of the service: its database cannot be used, a change to it is not possible, or it cannot listen.
package struct ServiceError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of error, for programs.
    package enum Code: String, Hashable, Sendable {
        /// No key has this name.
        case unknownKey = "unknown_key"
        /// A key has, or had, this name.
        case nameTaken = "name_taken"
        /// A value is not possible, such as an expiry in the past.
        case badValue = "bad_value"
        /// The file is not the service's database, or is damaged.
        case damaged
        /// A later version of Callark made the file.
        case newer
        /// The file system does not allow it.
        case permission
        /// The disk is full.
        case full
        /// Another process keeps the file locked.
        case busy
        /// The disk or the file system failed.
        case inputOutput = "input_output"
        /// The service cannot listen at its address: the port is taken, or needs more rights.
        case notListening = "not_listening"
        /// A notification was not taken.
        case notification
        /// The identity provider cannot be asked, or says something that is not possible.
        case identityProvider = "identity_provider"
        /// The certificate or its key cannot be used.
        case certificate
    }

    package let code: Code
    /// One line: what happened, and what to do.
    package let description: String

    package init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }

    /// Converts an error of SQLite in the database at `path`. A `ServiceError` is kept as it is.
    init(_ error: any Error, path: String) {
        if let error = error as? ServiceError {
            self = error
            return
        }
        guard let error = error as? DatabaseError else {
            self.init(.inputOutput, "\(path): \(error)")
            return
        }
        let reason = error.message ?? "result code \(error.extendedResultCode.rawValue)"
        switch error.resultCode {
        case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_SCHEMA, .SQLITE_MISMATCH, .SQLITE_ERROR:
            self.init(
                .damaged,
                "\(path): \(reason); restore it from a backup, or move it away and create the keys again"
            )
        case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH, .SQLITE_CANTOPEN:
            self.init(.permission, "\(path): \(reason); check its owner and mode, and those of its folder")
        case .SQLITE_FULL: self.init(.full, "\(path): \(reason); free some space and run again")
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            self.init(.busy, "\(path): \(reason); another process is writing it, run again later")
        default: self.init(.inputOutput, "\(path): \(reason)")
        }
    }
}
