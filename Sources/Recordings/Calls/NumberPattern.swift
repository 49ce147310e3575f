/// What a filter by number looks for: some digits in a row, or a text that is not a telephone number.
package enum NumberPattern: Hashable, Sendable {
    /// Numbers that contain these digits in a row, at least ``shortestRun`` of them.
    case digits(String)
    /// Exactly this text, whatever the case of its ASCII letters: an e-mail address, `anonymous`.
    case text(String)

    /// Fewer digits than this are in nearly every number.
    package static let shortestRun = 4
    /// No more digits of a stored number than this are compared. A telephone number has at most fifteen.
    package static let mostDigits = 32
    /// The digits are looked for among this many characters.
    package static let mostCharacters = 256
    /// After the zeros in front of so many other digits, a number without a country code is complete.
    private static let shortestNational = 7

    /// - Parameter typed: digits, grouped in any way; or a text.
    /// - Returns: `nil` if these are digits, but fewer than ``shortestRun``.
    package init?(_ typed: String) {
        guard let digits = TelephoneNumber.digits(of: typed) else {
            self = .text(Self.folded(typed))
            return
        }
        guard digits.utf8.count >= Self.shortestRun else { return nil }
        // Zeros in front are for dialling (030 1234567): others do not see them as part of the number.
        let national = digits.drop { $0 == "0" }
        self = .digits(national.utf8.count >= Self.shortestNational ? String(national) : digits)
    }

    /// Whether a stored number is one of those that are looked for.
    package func matches(_ number: String) -> Bool {
        switch self {
        case .digits(let run): Self.digits(in: number).contains(run)
        case .text(let text): Self.folded(number) == text
        }
    }

    /// The digits of a number as it is stored, in any form: those before an `@`. The manifest's view `call_number_runs` finds
    /// the same.
    package static func digits(in number: String) -> String {
        let user = number.unicodeScalars.prefix(mostCharacters).prefix { $0 != "@" }
        var digits = String.UnicodeScalarView()
        digits.append(contentsOf: user.filter { ("0"..."9").contains($0) }.prefix(mostDigits))
        return String(digits)
    }

    /// Small letters, but only ASCII, as in SQLite's `lower`.
    private static func folded(_ text: String) -> String {
        let letters = UInt8(ascii: "A")...UInt8(ascii: "Z")
        return String(decoding: text.utf8.map { letters.contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
    }
}
