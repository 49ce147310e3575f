import Foundation

/// What a GraphQL document requests, as far as Search needs it: one root field, its arguments, and the fields of its
/// records. Not a full GraphQL parser: it does not know fragments, aliases and directives.
struct SearchDocument: Sendable {
    /// A field, and its requested fields if it is an object.
    struct Field: Sendable {
        var name: String
        var parts: [Field] = []
    }

    struct Fault: Error, CustomStringConvertible {
        let description: String
    }

    var root: Field
    /// Names of arguments, and their values as written: `$from`, `1763596800000`. A value in braces or brackets is kept
    /// completely.
    var arguments: [String: String]

    init(_ text: String) throws(Fault) {
        var reader = Reader(words: Self.words(of: text)[...])
        try reader.skipHead()
        arguments = [:]
        let name = try reader.name()
        if reader.words.first == "(" { arguments = try reader.arguments() }
        root = Field(name: name, parts: try reader.selection())
        guard reader.words.first == "}" else { throw Fault(description: "more than one root field") }
    }

    /// The fields of the member of that name.
    func fields(of name: String) -> [Field]? { root.parts.first { $0.name == name }?.parts }

    private static func words(of text: String) -> [String] {
        var words: [String] = []
        var word = ""
        var isQuoted = false
        for line in text.split(whereSeparator: \.isNewline) {
            for character in line {
                if isQuoted || character == "\"" {
                    word.append(character)
                    if character == "\"" { isQuoted.toggle() }
                    continue
                }
                if character == "#" { break }
                let isPunctuation = "(){}[]:!".contains(character)
                if isPunctuation || character.isWhitespace || character == "," {
                    if !word.isEmpty { words.append(word) }
                    word = ""
                    if isPunctuation { words.append(String(character)) }
                } else {
                    word.append(character)
                }
            }
            if !word.isEmpty, !isQuoted { words.append(word) }
            if !isQuoted { word = "" }
        }
        return words
    }

    private struct Reader {
        var words: ArraySlice<String>

        mutating func next() throws(Fault) -> String {
            guard let word = words.popFirst() else { throw Fault(description: "it ends too early") }
            return word
        }

        /// `query name($a: T!)` in front of the first brace, or nothing.
        mutating func skipHead() throws(Fault) {
            while try next() != "{" {}
        }

        mutating func name() throws(Fault) -> String {
            let word = try next()
            guard word.first?.isLetter ?? false else { throw Fault(description: "'\(word)' is no name") }
            return word
        }

        mutating func arguments() throws(Fault) -> [String: String] {
            var found: [String: String] = [:]
            _ = try next()
            while words.first != ")" {
                let name = try name()
                guard try next() == ":" else { throw Fault(description: "no value for '\(name)'") }
                found[name] = try value()
            }
            _ = try next()
            return found
        }

        private mutating func value() throws(Fault) -> String {
            var parts: [String] = []
            var depth = 0
            repeat {
                let word = try next()
                if "{[".contains(word) { depth += 1 }
                if "}]".contains(word) { depth -= 1 }
                parts.append(word)
            } while depth > 0
            return parts.joined(separator: " ")
        }

        mutating func selection() throws(Fault) -> [Field] {
            guard words.first == "{" else { return [] }
            _ = try next()
            var fields: [Field] = []
            while words.first != "}" {
                let name = try name()
                fields.append(Field(name: name, parts: try selection()))
            }
            _ = try next()
            return fields
        }
    }
}

extension JSON {
    /// The member called `name`; `nil` if there is none.
    func member(_ name: String) -> JSON? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.0 == name }?.1
    }

    /// The requested part of this record.
    func selected(_ fields: [SearchDocument.Field]) -> JSON {
        switch self {
        case .object: .object(fields.map { ($0.name, (member($0.name) ?? .null).selected($0.parts)) })
        case .array(let elements): .array(elements.map { $0.selected(fields) })
        default: self
        }
    }

    /// The path of the first requested field that this record does not have.
    func undefinedField(_ fields: [SearchDocument.Field]) -> [String]? {
        if case .array(let elements) = self { return elements.first?.undefinedField(fields) }
        for field in fields {
            guard let value = member(field.name) else { return [field.name] }
            if !field.parts.isEmpty, let rest = value.undefinedField(field.parts) { return [field.name] + rest }
        }
        return nil
    }
}
