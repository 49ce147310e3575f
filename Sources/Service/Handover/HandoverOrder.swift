/// Work that a command hands to the service that runs over its root, because the service has the lock, the provider's rate
/// and the tokens.
package struct HandoverOrder: Sendable, Codable {
    /// The version of Callark that hands it over. Both have to be the same.
    package var version: String
    package var work: Work
    package var streams: Streams
    /// Whom the environment names behind the account (`SUDO_USER`).
    package var claims: [String: String]

    /// What is to be done: a command, or what `fetch` needs.
    package struct Work: Sendable, Codable {
        /// The arguments of the command; `nil` for `fetch`.
        package var arguments: [String]?
        /// The tasks that the provider is to be asked about, to archive what it has.
        package var tasks: [String] = []
        /// The organization of the tasks; `nil` for each in turn.
        package var organization: String?
        /// Whether recordings of unknown format are kept too.
        package var acceptsUnknown = false

        /// A whole command.
        package static func command(_ arguments: [String]) -> Work { Work(arguments: arguments) }

        /// The part of `fetch` that needs the archive's lock.
        package static func acquire(tasks: [String], organization: String?, acceptsUnknown: Bool) -> Work {
            Work(tasks: tasks, organization: organization, acceptsUnknown: acceptsUnknown)
        }
    }

    /// What the command's standard streams are, as far as it affects what is written to them.
    package struct Streams: Sendable, Codable {
        /// The width of the terminal that is standard output; `nil` if it is none.
        package var outputColumns: Int?
        /// The same of standard error.
        package var errorColumns: Int?
        package var showsProgress: Bool
        /// Whether the locale can show more than ASCII.
        package var showsUnicode: Bool
        /// Whether standard error has lines of JSON only.
        package var logsJSON: Bool

        package init(
            outputColumns: Int?,
            errorColumns: Int?,
            showsProgress: Bool,
            showsUnicode: Bool,
            logsJSON: Bool
        ) {
            self.outputColumns = outputColumns
            self.errorColumns = errorColumns
            self.showsProgress = showsProgress
            self.showsUnicode = showsUnicode
            self.logsJSON = logsJSON
        }
    }

    package init(version: String, work: Work, streams: Streams, claims: [String: String]) {
        self.version = version
        self.work = work
        self.streams = streams
        self.claims = claims
    }
}

/// How handed-over work ended.
package struct HandoverEnd: Sendable, Codable, Hashable {
    /// The exit code.
    package var status: Int32
    /// Why there is nothing more, for the command to report; `nil` if everything was reported already.
    package var error: String?
    /// Of `acquire`: the exit code for each organization that could not be asked.
    package var failures: [Int32]

    package init(status: Int32, error: String? = nil, failures: [Int32] = []) {
        self.status = status
        self.error = error
        self.failures = failures
    }
}
