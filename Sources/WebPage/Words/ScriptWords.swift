import Foundation

/// The words that scripts use: a part of all words, so that browsers fetch no others.
enum ScriptWords {
    /// A JSON object of them.
    static let json: [UInt8] = {
        let scripts = PageFiles.assets.filter { $0.key.hasSuffix(".js") }.values
        let words = used(Words.english.all, by: scripts.map { String(decoding: $0, as: UTF8.self) })
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(words)).map { Array($0) } ?? PageFiles.words
    }()

    /// The words whose keys are texts in scripts, and those of families, such as `pass_` with a state.
    static func used(_ words: [String: String], by scripts: [String]) -> [String: String] {
        var names: Set<String> = []
        var families: Set<String> = []
        for script in scripts {
            for match in script.matches(of: /"([a-z0-9_.]+)"/) { names.insert(String(match.output.1)) }
            for match in script.matches(of: /`([a-z0-9]+_[a-z0-9_]*)\$\{/) { families.insert(String(match.output.1)) }
        }
        return words.filter { word in
            names.contains(word.key) || families.contains { word.key.hasPrefix($0) }
                || ["_one", "_other"].contains {
                    word.key.hasSuffix($0) && names.contains(String(word.key.dropLast($0.count)))
                }
        }
    }
}
