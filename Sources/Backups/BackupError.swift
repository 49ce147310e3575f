/// Why a backup cannot be made or restored: a code for programs and a line for people.
package struct BackupError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of failure.
    package enum Code: String, Hashable, Sendable {
        /// There is no backup at the path.
        case missing
        /// The backup, or a database that was to be copied, is damaged.
        case damaged
        /// A later version of Callark made the backup.
        case newer
        /// The backup is of another archive than the root.
        case otherArchive = "other_archive"
        /// Something exists there that must not be replaced unasked.
        case occupied
        /// Another process uses the root.
        case busy
        /// A database cannot be read or written.
        case inputOutput = "input_output"
    }

    /// The kind of failure.
    package var code: Code
    /// One line: what is wrong, and what to do.
    package var description: String

    package init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
