import Foundation
import Recordings
import Text

/// Reads values from the environment and the file, environment first, and collects every problem, so that one start
/// shows all of them.
struct SettingsReader {
    /// The name of the configuration file in messages.
    let path: String
    /// Where relative paths start: the folder of the configuration file, an absolute path without a slash at its end.
    let folder: String
    /// Whether others than its owner can read the configuration file.
    let isFileExposed: Bool
    /// Where systemd puts a service's credentials (`CREDENTIALS_DIRECTORY`); `nil` elsewhere.
    let credentialsFolder: String?
    /// Whether an unreadable secret is a problem.
    let needsSecrets: Bool
    private(set) var problems: [SettingsProblem] = []
    private(set) var warnings: [String] = []
    private(set) var values: [ShownValue] = []

    init(
        path: String,
        folder: String,
        isFileExposed: Bool,
        credentialsFolder: String?,
        needsSecrets: Bool = true
    ) {
        self.path = path
        self.folder = folder
        self.isFileExposed = isFileExposed
        self.credentialsFolder = credentialsFolder
        self.needsSecrets = needsSecrets
    }

    /// Whose keys are read: those of the whole configuration, or of one organization.
    struct Owner {
        /// The beginning of its keys' paths; `nil` for the whole configuration.
        var label: String?
        /// The organization's name, if it has a valid one.
        var name: OrganizationName?
        /// Where it begins in the file.
        var line: Int?
        var file: [KeyDescription: RawValue]
        var environment: [KeyDescription: RawValue]
        var hasMalformedAuth = false
        var hasMalformedLegacy = false

        func raw(_ key: KeyDescription) -> RawValue? { environment[key] ?? file[key] }
    }

    /// The value of a key, or its default; `nil` if it has neither, or if the value is bad, which is then reported.
    mutating func value<Value>(
        _ key: SettingKey<Value>,
        of owner: Owner,
        shown: (Value) -> String? = { _ in nil }
    ) -> Value? {
        let given = owner.raw(key.row)
        guard let raw = given ?? key.row.defaultText.map({ RawValue(content: .text($0), origin: .default) }) else {
            show(key.row, of: owner, nil, .default)
            return nil
        }
        if raw.content == .unusable { return nil }
        do {
            let value = try key.format.parse(raw.content)
            show(key.row, of: owner, shown(value) ?? raw.content.shown, raw.origin)
            return value
        } catch {
            report(.invalidValue, raw.origin, complaint(about: raw.content, as: key.row, of: owner, error.advice))
            return nil
        }
    }

    /// The value of a required key.
    mutating func required<Value>(
        _ key: SettingKey<Value>,
        of owner: Owner,
        shown: (Value) -> String? = { _ in nil }
    ) -> Value? {
        if owner.raw(key.row) == nil { reportMissing(key.row, of: owner) }
        return value(key, of: owner, shown: shown)
    }

    /// The absolute path that a key names.
    mutating func path(_ key: SettingKey<String>, of owner: Owner) -> String? {
        value(key, of: owner, shown: absolute).map(absolute)
    }

    /// A relative path starts from the configuration file's folder, no matter where it was given.
    func absolute(_ path: String) -> String {
        if path.hasPrefix("/") { return path }
        var relative = path[...]
        while relative.hasPrefix("./") { relative = relative.dropFirst(2) }
        return "\(folder)/\(relative)"
    }

    mutating func show(_ key: KeyDescription, of owner: Owner, _ value: String?, _ origin: ValueOrigin) {
        values.append(ShownValue(key: key.path(in: owner.label), value: value, origin: origin))
    }

    private func complaint(
        about content: RawContent,
        as key: KeyDescription,
        of owner: Owner,
        _ advice: String?
    ) -> String {
        let name = key.path(in: owner.label)
        let rule = "it must be \(key.expectation)" + (advice.map { "; \($0)" } ?? "")
        if key.isSecret { return "\(name) is not usable (its value is not shown); \(rule)" }
        switch content {
        case .text(""): return "\(name) is empty; \(rule)"
        case .text(let text): return "\(name) is \(VisibleText.quoted(text)); \(rule)"
        case .list(let items):
            return "\(name) is the list [\(VisibleText.list(items))]; \(rule)"
        case .sections: return "\(name) is a list of sections; \(rule)"
        case .unusable: return "\(name) is not usable; \(rule)"
        }
    }
}

extension SettingsReader {
    mutating func add(_ problems: [SettingsProblem]) {
        self.problems += problems
    }

    mutating func report(_ code: SettingsProblem.Code, _ origin: ValueOrigin, _ message: String) {
        problems.append(problem(code, origin, message))
    }

    func problem(_ code: SettingsProblem.Code, _ origin: ValueOrigin, _ message: String) -> SettingsProblem {
        SettingsProblem(code, at: place(of: origin), message)
    }

    mutating func reportMissing(_ key: KeyDescription, of owner: Owner) {
        let variable = key.isOverridable ? owner.name.map { ", or set \(key.variable(in: $0.description))" } ?? "" : ""
        let message = "\(key.path(in: owner.label)) is missing; give \(key.expectation)\(variable)"
        report(.missingKey, owner.origin, message)
    }

    mutating func warn(_ origin: ValueOrigin, _ message: String) {
        warnings.append("\(place(of: origin))\(message)")
    }

    /// A warning that is not about a single value.
    mutating func warn(_ message: String) {
        warnings.append(message)
    }

    func place(of origin: ValueOrigin) -> SettingsProblem.Place {
        switch origin {
        case .file(let line): .file(path, line: line)
        case .environment(let name): .environment(name)
        case .default, .derived: .file(path, line: nil)
        }
    }
}

extension SettingsReader.Owner {
    /// Where the organization begins in the file.
    var origin: ValueOrigin { line.map { .file(line: $0) } ?? .default }
}
