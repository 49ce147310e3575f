/// The text of `--help`, for a terminal of any width.
///
/// The argument parser breaks lines too, but loses the indentation of continuation lines, and breaks examples, which
/// people copy. So it is asked for unbroken lines.
struct HelpText {
    /// Wide enough that the argument parser never breaks a line.
    static let unbroken = 100_000
    /// Longer lines are hard to read.
    private static let widest = 100
    /// The column where the argument parser begins the text of an option.
    private static let textColumn = 26
    /// With less room, the text of an option goes below its name.
    private static let leastTextWidth = 40
    /// Reference sections come after the commands.
    private static let lastSections = ["EXIT CODES", "FILES", "COMPLETIONS"]

    private let sections: [Section]

    private struct Section {
        var heading: String
        var lines: [Substring]
    }

    /// - Parameter text: the help with unbroken lines.
    init(_ text: String) {
        var sections = [Section(heading: "", lines: [])]
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("USAGE: ") {
                sections.append(Section(heading: "USAGE", lines: []))
            } else if let heading = line.wholeMatch(of: /([A-Z][A-Z ]+):?/) {
                sections.append(Section(heading: String(heading.output.1), lines: []))
            }
            sections[sections.count - 1].lines.append(line)
        }
        let isLast = { (section: Section) in Self.lastSections.contains(section.heading) }
        self.sections = sections.filter { !isLast($0) } + sections.filter(isLast)
    }

    /// - Parameter columns: the width of the terminal.
    func fitted(to columns: Int) -> String {
        let width = min(columns, Self.widest)
        let texts = sections.map { section -> String in
            let lines =
                switch section.heading {
                case "USAGE": section.lines.flatMap { Self.usage($0, width: width) }
                case "EXAMPLES": section.lines.map(String.init)
                case "ARGUMENTS", "OPTIONS", "SUBCOMMANDS", "CALLS": Self.options(section.lines, width: width)
                default: section.lines.flatMap { WrappedText.lines(String($0), width: width, indent: 0) }
                }
            var text = lines.joined(separator: "\n")
            while text.hasSuffix("\n") { text.removeLast() }
            return text
        }
        return texts.joined(separator: "\n\n")
    }

    /// Options, arguments or commands, with their texts in a column next to them, or below them if the terminal is
    /// narrow.
    private static func options(_ lines: [Substring], width: Int) -> [String] {
        func parts(_ line: Substring) -> (label: String, text: String) {
            // In a sentence, a blank at this position is a coincidence.
            let isText =
                !line.hasPrefix("  See '") && line.hasPrefix("  ") && line.count > textColumn
                && line.dropFirst(textColumn - 1).first == " "
            return isText
                ? (String(line.prefix(textColumn)).trimmingTrailingBlanks, String(line.dropFirst(textColumn)))
                : (String(line), "")
        }
        let entries = lines.map(parts)
        let column = (entries.filter { !$0.text.isEmpty }.map(\.label.displayWidth).max() ?? 0) + 2
        let isBeside = width - column >= leastTextWidth
        // If a label is too long for the column, its text goes on the next line.
        let indent = String(repeating: " ", count: isBeside ? column : 6)
        return entries.flatMap { label, text in
            if label.hasPrefix("  See '") { return WrappedText.lines(label, width: width, indent: 0) }
            guard !text.isEmpty else { return [label] }
            guard !label.isEmpty else { return WrappedText.lines(indent + text, width: width, indent: 0) }
            if !isBeside { return [label] + WrappedText.lines(indent + text, width: width, indent: 0) }
            let rest = WrappedText.lines(indent + text, width: width, indent: 0)
            return [label.padded(to: indent.count) + (rest.first ?? "").dropFirst(indent.count)] + rest.dropFirst()
        }
    }

    /// The usage is broken only between options.
    private static func usage(_ line: Substring, width: Int) -> [String] {
        guard line.hasPrefix("USAGE: ") else { return [String(line)] }
        let pieces = line.matches(of: /\[[^\[\]]*(?:\[[^\]]*\][^\[\]]*)*\]|(?:--\S+ )?<[^>]*>(?: \.\.\.)?|\S+/)
        var lines: [String] = []
        for piece in pieces.map({ String($0.output) }) {
            if let last = lines.last, last.displayWidth + 1 + piece.displayWidth <= width {
                lines[lines.count - 1] += " \(piece)"
            } else {
                lines.append(lines.isEmpty ? piece : "       \(piece)")
            }
        }
        return lines
    }
}
