import Glibc
import Reports
import Settings
import Text
import WebexContactCenter

extension Table {
    /// Writes all of `rows` in the output's form.
    func write(_ rows: [Row], to output: Output, asCSV: Bool = false) throws {
        var writer = Writer(table: self, output: output, asCSV: asCSV)
        try writer.write(rows)
        writer.end()
    }

    /// Writes rows as they come. The first ones determine the width of each column, since the others are not known yet.
    /// A longer text later on sticks out in a file, and is cut on a terminal if its column may be cut.
    struct Writer {
        let table: Table
        let output: Output
        let asCSV: Bool
        /// The layout of the columns for people; `nil` until the headings are written.
        private var layout: TableLayout?
        /// Which columns use their short text.
        private var isShort: [Bool] = []
        /// Which columns were not empty in some row.
        private var hasContent: [Bool] = []
        /// Whether each row is a block of lines.
        private var isInBlocks = false
        /// The maximum width of a line.
        private let limit: Int?

        /// The maximum width of a column: a text of a megabyte would widen every row to that.
        private static var widest: Int { 240 }

        init(table: Table, output: Output, asCSV: Bool = false) {
            self.table = table
            self.output = output
            self.asCSV = asCSV
            limit = Terminal.columns(of: STDOUT_FILENO).map { $0 - table.indent }
        }
    }
}

extension Table.Writer {
    /// Writes more rows.
    mutating func write(_ rows: [Row]) throws {
        guard !rows.isEmpty else { return }
        if output.isJSON, !asCSV {
            for row in rows {
                if let line = table.line { try output.json(line(row)) } else { try output.json(members(of: row)) }
            }
        } else if asCSV {
            beginCSV()
            for row in rows { output.csv(named.map { $0.value(row).csv }) }
        } else {
            begin(rows)
            for row in rows {
                let cells = zip(shown, isShort).map { column, isShort in column.shown(row, isShort: isShort) }
                hasContent = zip(hasContent, cells).map { $0 || !$1.isSilent }
                write(cells)
                writeFurtherLines(of: row)
            }
        }
    }

    /// Ends the table. On a terminal, it names the columns that did not fit. CSV has its headings even without rows.
    func end() {
        if asCSV {
            if layout == nil, !output.isJSON { output.csv(named.compactMap(\.name)) }
            return
        }
        guard let layout else { return }
        let missing = zip(zip(shown, hasContent), layout.widths).filter { $0.1 && $1 == nil }.compactMap {
            $0.0.0.heading
        }
        guard !missing.isEmpty else { return }
        let names = missing.joined(separator: ", ")
        output.text("\(indent)no room for \(names): widen the terminal, or use --json")
    }

    private mutating func beginCSV() {
        guard layout == nil else { return }
        layout = TableLayout([], limit: nil)
        output.csv(named.compactMap(\.name))
    }

    private mutating func begin(_ rows: [Row]) {
        guard layout == nil else { return }
        let whole = fit(rows)
        let dropped = zip(zip(shown, whole.columns), whole.layout.widths).contains {
            $0.1.hasContent && $1 == nil && !$0.0.isExtra
        }
        isInBlocks = dropped && shown.contains { $0.line > 0 }
        let (columns, fitted) = isInBlocks ? fit(rows) : whole
        layout = fitted
        isShort = zip(columns, fitted.widths).map { $0.layout.hasShortForm && $1 ?? 0 < $0.layout.natural }
        hasContent = shown.map { _ in false }
        write(zip(shown, isShort).map { ($1 ? $0.shortHeading : nil) ?? $0.heading ?? "" })
    }

    /// The measurements of a column before the table is fitted, and whether any row is not empty in it.
    private typealias Measure = (layout: TableLayout.Column, hasContent: Bool)

    /// The columns to show, measured over these rows, and their layout.
    private func fit(_ rows: [Row]) -> (columns: [Measure], layout: TableLayout) {
        let shown = shown
        let columns = shown.map { column -> Measure in
            let texts = rows.map { column.shown($0, isShort: false) }
            let heading = (column.heading ?? "").displayWidth
            let isSilent = texts.allSatisfy(\.isSilent)
            let isSpared = isSilent && column.rank > 0
            let layout = TableLayout.Column(
                natural: min(max(heading, texts.map(\.displayWidth).max() ?? 0), Self.widest),
                // In a block no column is dropped.
                rank: isInBlocks ? 0 : column.rank + (isSpared ? shown.count * 100 : 0),
                least: least(of: column, rows, texts),
                hasShortForm: column.short != nil || column.shortHeading != nil
            )
            return (layout, !isSilent)
        }
        return (columns, TableLayout(columns.map(\.layout), limit: limit))
    }

    /// How narrow a column may become; `nil`: it is shown in full or not at all.
    private func least(of column: Table.Column, _ rows: [Row], _ texts: [String]) -> Int? {
        if column.short != nil || column.shortHeading != nil {
            let heading = (column.shortHeading ?? column.heading ?? "").displayWidth
            return max(heading, rows.map { column.shown($0, isShort: true).displayWidth }.max() ?? 0)
        }
        guard column.wraps, hasFurtherLines, let least = column.least else { return column.least }
        // On a line of its own there is room for a word that would be broken here.
        return max(least, texts.map(\.widestWord).max() ?? 0)
    }

    private var hasFurtherLines: Bool { table.columns.contains { $0.heading != nil && $0.line > 0 } }

    /// Writes the further lines of a row, if it is a block.
    private func writeFurtherLines(of row: Row) {
        guard isInBlocks else { return }
        let further = table.columns.filter { $0.heading != nil && $0.line > 0 }
        for (_, columns) in Dictionary(grouping: further, by: \.line).sorted(by: { $0.key < $1.key }) {
            let texts = columns.compactMap { column -> String? in
                let text = column.shown(row, isShort: false)
                return text.isSilent ? nil : column.label + text
            }
            if !texts.isEmpty { output.text("\(indent)  \(texts.joined(separator: ", "))") }
        }
    }

    private var shown: [Table.Column] {
        table.columns.filter { $0.heading != nil && (!isInBlocks || $0.line == 0) }
    }
    private var named: [Table.Column] { table.named }
    private var indent: String { String(repeating: " ", count: table.indent) }

    private func members(of row: Row) -> [String: Table.Value] {
        var members = ["type": Table.Value.text(table.type)]
        for column in named { members[column.name ?? ""] = column.value(row) }
        return members
    }

    /// Writes one row, which takes several lines if a cell does.
    private func write(_ cells: [String]) {
        guard let layout else { return }
        let fitted = zip(zip(shown, cells), layout.widths).compactMap { cell, width in
            width.map { (column: cell.0, lines: lines(of: cell.1, in: cell.0, width: $0), width: $0) }
        }
        for place in 0..<(fitted.map(\.lines.count).max() ?? 0) {
            let parts = fitted.map { cell in
                let text = place < cell.lines.count ? cell.lines[place] : ""
                return cell.column.isNumber ? text.leftPadded(to: cell.width) : text.padded(to: cell.width)
            }
            let gap = String(repeating: " ", count: TableLayout.gap)
            output.row((indent + parts.joined(separator: gap)).trimmingTrailingBlanks)
        }
    }

    private func lines(of text: String, in column: Table.Column, width: Int) -> [String] {
        guard limit != nil, column.least != nil else { return [text] }
        return column.wraps
            ? WrappedText.cell(text, width: width) : [text.shortened(to: width, mark: Terminal.cutMark)]
    }
}

extension Table.Column {
    /// The text of a row's cells.
    fileprivate func shown(_ row: Row, isShort: Bool) -> String {
        VisibleText.escaped((isShort ? short : nil)?(row) ?? text?(row) ?? value(row).csv)
    }
}

extension String {
    /// Whether a cell with this text may be left out.
    fileprivate var isSilent: Bool { isEmpty || self == "0" }

    /// The width of its widest word.
    fileprivate var widestWord: Int { split(separator: " ").map { String($0).displayWidth }.max() ?? 0 }
}
