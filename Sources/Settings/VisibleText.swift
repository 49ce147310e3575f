/// Text that came from outside, made fit for one line of a message.
package enum VisibleText {
    /// Whether a scalar can be seen and takes up space of its own: no blank, no control, no invisible format character.
    static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
        isPrintable(scalar) && !scalar.properties.isWhitespace
    }

    static func isPrintable(_ text: String) -> Bool { text.unicodeScalars.allSatisfy(isPrintable) }

    /// In quotes, on one line, no longer than a line bears; what cannot be printed is escaped, so that no file can
    /// forge a second line or move the terminal's cursor.
    static func quoted(_ text: String) -> String {
        let shown = escaped(String(text.unicodeScalars.prefix(80)))
        return "\"\(shown)\(text.unicodeScalars.count > 80 ? "…" : "")\""
    }

    /// The same without quotes, as long as it is.
    package static func escaped(_ text: String) -> String {
        text.unicodeScalars.map { isPrintable($0) ? String($0) : $0.escaped(asASCII: true) }.joined()
    }

    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned, .privateUse: false
        default: true
        }
    }
}
