import Files

/// A secret as it was configured, and where it came from. `description`, `dump` and mirrors do not show it.
package struct SecretSource: Sendable, Hashable {
    /// The secret, or why it could not be read.
    private let content: Result<String, SettingsError>
    /// The key, file or environment variable that the secret was read from.
    package let origin: ValueOrigin
    /// The path of the secret's file; `nil` if the text itself was given.
    package let file: String?

    package init(_ text: String, origin: ValueOrigin, file: String? = nil) {
        content = .success(text)
        self.origin = origin
        self.file = file
    }

    /// A secret that could not be read, in a configuration that may never need it.
    init(unreadable problem: SettingsProblem, origin: ValueOrigin) {
        content = .failure(SettingsError(problems: [problem]))
        self.origin = origin
        file = nil
    }

    /// The secret itself: visible ASCII, never empty. For the request that needs it only.
    /// - Throws: why it could not be read, if the configuration was loaded without requiring its secrets.
    package func reveal() throws(SettingsError) -> String { try content.get() }

    /// The secret in a file: all of its text but the ends of lines after it.
    /// - Throws: `FileContents.Failure` if the file cannot be read.
    package static func contents(ofFileAt path: String) throws(FileContents.Failure) -> (
        text: String, file: FileContents
    ) {
        let file = try FileContents(path: path, limit: 65536)
        var text = String(decoding: file.bytes, as: UTF8.self)[...]
        while text.last?.isNewline == true { text.removeLast() }
        return (String(text), file)
    }

    /// What is shown in place of a secret.
    package static let mask = "•••"
}

extension SecretSource: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { Self.mask }
    package var debugDescription: String { Self.mask }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// Where a value of the configuration came from.
package enum ValueOrigin: Sendable, Hashable, CustomStringConvertible {
    /// It was not given.
    case `default`
    /// It is in the configuration file, in this line, counted from one.
    case file(line: Int)
    /// It was given by the environment variable of this name.
    case environment(String)
    /// It follows from the value of another key.
    case derived(from: String)

    package var description: String {
        switch self {
        case .default: "default"
        case .file(let line): "file line \(line)"
        case .environment(let name): "environment \(name)"
        case .derived(let key): "from \(key)"
        }
    }
}
