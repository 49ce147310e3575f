import Foundation
import Recordings
import Text

/// How a value of one type is written: in the file, in the environment, and in `config show`.
struct ValueFormat<Value: Sendable>: Sendable {
    /// What a value must be; follows "it must be" in messages.
    let expectation: String
    let parse: @Sendable (RawContent) throws(BadValue) -> Value
}

/// A value as it was written, before its key interprets it.
enum RawContent: Sendable, Hashable {
    case text(String)
    case list([String])
    /// A list of sections, for the few keys that have one.
    case sections([RawSection])
    /// Not a value at all; already reported.
    case unusable

    /// The text, trimmed; a list is refused.
    func word() throws(BadValue) -> String {
        guard case .text(let text) = self else { throw BadValue() }
        return text.trimmed
    }

    /// The items of a list. In the environment, commas separate them, in brackets as in the file or without.
    func words() -> [String] {
        switch self {
        case .list(let items): items.map(\.trimmed)
        case .unusable, .sections: []
        case .text(let text):
            Self.withoutBrackets(text.trimmed).split(separator: ",").map { String($0).trimmed.unquoted }
                .filter { !$0.isEmpty }
        }
    }

    /// The brackets of a list as it is written on one line of the file, and shown by `callark config show`.
    private static func withoutBrackets(_ text: String) -> Substring {
        text.count > 1 && text.hasPrefix("[") && text.hasSuffix("]") ? text.dropFirst().dropLast() : text[...]
    }

    /// As it would be in the file.
    var shown: String {
        switch self {
        case .text(let text): text
        case .list(let items): "[\(items.joined(separator: ", "))]"
        case .sections(let sections): "[\(sections.map(\.shown).joined(separator: ", "))]"
        case .unusable: ""
        }
    }
}

/// A section in a list, as it was written.
struct RawSection: Sendable, Hashable {
    /// One line of it.
    struct Member: Sendable, Hashable {
        var key: String
        var line: Int
        var content: RawContent
    }

    /// Counted from one.
    var line: Int
    var members: [Member]

    /// The same without the texts below these keys.
    func masking(_ keys: Set<String>) -> RawSection {
        var section = self
        for place in members.indices {
            if keys.contains(members[place].key) {
                section.members[place].content = .text(SecretSource.mask)
            } else if case .sections(let parts) = members[place].content {
                section.members[place].content = .sections(parts.map { $0.masking(keys) })
            }
        }
        return section
    }

    /// As it would be in the file, on one line.
    var shown: String {
        let lines = members.map { member in
            // Below a key there is one section, not a list of them.
            guard case .sections(let parts) = member.content, let part = parts.first else {
                return "\(member.key): \(member.content.shown)"
            }
            return "\(member.key): \(part.shown)"
        }
        return "{ \(lines.joined(separator: ", ")) }"
    }

    /// - Returns: `nil` if `value` is not a section with texts, lists of texts, or such sections below its keys.
    /// - Parameter isNested: whether sections may be below its keys.
    init?(_ value: YAMLValue, isNested: Bool = false) {
        guard case .section(let entries) = value.content else { return nil }
        line = value.line
        members = []
        for entry in entries {
            let content: RawContent
            switch entry.value.content {
            case .text(let text): content = .text(text)
            case .nothing: content = .text("")
            case .list(let items):
                let texts = items.compactMap { if case .text(let text) = $0.content { text } else { nil } }
                guard texts.count == items.count else { return nil }
                content = .list(texts)
            case .section:
                guard isNested, let section = RawSection(entry.value) else { return nil }
                content = .sections([section])
            case .tagged, .oddKeys: return nil
            }
            members.append(Member(key: entry.key, line: entry.line, content: content))
        }
    }

    /// The sections of a list.
    /// - Returns: `nil` if one of the items is not a section.
    static func all(_ items: [YAMLValue], isNested: Bool = false) -> [RawSection]? {
        let sections = items.compactMap { RawSection($0, isNested: isNested) }
        return sections.count == items.count ? sections : nil
    }
}

extension String {
    /// Without the blanks at its ends.
    fileprivate var trimmed: String {
        func isVisible(_ byte: UInt8?) -> Bool { byte.map((UInt8(ascii: "!")...UInt8(ascii: "~")).contains) ?? true }
        // Nearly all values are like this, and the first call of Foundation's function takes as long as reading the
        // rest.
        if isVisible(utf8.first) && isVisible(utf8.last) { return self }
        return trimmingCharacters(in: .whitespaces)
    }

    /// Without the quotation marks around it.
    fileprivate var unquoted: String {
        guard count > 1, let mark = first, mark == "\"" || mark == "'", last == mark else { return self }
        return String(dropFirst().dropLast())
    }
}

/// A value that its key does not allow.
struct BadValue: Error {
    /// A hint, in addition to what the key expects.
    var advice: String?
}

extension ValueFormat where Value: FixedWidthInteger {
    static func integer(_ range: ClosedRange<Value>, of unit: String? = nil) -> Self {
        let noun = "a whole number" + (unit.map { " of \($0)" } ?? "")
        let bounds =
            range.upperBound == .max
            ? "at least \(range.lowerBound)" : "from \(range.lowerBound) to \(range.upperBound)"
        return Self(expectation: "\(noun), \(bounds)") { (content) throws(BadValue) in
            let word = try content.word()
            // Digits only: `Int` would also accept a plus sign, and YAML's octal and sexagesimal forms surprise people.
            guard word.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
                let number = Value(word), range.contains(number)
            else { throw BadValue() }
            return number
        }
    }
}

extension ValueFormat<Bool> {
    static var flag: Self {
        Self(expectation: "true or false") { (content) throws(BadValue) in
            switch try content.word() {
            case "true": true
            case "false": false
            default: throw BadValue()
            }
        }
    }
}

extension ValueFormat where Value: CaseIterable & RawRepresentable<String> {
    static func choice() -> Self {
        let words = Value.allCases.map(\.rawValue)
        return Self(expectation: words.joined(separator: " or ")) { (content) throws(BadValue) in
            let word = try content.word()
            guard let value = Value(rawValue: word) else {
                throw BadValue(advice: NearestName.question(word, among: words))
            }
            return value
        }
    }
}

extension ValueFormat<String> {
    /// A text without spaces, such as an identifier.
    static func word(_ expectation: String) -> Self {
        Self(expectation: "\(expectation), without spaces") { (content) throws(BadValue) in
            let word = try content.word()
            guard !word.isEmpty, word.unicodeScalars.allSatisfy(VisibleText.isVisible) else { throw BadValue() }
            return word
        }
    }

    /// What the name of a log's key may be (c2sp.org/signed-note).
    static var logOrigin: Self {
        let expectation = "a name such as archive.example/callark, without spaces, plus signs and a slash at an end"
        return Self(expectation: expectation) { (content) throws(BadValue) in
            let word = try content.word()
            guard (1...200).contains(word.utf8.count), !word.hasPrefix("/"), !word.hasSuffix("/"),
                word.utf8.allSatisfy({ (UInt8(ascii: "!")...UInt8(ascii: "~")).contains($0) && $0 != UInt8(ascii: "+") }
                )
            else { throw BadValue() }
            return word
        }
    }

    /// Part of a request's header: visible ASCII.
    static func visibleASCII(_ expectation: String) -> Self {
        Self(expectation: "\(expectation), in visible ASCII characters without spaces") { (content) throws(BadValue) in
            let word = try content.word()
            guard !word.isEmpty, word.utf8.allSatisfy({ (UInt8(ascii: "!")...UInt8(ascii: "~")).contains($0) }) else {
                throw BadValue()
            }
            return word
        }
    }

    /// Part of a request's header, kept exactly, including spaces.
    static var headerText: Self {
        Self(expectation: "a text of ASCII characters") { (content) throws(BadValue) in
            guard case .text(let text) = content, !text.isEmpty,
                text.utf8.allSatisfy({ (UInt8(ascii: " ")...UInt8(ascii: "~")).contains($0) })
            else { throw BadValue() }
            return text
        }
    }

    /// A path; the reader decides what it is relative to.
    static var path: Self {
        Self(expectation: "a path") { (content) throws(BadValue) in
            guard case .text(let path) = content, !path.isEmpty, VisibleText.isPrintable(path) else { throw BadValue() }
            if path.hasPrefix("~") { throw BadValue(advice: "\"~\" is not expanded, write the folder out") }
            return path
        }
    }

    /// Part of a host name, otherwise free: the provider may open regions that this program does not know.
    static var region: Self {
        Self(expectation: "a region's label such as us1") { (content) throws(BadValue) in
            let word = try content.word()
            guard (1...40).contains(word.utf8.count), word.utf8.allSatisfy(Address.isHostNameByte),
                !word.hasPrefix("-"), !word.hasSuffix("-")
            else { throw BadValue() }
            return word.lowercased()
        }
    }

    /// Visible ASCII: what the Authorization header and the token endpoint allow (RFC 6749 appendix A, without spaces).
    static var secret: Self {
        Self(expectation: "a secret of visible ASCII characters, without spaces") { (content) throws(BadValue) in
            guard case .text(let text) = content, !text.isEmpty,
                text.utf8.allSatisfy({ (UInt8(ascii: "!")...UInt8(ascii: "~")).contains($0) })
            else { throw BadValue() }
            return text
        }
    }

    /// What the provider takes as the secret of a subscription (wxcc-api 12.1).
    static var webhookSecret: Self {
        Self(expectation: "a secret of 32 to 256 visible ASCII characters, without spaces") {
            (content) throws(BadValue) in
            let text = try secret.parse(content)
            guard (32...256).contains(text.utf8.count) else { throw BadValue() }
            return text
        }
    }
}

extension ValueFormat<[String]> {
    /// At least one word.
    static var words: Self {
        Self(expectation: "a list of words, at least one") { (content) throws(BadValue) in
            let words = content.words()
            guard !words.isEmpty,
                words.allSatisfy({ !$0.isEmpty && $0.unicodeScalars.allSatisfy(VisibleText.isVisible) })
            else { throw BadValue() }
            return words
        }
    }
}

extension ValueFormat<OrganizationName> {
    static var organizationName: Self {
        Self(expectation: "1 to 40 of a-z, 0-9 and \"-\"") { (content) throws(BadValue) in
            guard let name = OrganizationName(try content.word()) else { throw BadValue() }
            return name
        }
    }
}

extension ValueFormat<TimeZone> {
    static var timeZone: Self {
        Self(expectation: "an IANA time zone such as UTC or Europe/Berlin") { (content) throws(BadValue) in
            let word = try content.word()
            if let zone = TimeZone(identifier: word) { return zone }
            // The list is not only for suggestions: using it makes the linker keep the time zone data in a statically
            // linked program. Without it, TimeZone(identifier:) knows only GMT.
            let known = TimeZone.knownTimeZoneIdentifiers
            guard !known.isEmpty else { throw BadValue(advice: "this program was built without time zone data") }
            throw BadValue(advice: NearestName.question(word, among: known))
        }
    }
}
