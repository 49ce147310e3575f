import Recordings

/// The first gaps after a place, and the number of all, out of gaps in any order. It keeps no more than twice as many as are asked for.
struct GapSelection: Sendable {
    private let place: GapPlace?
    private let limit: Int
    private(set) var kept: [(place: GapPlace, gap: Gap)] = []
    /// The place of the last one that can still be among the first; `nil` as long as there are too few.
    private var last: GapPlace?
    private(set) var total = 0

    init(after place: GapPlace?, limit: Int) {
        (self.place, self.limit) = (place, limit)
    }

    mutating func add(_ gap: Gap) {
        total += 1
        guard limit > 0 else { return }
        let new = GapPlace(gap)
        if let place, new <= place { return }
        if let last, new > last { return }
        kept.append((new, gap))
        if kept.count >= 2 * limit { shorten() }
    }

    private mutating func shorten() {
        kept.sort { $0.place < $1.place }
        guard kept.count >= limit else { return }
        kept.removeLast(kept.count - limit)
        last = kept.last?.place
    }

    /// The first gaps after the place, in their order.
    mutating func first() -> [Gap] {
        shorten()
        return kept.map(\.gap)
    }
}
