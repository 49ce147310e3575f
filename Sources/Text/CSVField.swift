/// A field of CSV as Callark writes it, and the way back.
///
/// A spreadsheet takes a field that begins with `=`, `+`, `-`, `@`, a tab or a carriage return for a formula; an
/// apostrophe in front prevents that. So that the result can be read again, a field that begins with apostrophes
/// followed by one of these gets one more, and reading removes one: writing and reading are each other's inverse for
/// every text.
package enum CSVField {
    private static let apostrophe = UInt8(ascii: "'")
    private static let formulaStarts = Set("=+-@\t\r".utf8)
    private static let special = Set(",\"\r\n".utf8)

    /// `text` as it is written between commas: protected against being a formula, and quoted if necessary.
    package static func written(_ text: String) -> String {
        let guarded = startsFormula(text.utf8[...]) ? "'" + text : text
        guard guarded.utf8.contains(where: special.contains) else { return guarded }
        var bytes = [UInt8(ascii: "\"")]
        for byte in guarded.utf8 {
            if byte == UInt8(ascii: "\"") { bytes.append(byte) }
            bytes.append(byte)
        }
        bytes.append(UInt8(ascii: "\""))
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A record of these fields, up to its carriage return: on a terminal they move no cursor, and may contain line breaks.
    package static func record(_ fields: [String]) -> String {
        fields.map { written(VisibleText.escaped($0, keepingBreaks: true)) }.joined(separator: ",") + "\r"
    }

    /// The meaning of a field that ``CSVDocument`` has read and unquoted: without the apostrophe of ``written(_:)``.
    package static func unguarded(_ field: String) -> String {
        guard field.utf8.first == apostrophe, startsFormula(field.utf8.dropFirst()) else { return field }
        return String(decoding: field.utf8.dropFirst(), as: UTF8.self)
    }

    private static func startsFormula(_ bytes: Substring.UTF8View) -> Bool {
        guard let first = bytes.first(where: { $0 != apostrophe }) else { return false }
        return formulaStarts.contains(first)
    }
}
