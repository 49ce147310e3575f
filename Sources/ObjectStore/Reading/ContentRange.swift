/// The field `Content-Range` of an answer: which bytes it has, of how many.
struct ContentRange: Hashable, Sendable {
    var range: Range<Int64>
    /// `nil` if the server does not know.
    var total: Int64?

    init?(_ text: String?) {
        guard let parts = text?.wholeMatch(of: /bytes ([0-9]+)-([0-9]+)\/(?:([0-9]+)|\*)/),
            let first = Int64(parts.1), let last = Int64(parts.2), first <= last, last < .max
        else { return nil }
        range = first..<last + 1
        total = parts.3.flatMap { Int64($0) }
        guard total.map({ last < $0 }) ?? true else { return nil }
    }
}
