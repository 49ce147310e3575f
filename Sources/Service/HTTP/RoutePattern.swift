import Text

/// A pattern for paths: `/api/v1/calls/{organization}/{task_id}`. A name in braces matches any one segment. At the end, a
/// name that ends with `...` matches the rest of the path.
struct RoutePattern: Sendable, Hashable, CustomStringConvertible {
    let description: String
    private let parts: [Part]

    private enum Part: Sendable, Hashable {
        case word(String)
        case segment(String)
        case rest(String)
    }

    /// The number of literal segments. If two patterns match a path, the one with more is the narrower.
    var wordCount: Int { parts.count { if case .word = $0 { true } else { false } } }

    init(_ text: String) {
        description = text
        parts = text.split(separator: "/").map { part in
            guard part.hasPrefix("{"), part.hasSuffix("}") else { return .word(String(part)) }
            let name = part.dropFirst().dropLast()
            return name.hasSuffix("...") ? .rest(String(name.dropLast(3))) : .segment(String(name))
        }
    }

    /// Matches a path against the pattern.
    /// - Parameter path: as it was sent, without the query. It is split before its segments are decoded, so `%2F` is data
    ///   and does not separate segments.
    /// - Returns: the decoded segments by name; `nil` if the path does not match or cannot be decoded.
    func match(_ path: Substring) -> [String: String]? {
        guard path.hasPrefix("/") else { return nil }
        var segments = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)[...]
        if parts.isEmpty { return segments == [""] ? [:] : nil }
        var values: [String: String] = [:]
        for part in parts {
            guard let first = segments.popFirst(), !first.isEmpty else { return nil }
            switch part {
            case .word(let word): guard first == word else { return nil }
            case .segment(let name):
                guard let text = PercentCoding.decoded(first) else { return nil }
                values[name] = text
            case .rest(let name):
                guard let texts = Self.decoded([first] + segments) else { return nil }
                values[name] = texts.joined(separator: "/")
                return values
            }
        }
        return segments.isEmpty ? values : nil
    }

    /// The segments of the rest of a path, which need no percent-encoding.
    /// - Returns: `nil` if one is empty or contains a `%`.
    private static func decoded(_ segments: [Substring]) -> [String]? {
        let texts = segments.compactMap { segment -> String? in
            guard !segment.isEmpty, !segment.utf8.contains(UInt8(ascii: "%")) else { return nil }
            return String(segment)
        }
        return texts.count == segments.count ? texts : nil
    }
}
