/// Why the configuration cannot be used: every problem that was found, not only the first. Exit code 78.
package struct SettingsError: Error, Sendable, Hashable, CustomStringConvertible {
    /// In the order of the file's lines, then those of the environment; never empty.
    package let problems: [SettingsProblem]

    package init(problems: [SettingsProblem]) {
        self.problems = problems
    }

    /// An error of one problem.
    init(_ code: SettingsProblem.Code, at place: SettingsProblem.Place, _ message: String) {
        self.init(problems: [SettingsProblem(code, at: place, message)])
    }

    /// One line for each problem: the first of them, and how many more there are. A file that is none has a problem in every
    /// line, and no one reads all of them.
    package var description: String { lines.joined(separator: "\n") }

    /// The lines of the description.
    package var lines: [String] {
        let rest = problems.count - Self.mostLines
        let more = rest > 0 ? ["and \(rest) more problem\(rest == 1 ? "" : "s")"] : []
        return problems.prefix(Self.mostLines).map(\.description) + more
    }

    private static let mostLines = 20
}

/// One thing that is wrong with the configuration, in one line that never holds a secret.
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
        /// There is no file at any of the places where one is looked for.
        case notFound = "not_found"
        /// The configuration file cannot be read.
        case unreadable
        /// The file is not the YAML, or has not the sections and lists, that a configuration is made of.
        case malformed
        /// A key that does not exist.
        case unknownKey = "unknown_key"
        /// A key that must be given and is not.
        case missingKey = "missing_key"
        /// A value that its key does not allow.
        case invalidValue = "invalid_value"
        /// A key or a name that is given twice.
        case duplicate
        /// Two keys that exclude each other.
        case conflict
        /// A secret's file that cannot be read or holds no secret.
        case badSecret = "bad_secret"
    }

    /// Where the problem is.
    package enum Place: Sendable, Hashable, CustomStringConvertible {
        case nowhere
        /// The configuration file, and the line, counted from one, where one is to blame.
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
