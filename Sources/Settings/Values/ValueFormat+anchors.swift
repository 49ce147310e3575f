import Recordings
import Text

extension ValueFormat<[RawSection]> {
    /// A list of sections; in the environment, the same text as in the file, on one line.
    static var sections: Self { listOfSections(isNested: false) }

    /// The same, whose sections may have sections below their keys.
    static var nestedSections: Self { listOfSections(isNested: true) }

    private static func listOfSections(isNested: Bool) -> Self {
        Self(expectation: "a list of sections such as [{ kind: command, name: print, command: [lp] }]") {
            (content) throws(BadValue) in
            switch content {
            case .sections(let sections): return sections
            case .list(let items) where items.isEmpty: return []
            case .text(""): return []
            case .text(let text):
                guard let value = try? YAMLValue.document(text), case .list(let items) = value.content,
                    let sections = RawSection.all(items, isNested: isNested)
                else { throw BadValue() }
                return sections
            case .list, .unusable: throw BadValue()
            }
        }
    }
}

extension ValueFormat<String> {
    /// Part of the names of files.
    static var anchorName: Self {
        Self(expectation: "1 to 40 of a-z, 0-9 and \"-\"") { (content) throws(BadValue) in
            // The rule is the same as for organizations.
            guard let name = OrganizationName(try content.word()) else { throw BadValue() }
            return name.description
        }
    }

    /// The key for checking a witness's cosignatures (c2sp.org/signed-note). Its parts are checked when it is used.
    static var verifierKey: Self {
        Self(expectation: "a verifier key, NAME+ID+KEY, as the witness's operator gives it out") {
            (content) throws(BadValue) in
            let word = try content.word()
            guard word.split(separator: "+", maxSplits: 2).count == 3,
                word.unicodeScalars.allSatisfy(VisibleText.isVisible)
            else { throw BadValue() }
            return word
        }
    }
}

extension ValueFormat<[String]> {
    /// A program and its arguments, kept exactly.
    static var command: Self {
        Self(expectation: "a list of a program and its arguments such as [lp, -d, vault]") {
            (content) throws(BadValue) in
            guard case .list(let words) = content, let program = words.first, !program.isEmpty,
                words.allSatisfy({ !$0.utf8.contains(0) })
            else { throw BadValue() }
            return words
        }
    }
}
