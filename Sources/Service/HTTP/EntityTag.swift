import Foundation
import HTTPTypes

/// The entity tag of what an answer has (RFC 9110, section 8.8.3), always a strong one.
struct EntityTag: Sendable, Hashable {
    /// With its quotation marks, as in a header.
    let text: String

    /// - Parameter content: what is between the quotation marks; it has none itself.
    init(_ content: String) {
        text = "\"\(content)\""
    }

    /// Whether a header `If-None-Match` names it: in a list, as a weak tag, or as any by `*` (section 13.1.2).
    func isNamed(in header: String?) -> Bool {
        guard let header else { return false }
        if header.trimmingCharacters(in: .whitespaces) == "*" { return true }
        return header.matches(of: /"[^"]*"/).contains { $0.output == text }
    }

    /// Whether a header `If-Match` permits an answer: it is missing, `*`, or names this very tag (section 13.1.1). A weak tag never
    /// is.
    func isWanted(by header: String?) -> Bool {
        guard let header, header.trimmingCharacters(in: .whitespaces) != "*" else { return true }
        return header.matches(of: /(W\/)?("[^"]*")/).contains { $0.output.1 == nil && $0.output.2 == text }
    }

    /// Whether a header `If-Range` permits a part: it is missing, or this very tag. A weak tag and a date never are, because no
    /// answer has one.
    func permitsPart(by header: String?) -> Bool {
        header.map { $0.trimmingCharacters(in: .whitespaces) == text } ?? true
    }
}
