import Settings
import WebexContactCenter

/// A listing whose rows are all of one kind, in the three forms that every such command has: text for people, NDJSON
/// and CSV. One description of the columns serves all of them.
struct Table<Row> {
    /// One column.
    struct Column {
        /// The member's name in NDJSON and the column's in CSV: `total_offered_tasks`.
        var name: String
        /// What people see above it, in capitals where it is our word; `nil` leaves the column out of the text.
        var heading: String?
        /// Whether the text is aligned to the right, as numbers are.
        var isNumber = false
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
    var columns: [Column]
}

extension Table {
    /// Writes all of `rows` in the output's form.
    func write(_ rows: [Row], to output: Output, asCSV: Bool = false) throws {
        var writer = Writer(table: self, output: output, asCSV: asCSV)
        try writer.write(rows)
        writer.end()
    }

    /// Writes rows as they come. For people the first of them say how wide each column is, since the others are not
    /// known yet; what is longer later on stands out, and is not cut off.
    struct Writer {
        let table: Table
        let output: Output
        let asCSV: Bool
        /// Of the columns that people see; `nil` until the headings are written.
        private var widths: [Int]?

        init(table: Table, output: Output, asCSV: Bool) {
            self.table = table
            self.output = output
            self.asCSV = asCSV
        }
    }
}

extension Table.Writer {
    /// Writes some more.
    mutating func write(_ rows: [Row]) throws {
        guard !rows.isEmpty else { return }
        if output.isJSON, !asCSV {
            for row in rows { try output.json(members(of: row)) }
        } else if asCSV {
            begin([])
            for row in rows { output.csv(table.columns.map { $0.value(row).csv }) }
        } else {
            let cells = rows.map { row in
                shown.map { VisibleText.escaped($0.text?(row) ?? $0.value(row).csv) }
            }
            begin(cells)
            for line in cells { writeText(line) }
        }
    }

    /// Writes the headings where there were no rows.
    mutating func end() { begin([]) }

    private mutating func begin(_ cells: [[String]]) {
        guard widths == nil, !output.isJSON || asCSV else { return }
        let headings = shown.map { $0.heading ?? "" }
        widths = shown.indices.map { index in ([headings] + cells).map { $0[index].count }.max() ?? 0 }
        if asCSV { output.csv(table.columns.map(\.name)) } else { writeText(headings) }
    }

    private var shown: [Table.Column] { table.columns.filter { $0.heading != nil } }

    private func members(of row: Row) -> [String: Table.Value] {
        var members = ["type": Table.Value.text(table.type)]
        for column in table.columns { members[column.name] = column.value(row) }
        return members
    }

    private func writeText(_ line: [String]) {
        let padded = zip(zip(shown, line), widths ?? []).map { cell, width in
            guard cell.0.isNumber else { return cell.1.padded(to: width) }
            return String(repeating: " ", count: max(0, width - cell.1.count)) + cell.1
        }
        output.text(padded.joined(separator: "  ").trimmingTrailingBlanks)
    }
}

extension String {
    /// Followed by as many blanks as bring it to `width`.
    func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }

    var trimmingTrailingBlanks: String {
        var trimmed = self[...]
        while trimmed.last == " " { trimmed = trimmed.dropLast() }
        return String(trimmed)
    }
}
