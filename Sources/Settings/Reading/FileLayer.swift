import Recordings
import Text

/// A value as it was written, and where.
struct RawValue: Sendable, Hashable {
    let content: RawContent
    let origin: ValueOrigin
}

/// What the configuration file says, key by key, before the values are read.
struct FileLayer {
    private(set) var values: [KeyDescription: RawValue] = [:]
    /// `nil` if the file names none.
    private(set) var organizations: [OrganizationEntry]?
    private(set) var problems: [SettingsProblem] = []
    private let path: String
    private var unknownKeys = 0

    /// Guessing takes time, and no one reads more guesses than this.
    private static let maxGuesses = 20

    /// One item of `organizations`.
    struct OrganizationEntry {
        let line: Int
        /// The beginning of its keys' paths: `organizations.acme`, or its position if it has no valid name.
        let label: String
        let name: OrganizationName?
        var values: [KeyDescription: RawValue] = [:]
        /// Whether `auth` is something without keys; that was reported.
        var hasMalformedAuth = false
        /// The same for `legacy`.
        var hasMalformedLegacy = false
    }

    /// - Parameter path: the name of the file in messages.
    /// - Throws: if the file is not a YAML document with sections, so that it cannot be checked further.
    init(text: String, path: String) throws(SettingsError) {
        self.path = path
        let root: YAMLValue?
        do {
            root = try YAMLValue.document(text)
        } catch {
            throw SettingsError(error.code, at: .file(path, line: error.line), error.message)
        }
        switch root?.content {
        case nil, .nothing: throw SettingsError(.malformed, at: .file(path, line: nil), "the file is empty")
        case .section(let entries): read(entries)
        default:
            let message = "the file must be made of sections such as \"archive:\" and \"organizations:\""
            throw SettingsError(.malformed, at: .file(path, line: root?.line), message)
        }
    }

    private mutating func read(_ entries: [YAMLValue.Entry]) {
        for entry in entries {
            switch (entry.key, KeyDescription.Section(rawValue: entry.key)) {
            case ("organizations", _): readOrganizations(entry.value)
            case ("notifications", _):
                let key = SettingKey.notifications.row
                values[key] = rawValue(entry.value, of: key, owner: nil)
            case (_, let section?) where !section.isOfOrganization && section.parent == nil:
                readSection(entry.value, section)
            default: reportUnknown(entry, in: nil, owner: nil)
            }
        }
    }

    /// Reads a section with the sections that are parts of it.
    private mutating func readSection(_ value: YAMLValue, _ section: KeyDescription.Section) {
        var entries = entries(of: value, called: section.path) ?? []
        for part in section.parts {
            for entry in entries where entry.key == part.word { readSection(entry.value, part) }
            entries.removeAll { $0.key == part.word }
        }
        values.merge(read(entries, as: section, owner: nil)) { $1 }
    }

    private mutating func readOrganizations(_ value: YAMLValue) {
        switch value.content {
        case .nothing: return
        case .list(let items) where items.isEmpty: return
        case .list(let items):
            organizations = []
            for (index, item) in items.enumerated() {
                guard let entries = entries(of: item, called: "organizations[\(index)]") else { continue }
                readOrganization(entries, item.line, index)
            }
        default:
            organizations = []
            report(.malformed, value.line, "organizations must be a list whose items begin with \"- name:\"")
        }
    }

    private mutating func readOrganization(_ entries: [YAMLValue.Entry], _ line: Int, _ index: Int) {
        var name: OrganizationName?
        for case .text(let text) in entries.filter({ $0.key == "name" }).map(\.value.content) {
            name = OrganizationName(text)
        }
        let label = name.map { "organizations.\($0)" } ?? "organizations[\(index)]"
        var organization = OrganizationEntry(line: line, label: label, name: name)
        for entry in entries where entry.key == "auth" {
            let keys = self.entries(of: entry.value, called: "\(label).auth")
            organization.hasMalformedAuth = keys == nil
            organization.values.merge(read(keys ?? [], as: .authentication, owner: label)) { $1 }
        }
        for entry in entries where entry.key == "legacy" {
            let keys = self.entries(of: entry.value, called: "\(label).legacy")
            organization.hasMalformedLegacy = keys == nil
            organization.values.merge(read(keys ?? [], as: .legacy, owner: label)) { $1 }
        }
        let others = entries.filter { $0.key != "auth" && $0.key != "legacy" }
        organization.values.merge(read(others, as: .organization, owner: label)) { $1 }
        organizations?.append(organization)
    }

    /// The lines of a section; none if it is empty, for example because every key is commented out; `nil` if it is not
    /// a section, which is reported.
    private mutating func entries(of value: YAMLValue, called name: String) -> [YAMLValue.Entry]? {
        switch value.content {
        case .section(let entries): return entries
        case .nothing: return []
        case .oddKeys: report(.malformed, value.line, "\(name) has a key that is not a word")
        case .tagged(let tag): reportTag(tag, name, value.line)
        case .text, .list: report(.malformed, value.line, "\(name) must be a section of keys")
        }
        return nil
    }

    private mutating func read(
        _ entries: [YAMLValue.Entry],
        as section: KeyDescription.Section,
        owner: String?
    ) -> [KeyDescription: RawValue] {
        var values: [KeyDescription: RawValue] = [:]
        for entry in entries {
            guard let key = KeyDescription.all.first(where: { $0.section == section && $0.name == entry.key }) else {
                reportUnknown(entry, in: section, owner: owner)
                continue
            }
            values[key] = rawValue(entry.value, of: key, owner: owner)
        }
        return values
    }

    private mutating func rawValue(_ value: YAMLValue, of key: KeyDescription, owner: String?) -> RawValue {
        let name = key.path(in: owner)
        let origin = ValueOrigin.file(line: value.line)
        switch value.content {
        case .text(let text): return RawValue(content: .text(text), origin: origin)
        case .list(let items):
            let texts = items.compactMap { if case .text(let text) = $0.content { text } else { nil } }
            if texts.count == items.count { return RawValue(content: .list(texts), origin: origin) }
            if key.isListOfSections, let sections = RawSection.all(items, isNested: key.section == .notifications) {
                return RawValue(content: .sections(sections), origin: origin)
            }
            let item = key.isListOfSections ? "section of words" : "word"
            report(.invalidValue, value.line, "\(name) has an item that is not a \(item)")
        case .nothing: report(.invalidValue, value.line, "\(name) has no value; give one, or take the line out")
        case .tagged(let tag): reportTag(tag, name, value.line)
        case .section where key.isSection:
            if let section = RawSection(value, isNested: true) {
                return RawValue(content: .sections([section]), origin: origin)
            }
            report(.invalidValue, value.line, "\(name) has something that is not a word or a section of words")
        case .section, .oddKeys:
            report(.invalidValue, value.line, "\(name) is a section; it must be \(key.expectation)")
        }
        return RawValue(content: .unusable, origin: origin)
    }
}

extension FileLayer {
    private mutating func report(_ code: SettingsProblem.Code, _ line: Int?, _ message: String) {
        problems.append(SettingsProblem(code, at: .file(path, line: line), message))
    }

    private mutating func reportTag(_ tag: String, _ name: String, _ line: Int) {
        report(.malformed, line, "\(name) has the tag \(VisibleText.quoted(tag)), which has no meaning here")
    }

    private mutating func reportUnknown(
        _ entry: YAMLValue.Entry,
        in section: KeyDescription.Section?,
        owner: String?
    ) {
        let prefix =
            switch section {
            case nil: ""
            case .organization: "\(owner ?? "organizations[]")."
            case .authentication: "\(owner ?? "organizations[]").auth."
            case .legacy: "\(owner ?? "organizations[]").legacy."
            case .archive, .captures, .downloads, .alarms, .evidence, .audit, .service, .serviceTLS, .schedule, .oidc,
                .vault, .sealAfter, .notifications:
                "\(section?.path ?? "")."
            }
        unknownKeys += 1
        guard unknownKeys <= Self.maxGuesses else {
            return report(.unknownKey, entry.line, "unknown key \(VisibleText.quoted(prefix + entry.key))")
        }
        let meant = KnownKeys.nearest(to: entry.key, in: section, owner: owner).map { "did you mean \"\($0)\"?" }
        let advice = meant ?? "known here: \(KnownKeys.names(in: section).joined(separator: ", "))"
        report(.unknownKey, entry.line, "unknown key \(VisibleText.quoted(prefix + entry.key)); \(advice)")
    }
}

/// The structure of the file, for messages about something else.
private enum KnownKeys {
    /// The parts of an organization that have keys of their own.
    private static let subsections = ["auth", "legacy"]

    static func names(in section: KeyDescription.Section?) -> [String] {
        guard let section else {
            return [
                "archive", "organizations", "captures", "downloads", "alarms", "evidence", "audit", "service",
                "notifications", "vault",
            ]
        }
        let names = KeyDescription.all.filter { $0.section == section }.map(\.name)
        return names + (section == .organization ? subsections : section.parts.map(\.word))
    }

    /// The path of the key that was most likely intended: a key of this name in another section, otherwise one of this
    /// section with a similar name, otherwise one of any section.
    static func nearest(to word: String, in section: KeyDescription.Section?, owner: String?) -> String? {
        let elsewhere = KeyDescription.all.first { $0.name == word.lowercased() && $0.section != section }
        if let elsewhere { return elsewhere.path(in: owner) }
        if let here = NearestName.nearest(word, among: names(in: section)) {
            guard let section else { return here }
            if section == .organization, subsections.contains(here) {
                return "\(owner ?? "organizations[]").\(here)"
            }
            if let part = section.parts.first(where: { $0.word == here }) { return part.path }
            return KeyDescription.all.first { $0.section == section && $0.name == here }?.path(in: owner)
        }
        guard let name = NearestName.nearest(word, among: KeyDescription.all.map(\.name).filter { !$0.isEmpty }) else {
            return nil
        }
        return KeyDescription.all.first { $0.name == name }?.path(in: owner)
    }
}
