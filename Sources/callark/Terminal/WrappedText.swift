/// Text for a terminal, broken between words so that no line is wider than the terminal.
///
/// A command that a person copies and a word that is too long stay on one line, however wide.
struct WrappedText {
    /// The least gap between the label and the text of a line such as `Time zone     UTC`.
    private static let gap = "  "

    /// Breaks `text`, which is a single line, into lines.
    /// - Parameters:
    ///   - width: the maximum width of a line; `nil`: unlimited.
    ///   - indent: how much further than the first line the others are indented, if the text has no label.
    static func lines(_ text: String, width: Int?, indent: Int = 2) -> [String] {
        guard let width, text.displayWidth > width else { return [text] }
        let margin = text.prefix { $0 == " " }
        var first = String(margin)
        var words = units(text.dropFirst(margin.count))
        var hanging = margin.count + indent
        if let label = label(of: text.dropFirst(margin.count)) {
            first += label
            words = units(text.dropFirst(first.count))
            // A label wider than half of the line would leave a ribbon of words.
            if first.displayWidth <= width / 2 { hanging = first.displayWidth }
        }
        var lines: [String] = []
        var line = first
        var isEmpty = true
        for word in words {
            let longer = isEmpty ? line + word : "\(line) \(word)"
            if !isEmpty, longer.displayWidth > width {
                lines.append(line)
                line = String(repeating: " ", count: hanging) + word
            } else {
                line = longer
            }
            isEmpty = false
        }
        return lines + [line]
    }

    /// The words of a table cell, in lines no wider than `width`. A wider word is broken.
    static func cell(_ text: String, width: Int) -> [String] {
        lines(text, width: width, indent: 0).flatMap { line in
            var (rest, parts) = (line, [String]())
            while rest.displayWidth > width, width > 0 {
                // A character wider than the column still gets a line.
                let part = rest.shortened(to: width, mark: "")
                parts.append(part.isEmpty ? String(rest.prefix(1)) : part)
                rest.removeFirst(max(1, part.count))
            }
            return parts + (rest.isEmpty && !parts.isEmpty ? [] : [rest])
        }
    }

    /// The label at the beginning of a line, with the blanks after it.
    private static func label(of text: Substring) -> Substring? {
        guard let gap = text.firstRange(of: Self.gap) else { return nil }
        return text[..<(text[gap.lowerBound...].firstIndex { $0 != " " } ?? gap.upperBound)]
    }

    /// The units that are not broken: words, text in backquotes, and a command up to the end of its clause.
    private static func units(_ text: Substring) -> [String] {
        var units: [String] = []
        var open: Closing?
        for word in text.split(separator: " ") {
            if let closing = open {
                units[units.count - 1] += " \(word)"
                if closing.ends(word) { open = nil }
            } else {
                units.append(String(word))
                let begun = Closing(word)
                open = begun?.ends(word.dropFirst()) == true ? nil : begun
            }
        }
        return units
    }

    /// Where such a unit ends.
    private enum Closing {
        case backquote, clause

        init?(_ word: Substring) {
            let start = word.drop { $0 == "(" }
            if start.first == "`" {
                self = .backquote
            } else if start == "callark" {
                self = .clause
            } else {
                return nil
            }
        }

        func ends(_ word: Substring) -> Bool {
            switch self {
            case .backquote: word.contains("`")
            case .clause: word.last.map { ";,:)".contains($0) } ?? false
            }
        }
    }
}
