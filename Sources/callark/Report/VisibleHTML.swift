import Mustache
import Settings
import Text

/// What every value goes through on its way into a page: markup is escaped, and so is what no reader would see.
///
/// The library's own escaping goes by characters as people see them, so that it would miss a `<` that a combining mark
/// follows.
struct VisibleHTML: MustacheContentType {
    private static let registration: Void = MustacheContentTypes.register(VisibleHTML(), named: "VISIBLE_HTML")

    /// A template of a page, which names this content type itself.
    static func template(_ text: String) throws -> MustacheTemplate {
        _ = registration
        return try MustacheTemplate(string: "{{% CONTENT_TYPE:VISIBLE_HTML}}" + text)
    }

    func escapeText(_ text: String) -> String {
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
