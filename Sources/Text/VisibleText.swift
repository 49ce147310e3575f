/// Text from outside, made safe for one line of a message.
package enum VisibleText {
    /// Whether a scalar is visible and takes up space: not a blank, a control or an invisible format character.
    package static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
        isPrintable(scalar) && !scalar.properties.isWhitespace
    }

    /// Whether every scalar is printable: no control, format or line separator character.
    package static func isPrintable(_ text: String) -> Bool { text.unicodeScalars.allSatisfy(isPrintable) }

    /// In quotes, on one line, shortened to fit a line. What cannot be printed is escaped, so that no file can forge a
    /// second line or move the terminal's cursor.
    package static func quoted(_ text: String) -> String {
        let shown = escaped(String(text.unicodeScalars.prefix(80)))
        return "\"\(shown)\(text.unicodeScalars.count > 80 ? "…" : "")\""
    }

    /// The first few of `texts`, each in quotes, and how many more there are.
    package static func list(_ texts: [String]) -> String {
        let rest = texts.count - maxListed
        return texts.prefix(maxListed).map(quoted).joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
    }

    private static let maxListed = 10

    /// The same without quotes and without shortening: every line for a terminal goes through this.
    /// - Parameter keepingBreaks: whether line breaks and tabs stay, as in a field of CSV.
    package static func escaped(_ text: String, keepingBreaks: Bool = false) -> String {
        if text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return text }
        var escaped = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if isPrintable(scalar) || keepingBreaks && ["\n", "\r", "\t"].contains(scalar) {
                escaped.append(scalar)
            } else {
                escaped.append(contentsOf: scalar.escaped(asASCII: true).unicodeScalars)
            }
        }
        return String(escaped)
    }

    /// JSON text in which what cannot be printed is escaped too: JSON allows everything except the first 32 controls
    /// unescaped, and a terminal obeys some of it. Such characters occur in strings only, so the meaning of the text
    /// stays the same.
    /// - Parameter json: one value, in UTF-8.
    package static func escaped(json: some Collection<UInt8>) -> [UInt8] {
        if json.allSatisfy({ $0 < 0x7F }) { return Array(json) }
        var escaped: [UInt8] = []
        escaped.reserveCapacity(json.count + 64)
        for scalar in String(decoding: json, as: UTF8.self).unicodeScalars {
            if scalar.value < 0x7F || isPrintable(scalar) {
                escaped.append(contentsOf: Unicode.UTF8.encode(scalar) ?? Unicode.UTF8.encodedReplacementCharacter)
                continue
            }
            for unit in Unicode.UTF16.encode(scalar) ?? Unicode.UTF16.encodedReplacementCharacter {
                let digits = String(unit, radix: 16)
                escaped += #"\u"#.utf8
                escaped += String(repeating: "0", count: 4 - digits.count).utf8
                escaped += digits.utf8
            }
        }
        return escaped
    }

    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned, .privateUse: false
        default: true
        }
    }
}
