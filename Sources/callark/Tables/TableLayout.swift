/// Which columns of a table are shown, and how wide each is, so that a line fits the terminal.
struct TableLayout: Equatable {
    /// One column, before the table is fitted.
    struct Column: Equatable {
        /// The width of its widest cell, the heading among them.
        var natural: Int
        /// How readily it gives way: the one with the highest rank first; 0: never.
        var rank = 0
        /// The width down to which it may be narrowed; `nil`: it is shown whole or not at all.
        var least: Int?
        /// Whether it has nothing between ``natural`` and ``least``, because it has another text for little room.
        var hasShortForm = false

        /// The width without which it is not shown.
        fileprivate var needed: Int { min(natural, least ?? natural) }
    }

    /// Blanks between two columns.
    static let gap = 2

    /// The width of each column; `nil` of one that is left out.
    var widths: [Int?]

    /// Takes the columns in the order of their ranks, each if there is still room for as much of it as it needs. What is
    /// left of the line then goes to those that could do with more, by the same order.
    /// - Parameter limit: how wide a line may be; `nil`: as wide as it is.
    init(_ columns: [Column], limit: Int?) {
        guard let limit else {
            widths = columns.map(\.natural)
            return
        }
        widths = columns.map { _ in nil }
        let order = columns.indices.sorted { (columns[$0].rank, $0) < (columns[$1].rank, $1) }
        for place in order {
            widths[place] = columns[place].needed
            if total > limit, columns[place].rank > 0 { widths[place] = nil }
        }
        for place in order {
            guard let width = widths[place] else { continue }
            let (natural, most) = (columns[place].natural, width + max(0, limit - total))
            widths[place] = natural <= most ? natural : columns[place].hasShortForm ? width : most
        }
    }

    private var total: Int {
        let shown = widths.compactMap(\.self)
        return shown.reduce(0, +) + Self.gap * max(0, shown.count - 1)
    }
}
