import Text
import Yams

/// One value of a YAML document, with its line. The only place that uses Yams.
struct YAMLValue {
    /// Counted from one.
    let line: Int
    private let node: Node

    /// One line of a section.
    struct Entry {
        let key: String
        let line: Int
        let value: YAMLValue
    }

    enum Content {
        /// `~`, `null`, or nothing at all.
        case nothing
        case text(String)
        case list([YAMLValue])
        case section([Entry])
        /// A value with a tag that has no meaning here, such as `!vault`.
        case tagged(String)
        /// A section with a key that is a list or a section.
        case oddKeys
    }

    /// Why a text is not a YAML document, in one line that has none of its text except keys.
    struct Failure: Error {
        let code: SettingsProblem.Code
        let line: Int?
        let message: String
    }

    /// Reads one document; `nil` if `text` contains none.
    static func document(_ text: String) throws(Failure) -> YAMLValue? {
        do {
            // Without resolving rules every scalar stays as it was written. Its key interprets it, so that `name: 007`
            // and `region: no` do not become a number and a Boolean.
            return try Parser(yaml: text, resolver: .basic, encoding: .utf8).singleRoot().map(YAMLValue.init)
        } catch {
            throw failure(error, in: text)
        }
    }

    private init(_ node: Node) {
        self.node = node
        line = node.mark?.line ?? 1
    }

    /// The content of the value, one level deep: with aliases a small text can be an enormous tree, which is never
    /// walked.
    var content: Content {
        let tag = node.tag.rawValue
        guard tag.hasPrefix("tag:yaml.org,2002:") || tag.isEmpty || tag == "!" else { return .tagged(tag) }
        switch node {
        case .scalar(let scalar):
            let isNull = scalar.style == .plain && ["", "~", "null", "Null", "NULL"].contains(scalar.string)
            return isNull ? .nothing : .text(scalar.string)
        case .sequence(let items):
            return .list(items.map(YAMLValue.init))
        case .mapping(let pairs):
            let entries = pairs.compactMap { key, value in
                key.scalar.map { Entry(key: $0.string, line: key.mark?.line ?? line, value: YAMLValue(value)) }
            }
            return entries.count == pairs.count ? .section(entries) : .oddKeys
        case .alias:
            return .oddKeys
        }
    }

    /// Yams' own descriptions quote the document, which may contain secrets; these do not.
    private static func failure(_ error: any Error, in text: String) -> Failure {
        switch error as? YamlError {
        case .duplicatedKeysInMapping(let keys, let context):
            let names = VisibleText.list(keys)
            let message = "\(names) \(keys.count == 1 ? "is" : "are") given more than once in one section"
            return Failure(code: .duplicate, line: context.mark.line, message: message)
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            if isIndentedByTab(mark.line, of: text) {
                let message = "a tab indents this line; YAML allows only spaces"
                return Failure(code: .malformed, line: mark.line, message: message)
            }
            let message = "not valid YAML at column \(mark.column): \(problem)"
            return Failure(code: .malformed, line: mark.line, message: message)
        case .reader(let problem, let offset, _, _):
            let line = offset.map { text.prefix($0).count { $0.isNewline } + 1 }
            return Failure(code: .malformed, line: line, message: "not valid YAML: \(problem)")
        default:
            return Failure(code: .malformed, line: nil, message: "not valid YAML")
        }
    }

    private static func isIndentedByTab(_ line: Int, of text: String) -> Bool {
        let lines = text.split(separator: "\n", maxSplits: line, omittingEmptySubsequences: false)
        guard line >= 1, line <= lines.count else { return false }
        return lines[line - 1].prefix { $0 == " " || $0 == "\t" }.contains("\t")
    }
}
