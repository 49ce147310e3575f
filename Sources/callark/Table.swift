import Glibc
import Settings
import WebexContactCenter

/// A listing whose rows are all of one kind, in the three forms that every such command has: text for people, NDJSON
/// and CSV. One description of the columns serves all of them.
struct Table<Row> {
    /// One column.
    struct Column {
        /// The member's name in NDJSON and the column's in CSV: `total_offered_tasks`; `nil` leaves it out of both.
        var name: String?
        /// What people see above it, in capitals if it is our word; `nil` leaves the column out of the text.
        var heading: String?
        /// Whether the text is aligned to the right, as numbers are.
        var isNumber = false
        /// How readily it gives way if the terminal is too narrow: the column with the highest rank first; 0: never.
        var rank = 0
        /// The width down to which its text may be cut before a column is left out; `nil`: it is never cut.
        var least: Int?
        /// The value, as NDJSON and CSV have it.
        var value: (Row) -> Value
        /// The value as people read it; else as CSV has it.
        var text: ((Row) -> String)?
    }

    /// A value of NDJSON and CSV.
    enum Value: Encodable {
        case text(String)
        case integer(Int64)
        case number(Double)
        case boolean(Bool)
        case nothing

        init(_ text: String?) { self = text.map(Value.text) ?? .nothing }
        init(_ number: Int64?) { self = number.map(Value.integer) ?? .nothing }

        /// As CSV has it; nothing is an empty field.
        var csv: String {
            switch self {
            case .text(let text): text
            case .integer(let number): String(number)
            case .number(let number): String(number)
            case .boolean(let truth): truth ? "true" : "false"
            case .nothing: ""
            }
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .text(let text): try container.encode(text)
            case .integer(let number): try container.encode(number)
            case .number(let number): try container.encode(number)
            case .boolean(let truth): try container.encode(truth)
            case .nothing: try container.encodeNil()
            }
        }
    }

    /// The `type` of each line of NDJSON.
    var type: String
    /// How far the text is indented.
    var indent = 0
    var columns: [Column]
    /// The line of NDJSON, if it has another form than the columns.
    var line: ((Row) -> any Encodable)?

    init(type: String, indent: Int = 0, columns: [Column], line: ((Row) -> any Encodable)? = nil) {
        self.type = type
        self.indent = indent
        self.columns = columns
        self.line = line
    }
}

extension Table {
    /// Writes all of `rows` in the output's form.
    func write(_ rows: [Row], to output: Output, asCSV: Bool = false) throws {
        var writer = Writer(table: self, output: output, asCSV: asCSV)
        try writer.write(rows)
        writer.end()
    }

    /// Writes rows as they come. The first of them say how wide each column is, since the others are not known yet. What
    /// is longer later on stands out in a file, and is cut on a terminal if its column may be cut.
    struct Writer {
        let table: Table
        let output: Output
        let asCSV: Bool
        /// Of the columns that people see; `nil` until the headings are written.
        private var layout: TableLayout?
        /// How wide a line may be.
        private let limit: Int?

        init(table: Table, output: Output, asCSV: Bool = false) {
            self.table = table
            self.output = output
            self.asCSV = asCSV
            limit = Terminal.columns(of: STDOUT_FILENO).map { $0 - table.indent }
        }
    }
}

extension Table.Writer {
    /// Writes some more.
    mutating func write(_ rows: [Row]) throws {
        guard !rows.isEmpty else { return }
        if output.isJSON, !asCSV {
            for row in rows {
                if let line = table.line { try output.json(line(row)) } else { try output.json(members(of: row)) }
            }
        } else if asCSV {
            begin([])
            for row in rows { output.csv(named.map { $0.value(row).csv }) }
        } else {
            let cells = rows.map { row in
                shown.map { VisibleText.escaped($0.text?(row) ?? $0.value(row).csv) }
            }
            begin(cells)
            for line in cells { writeText(line) }
        }
    }

    /// Writes the headings if there were no rows.
    mutating func end() { begin([]) }

    private mutating func begin(_ cells: [[String]]) {
        guard layout == nil, !output.isJSON || asCSV else { return }
        let headings = shown.map { $0.heading ?? "" }
        let columns = shown.enumerated().map { place, column in
            let natural = ([headings] + cells).map { $0[place].displayWidth }.max() ?? 0
            return TableLayout.Column(natural: natural, rank: column.rank, least: column.least)
        }
        layout = TableLayout(columns, limit: limit)
        if asCSV { output.csv(named.compactMap(\.name)) } else { writeText(headings) }
    }

    private var shown: [Table.Column] { table.columns.filter { $0.heading != nil } }
    private var named: [Table.Column] { table.columns.filter { $0.name != nil } }

    private func members(of row: Row) -> [String: Table.Value] {
        var members = ["type": Table.Value.text(table.type)]
        for column in named { members[column.name ?? ""] = column.value(row) }
        return members
    }

    private func writeText(_ line: [String]) {
        guard let layout else { return }
        let padded = zip(zip(shown, line), layout.widths).compactMap { cell, width -> String? in
            guard let width else { return nil }
            let isCut = limit != nil && cell.0.least != nil
            let text = isCut ? cell.1.shortened(to: width, mark: Terminal.cutMark) : cell.1
            return cell.0.isNumber ? text.leftPadded(to: width) : text.padded(to: width)
        }
        let indent = String(repeating: " ", count: table.indent)
        output.text(
            indent + padded.joined(separator: String(repeating: " ", count: TableLayout.gap)).trimmingTrailingBlanks
        )
    }
}
