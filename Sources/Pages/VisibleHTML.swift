import Mustache
import Text

/// The escaping of every value on a page: of markup, and of characters that a reader would not see.
///
/// The library's own escaping works on characters as people see them, so it would miss a `<` followed by a combining
/// mark.
package struct VisibleHTML: MustacheContentType {
    private static let registration: Void = MustacheContentTypes.register(VisibleHTML(), named: "VISIBLE_HTML")

    /// A template of a page, which names this content type itself.
    package static func template(_ text: String) throws -> MustacheTemplate {
        _ = registration
        return try MustacheTemplate(string: "{{% CONTENT_TYPE:VISIBLE_HTML}}" + text)
    }

    package func escapeText(_ text: String) -> String {
        var escaped = String.UnicodeScalarView()
        for scalar in VisibleText.escaped(text).unicodeScalars {
            switch scalar {
            case "<": escaped.append(contentsOf: "&lt;".unicodeScalars)
            case ">": escaped.append(contentsOf: "&gt;".unicodeScalars)
            case "&": escaped.append(contentsOf: "&amp;".unicodeScalars)
            case "\"": escaped.append(contentsOf: "&quot;".unicodeScalars)
            case "'": escaped.append(contentsOf: "&#39;".unicodeScalars)
            default: escaped.append(scalar)
            }
        }
        return String(escaped)
    }
}
