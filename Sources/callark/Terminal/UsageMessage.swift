/// What is wrong with a command line, on one line. The argument parser uses several, followed by the usage.
struct UsageMessage: CustomStringConvertible {
    let description: String

    /// - Parameters:
    ///   - message: the argument parser's message.
    ///   - option: the help of the option that the message is about, if any.
    ///   - command: the command as a person typed it: `callark list`.
    init(_ message: String, option: String?, command: String) {
        if let refusal = Self.refusal(message) {
            description = refusal
        } else if let missing = message.wholeMatch(of: /Missing value for '(-[^ ']*)[^']*'/) {
            let help = option?.prefixMatch(of: /Help: +\S+ +(?:<[^>]*> +)?(.*)/)?.output.1
            description = "\(missing.output.1): the value is missing" + (help.map { ": \(Self.clause($0))" } ?? "")
        } else {
            let sentence = message.split(separator: "\n").map { $0.drop { $0 == " " } }.joined(separator: " ")
            let clause = Self.clause(sentence[...])
            description = clause + (clause.hasSuffix("?") ? " See" : "; see") + " `\(command) --help`"
        }
    }

    /// For a refused value: the option, the value, and the accepted values.
    private static func refusal(_ message: String) -> String? {
        guard let match = message.wholeMatch(of: /(?s)The value '(.*)' is invalid for '([^ ']*)[^']*'(.*)/) else {
            return nil
        }
        let (_, value, name, rest) = match.output
        let subject = (name.hasPrefix("-") ? "\(name) " : "") + (value.isEmpty ? "\"\"" : String(value))
        if rest.hasPrefix(": ") { return "\(subject): \(rest.dropFirst(2))" }
        let words = rest.matches(of: /'([^']*)'|  - (\S+)/).compactMap { $0.output.1 ?? $0.output.2 }
        return words.isEmpty ? "\(subject): not a valid value" : "\(subject): give \(list(words))"
    }

    /// `one, two or three`.
    private static func list(_ words: [Substring]) -> String {
        words.count < 2
            ? words.joined() : "\(words.dropLast().joined(separator: ", ")) or \(words.last ?? "")"
    }

    /// A sentence as a clause of another one.
    private static func clause(_ sentence: Substring) -> String {
        var text = sentence.replacing(". Did you mean", with: "; did you mean")
        if text.hasSuffix(".") { text.removeLast() }
        return text.prefix(1).lowercased() + text.dropFirst()
    }
}
