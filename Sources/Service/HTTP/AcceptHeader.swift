import Foundation

/// The header `Accept` (RFC 9110, section 12.5.1).
enum AcceptHeader {
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
