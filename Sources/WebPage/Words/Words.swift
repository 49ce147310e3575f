import Foundation
import Recordings

/// Every word that pages show, out of one file, so that they can be translated.
struct Words: Sendable {
    /// The texts, by key.
    let all: [String: String]

    /// English, as it is in the binary.
    static let english = Words(json: PageFiles.words)

    init(json: [UInt8]) {
        var all: [String: String] = [:]
        if case .object(let members)? = try? JSONReader.value(of: Data(json)) {
            for member in members { all[member.name] = member.value.text }
        }
        self.all = all
    }

    /// The text of a key, with its placeholders in braces filled in. A key without a text shows itself, so that it is found.
    func callAsFunction(_ key: String, _ values: [String: String] = [:]) -> String {
        var text = all[key] ?? key
        for (name, value) in values { text = text.replacing("{\(name)}", with: value) }
        return text
    }

    /// The text of a key for this number: `KEY_one` for one, `KEY_other` for all others, with `{n}` filled in.
    func count(_ key: String, _ number: Int, _ values: [String: String] = [:]) -> String {
        self("\(key)_\(number == 1 ? "one" : "other")", values.merging(["n": Shown.number(number)]) { $1 })
    }

    /// The words for a code, such as a state; the code itself, with blanks, if none are known.
    func code(_ family: String, _ code: String) -> String {
        all["\(family)_\(code)"] ?? code.replacing("_", with: " ")
    }
}
