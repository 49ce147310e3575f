/// Chooses the columns of a table and their widths, so that a line fits the terminal.
struct TableLayout: Equatable {
    /// One column, before the table is fitted.
    struct Column: Equatable {
        /// The width of its widest cell, including the heading.
        var natural: Int
        /// How readily it is dropped: the highest rank first; 0: never.
        var rank = 0
        /// The width down to which it may be narrowed; `nil`: it is shown in full or not at all.
        var least: Int?
        /// Whether it can have only the widths ``natural`` and ``least``, because it has a shorter text.
        var hasShortForm = false

        /// The least width at which it is shown.
        fileprivate var needed: Int { min(natural, least ?? natural) }
    }

    /// Blanks between two columns.
    static let gap = 2

    /// The width of each column; `nil` if it is dropped.
    var widths: [Int?]

    /// Considers the columns in order of their ranks, and shows each if its least width still fits. The rest of the
    /// line is then given to columns that need more, in the same order.
    /// - Parameter limit: the maximum width of a line; `nil`: unlimited.
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
