/// Why the configuration cannot be used: every problem that was found, not only the first. Exit code 78.
package struct SettingsError: Error, Sendable, Hashable, CustomStringConvertible {
    /// In the order of the file's lines, then those of the environment; never empty.
    package let problems: [SettingsProblem]

    package init(problems: [SettingsProblem]) {
        self.problems = problems
    }

    /// An error with one problem.
    init(_ code: SettingsProblem.Code, at place: SettingsProblem.Place, _ message: String) {
        self.init(problems: [SettingsProblem(code, at: place, message)])
    }

    /// One line for each of the first problems, and the number of the rest. A file that is not a configuration has a
    /// problem in every line, and no one reads all of them.
    package var description: String { lines.joined(separator: "\n") }

    /// The lines of the description.
    package var lines: [String] {
        let rest = problems.count - Self.maxLines
        let more = rest > 0 ? ["and \(rest) more problem\(rest == 1 ? "" : "s")"] : []
        return problems.prefix(Self.maxLines).map(\.description) + more
    }

    private static let maxLines = 20
}

/// One thing that is wrong with the configuration, in one line that never contains a secret.
package struct SettingsProblem: Sendable, Hashable, CustomStringConvertible {
    package let code: Code
    package let place: Place
    package let message: String

    package init(_ code: Code, at place: Place, _ message: String) {
        self.code = code
        self.place = place
        self.message = message
    }

    /// `callark.yaml:7: unknown key "archive.rot"; did you mean "archive.root"?`
    package var description: String { "\(place)\(message)" }

    /// What kind of problem it is.
    package enum Code: String, Sendable, Hashable, CaseIterable {
        /// No file exists in any of the places where Callark looks for one.
        case notFound = "not_found"
        /// The configuration file cannot be read.
        case unreadable
        /// The file is not YAML, or does not have the sections and lists of a configuration.
        case malformed
        /// A key that does not exist.
        case unknownKey = "unknown_key"
        /// A required key that is missing.
        case missingKey = "missing_key"
        /// A value that its key does not allow.
        case invalidValue = "invalid_value"
        /// A key or a name that is given twice.
        case duplicate
        /// Two keys that exclude each other.
        case conflict
        /// A secret's file that cannot be read or contains no secret.
        case badSecret = "bad_secret"
    }

    /// Where the problem is.
    package enum Place: Sendable, Hashable, CustomStringConvertible {
        case nowhere
        /// The configuration file, and the line, counted from one, if the problem is in a line.
        case file(String, line: Int?)
        case environment(String)

        package var description: String {
            switch self {
            case .nowhere: ""
            case .file(let path, let line?): "\(path):\(line): "
            case .file(let path, nil): "\(path): "
            case .environment(let name): "\(name): "
            }
        }

        /// Sorts the file's problems by line and puts those of the environment, by variable, after them.
        var rank: (line: Int, variable: String) {
            switch self {
            case .nowhere: (0, "")
            case .file(_, let line): (line ?? 0, "")
            case .environment(let name): (.max, name)
            }
        }
    }
}
