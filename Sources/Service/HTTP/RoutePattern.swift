/// The form of a path: `/api/v1/calls/{organization}/{task_id}`. A name in braces stands for one segment, whatever it has;
/// a last one that ends with `...` stands for the rest of the path.
struct RoutePattern: Sendable, Hashable, CustomStringConvertible {
    let description: String
    private let parts: [Part]

    private enum Part: Sendable, Hashable {
        case word(String)
        case segment(String)
        case rest(String)
    }

    /// How many of its segments are words. Of two patterns that a path has, the one with more is the narrower.
    var wordCount: Int { parts.count { if case .word = $0 { true } else { false } } }

    init(_ text: String) {
        description = text
        parts = text.split(separator: "/").map { part in
            guard part.hasPrefix("{"), part.hasSuffix("}") else { return .word(String(part)) }
            let name = part.dropFirst().dropLast()
            return name.hasSuffix("...") ? .rest(String(name.dropLast(3))) : .segment(String(name))
        }
    }

    /// Compares a path with the form.
    /// - Parameter path: as it was sent, without the query. Its segments are told apart before they are decoded, so `%2F` in
    ///   one is data.
    /// - Returns: the segments by their names, decoded; `nil` if the path has another form, or cannot be decoded.
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

    /// - Returns: `nil` if one of them is empty, or not as it would be written without need.
    private static func decoded(_ segments: [Substring]) -> [String]? {
        let texts = segments.compactMap { segment -> String? in
            guard !segment.isEmpty, !segment.utf8.contains(UInt8(ascii: "%")) else { return nil }
            return String(segment)
        }
        return texts.count == segments.count ? texts : nil
    }
}
