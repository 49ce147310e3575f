import Recordings

/// The time that has been listed, by any pass: spans of creation times without a hole, in order, which neither overlap
/// nor touch.
package struct ListedTime: Hashable, Sendable {
    /// The spans, oldest first; none is empty.
    package private(set) var spans: [Range<Timestamp>] = []

    package init(_ spans: some Sequence<Range<Timestamp>> = []) {
        for span in spans { add(span) }
    }

    /// Joins `span` with all spans that it overlaps or touches. An empty span adds nothing.
    package mutating func add(_ span: Range<Timestamp>) {
        guard !span.isEmpty else { return }
        let joined = spans.filter { $0.lowerBound <= span.upperBound && span.lowerBound <= $0.upperBound }
        let first = joined.first.map { min($0.lowerBound, span.lowerBound) } ?? span.lowerBound
        let last = joined.last.map { max($0.upperBound, span.upperBound) } ?? span.upperBound
        spans.removeAll { joined.contains($0) }
        let place = spans.firstIndex { $0.lowerBound > first } ?? spans.endIndex
        spans.insert(first..<last, at: place)
    }

    /// Whether no moment of `span` is missing. Always true for an empty span.
    package func contains(_ span: Range<Timestamp>) -> Bool {
        span.isEmpty || spans.contains { $0.lowerBound <= span.lowerBound && span.upperBound <= $0.upperBound }
    }
}
