/// How many columns of a terminal a text takes up.
///
/// The C library's `wcwidth` knows this only for the locale that is set, and knows nothing in the locale C.
enum DisplayWidth {
    static func of(_ text: String) -> Int {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.utf8.count }
        return text.reduce(0) { $0 + of($1) }
    }

    static func of(_ character: Character) -> Int {
        let scalars = character.unicodeScalars
        // Some pictures consist of several characters: a flag of two letters, a hand with a colour, a sign shown as a
        // picture.
        let isPicture = scalars.dropFirst().contains { $0.value == 0xFE0F || $0.properties.isEmojiPresentation }
        return isPicture ? 2 : scalars.reduce(0) { $0 + of($1) }
    }

    private static func of(_ scalar: Unicode.Scalar) -> Int {
        if scalar.value < 0x80 { return 1 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .control, .format: return 0
        default: break
        }
        // Vowels and final consonants of decomposed Korean are drawn in the block of the first character.
        if (0x1160...0x11FF).contains(scalar.value) { return 0 }
        return scalar.properties.isEmojiPresentation || wide.contains { $0.contains(scalar.value) } ? 2 : 1
    }

    /// The blocks of Unicode's East Asian Width whose characters are wide.
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0xA4CF, 0xA960...0xA97F,
        0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6,
        0x16FE0...0x18CFF, 0x1AFF0...0x1B2FF, 0x1F200...0x1F265, 0x20000...0x3FFFD,
    ]
}

extension String {
    /// The number of terminal columns.
    var displayWidth: Int { DisplayWidth.of(self) }

    /// Padded at the end to `width`.
    func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - displayWidth))
    }

    /// Padded at the start to `width`.
    func leftPadded(to width: Int) -> String {
        String(repeating: " ", count: max(0, width - displayWidth)) + self
    }

    /// No wider than `width`; what is cut off is replaced by `mark`.
    func shortened(to width: Int, mark: String) -> String {
        guard displayWidth > width else { return self }
        // There is too little room for the mark and a character before it.
        let mark = mark.displayWidth < width ? mark : ""
        var left = width - mark.displayWidth
        let kept = prefix { character in
            left -= DisplayWidth.of(character)
            return left >= 0
        }
        return kept + mark
    }

    var trimmingTrailingBlanks: String {
        var trimmed = self[...]
        while trimmed.last == " " { trimmed = trimmed.dropLast() }
        return String(trimmed)
    }
}
