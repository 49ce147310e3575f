import Testing

@testable import callark

/// Tables for people, on a terminal of any width.
@Suite struct `A table` {
    @Test(arguments: [
        ("", 0), ("acme", 4), ("Müller", 6), ("Mu\u{308}ller", 6), ("日本語", 6), ("한국", 4),
        ("\u{1112}\u{1161}\u{11AB}", 2),
        ("ｶﾅ", 2), ("Ａ", 2), ("📞", 2), ("👍🏽", 2), ("🇩🇪", 2), ("☎\u{FE0F}", 2), ("☎", 1), ("a📞b", 4), ("नमस्ते", 4),
    ])
    func `knows how wide text is on the screen`(_ text: String, _ width: Int) {
        #expect(text.displayWidth == width)
        #expect(text.padded(to: 10).displayWidth == 10)
        #expect(text.leftPadded(to: 10).displayWidth == 10)
    }

    @Test(arguments: [
        ("Sales Europe", 12, "…", "Sales Europe"), ("Sales Europe", 6, "…", "Sales…"),
        ("Sales Europe", 6, "...", "Sal..."),
        ("日本語", 5, "…", "日本…"), ("日本語", 4, "…", "日…"), ("abcd", 1, "…", "a"), ("abcd", 3, "...", "abc"),
        ("abcd", 0, "…", ""),
    ])
    func `cuts text by what is seen of it`(_ text: String, _ width: Int, _ mark: String, _ cut: String) {
        #expect(text.shortened(to: width, mark: mark) == cut)
        #expect(text.shortened(to: width, mark: mark).displayWidth <= width)
    }

    private static let columns = [
        TableLayout.Column(natural: 10), TableLayout.Column(natural: 20, rank: 1, least: 8),
        TableLayout.Column(natural: 6, rank: 2), TableLayout.Column(natural: 12, rank: 3, least: 10),
    ]

    @Test(
        arguments: [
            (nil, [10, 20, 6, 12]), (54, [10, 20, 6, 12]), (53, [10, 20, 6, 11]), (50, [10, 18, 6, 10]),
            (40, [10, 8, 6, 10]),
            (39, [10, 19, 6, nil]), (27, [10, 15, nil, nil]), (20, [10, 8, nil, nil]), (19, [10, nil, 6, nil]),
            (17, [10, nil, nil, nil]),
            (5, [10, nil, nil, nil]),
        ] as [(Int?, [Int?])]
    )
    func `cuts texts first, and leaves out what matters least and has no room`(_ limit: Int?, _ widths: [Int?]) {
        #expect(TableLayout(Self.columns, limit: limit).widths == widths)
    }

    @Test(arguments: 1...60)
    func `fits every terminal that its first column fits`(_ limit: Int) {
        let widths = TableLayout(Self.columns, limit: limit).widths.compactMap(\.self)
        let total = widths.reduce(0, +) + TableLayout.gap * (widths.count - 1)
        #expect(total <= max(limit, 10))
    }

    @Test func `shows a text in few words if all of them have no room`() {
        let columns = [
            TableLayout.Column(natural: 10), TableLayout.Column(natural: 20, least: 6, hasShortForm: true),
            TableLayout.Column(natural: 8, rank: 1, least: 4),
        ]
        #expect(TableLayout(columns, limit: 42).widths == [10, 20, 8])
        #expect(TableLayout(columns, limit: 33).widths == [10, 6, 8])
        #expect(TableLayout(columns, limit: 25).widths == [10, 6, 5])
        #expect(TableLayout(columns, limit: 23).widths == [10, 6, nil])
    }
}
