/// Which columns of a table are shown, and how wide each is, so that a line fits the terminal.
struct TableLayout: Equatable {
    /// One column, before the table is fitted.
    struct Column: Equatable {
        /// The width of its widest cell, the heading among them.
        var natural: Int
        /// How readily it gives way: the one with the highest rank first; 0: never.
        var rank = 0
        /// The width down to which its text may be cut; `nil`: it is shown whole or not at all.
        var least: Int?
    }

    /// Blanks between two columns.
    static let gap = 2

    /// The width of each column; `nil` of one that is left out.
    var widths: [Int?]

    /// Cuts texts first, and then leaves columns out, those that matter least before all others.
    /// - Parameter limit: how wide a line may be; `nil`: as wide as it is.
    init(_ columns: [Column], limit: Int?) {
        widths = columns.map(\.natural)
        guard let limit else { return }
        while total > limit {
            let excess = total - limit
            if let cut = Self.cut(columns, widths, by: excess) {
                widths = cut
                return
            }
            let shown = columns.indices.filter { widths[$0] != nil && columns[$0].rank > 0 }
            guard let least = shown.max(by: { (columns[$0].rank, $0) < (columns[$1].rank, $1) }) else {
                // Nothing more can be left out: at least the texts that may be cut are short.
                widths = columns.indices.map { place in
                    widths[place].map { min($0, columns[place].least ?? $0) }
                }
                return
            }
            widths[least] = nil
        }
    }

    private var total: Int {
        let shown = widths.compactMap(\.self)
        return shown.reduce(0, +) + Self.gap * max(0, shown.count - 1)
    }

    /// The widths with `excess` columns less; `nil` if that cannot be had by cutting texts.
    private static func cut(_ columns: [Column], _ widths: [Int?], by excess: Int) -> [Int?]? {
        var (widths, excess) = (widths, excess)
        let order = columns.indices.sorted { (columns[$0].rank, $0) > (columns[$1].rank, $1) }
        for place in order {
            guard let width = widths[place], let least = columns[place].least, width > least else { continue }
            let taken = min(excess, width - least)
            widths[place] = width - taken
            excess -= taken
            if excess == 0 { return widths }
        }
        return nil
    }
}
