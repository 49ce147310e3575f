import Foundation
import HTTPTypes

/// The header `Accept` (RFC 9110, section 12.5.1).
enum AcceptHeader {
    /// The form with the highest quality; of several, the first. Without a header, the first of all.
    /// - Parameter noun: what is available in these forms, for the problem: `a report`.
    /// - Throws: a ``Problem`` with status 406 if the header permits none.
    static func choice<Form>(
        of forms: [(type: String, form: Form)],
        by accept: String?,
        noun: String
    ) throws(Problem) -> Form {
        let isGiven = accept?.allSatisfy(\.isWhitespace) == false
        var best: (form: Form, quality: Double)?
        for (type, form) in forms {
            let quality = isGiven ? Self.quality(of: type, in: accept ?? "") : 1
            if quality > best?.quality ?? 0 { best = (form, quality) }
        }
        if let best { return best.form }
        let types = forms.map(\.type).joined(separator: ", ")
        throw Problem(.notAcceptable, "not_acceptable", "\(noun) is available as \(types)")
    }

    /// The quality of a type, by the most specific media range that matches it; 0 if none does.
    static func quality(of type: String, in accept: String) -> Double {
        var found: (exactness: Int, quality: Double) = (-1, 0)
        for item in accept.lowercased().split(separator: ",") {
            let parts = item.split(separator: ";").map { $0.trimmingCharacters(in: .whitespaces) }
            guard let range = parts.first else { continue }
            let family = type.prefix { $0 != "/" }
            let exactness = range == type ? 2 : range == "\(family)/*" ? 1 : range == "*/*" ? 0 : -1
            let quality = parts.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
            if exactness > found.exactness { found = (exactness, quality) }
        }
        return found.quality
    }
}
