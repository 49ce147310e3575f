import Text

/// A listing whose rows are all of one kind, in the three forms that every listing command has: text for people, NDJSON
/// and CSV. One description of the columns serves all three.
package struct Table<Row> {
    /// One column.
    package struct Column {
        /// The name of the member in NDJSON and the column in CSV: `total_offered_tasks`; `nil` leaves it out of both.
        package var name: String?
        /// The heading for people, in capitals if the term is ours; `nil` leaves the column out of the text.
        package var heading: String?
        /// Whether the text is aligned to the right, as numbers are.
        package var isNumber = false
        /// How readily it is dropped if the terminal is too narrow. Columns that are empty in every row go first, then
        /// those with the highest rank. 0 means never.
        package var rank = 0
        /// The width down to which its text may be cut before a column is dropped; `nil`: it is never cut.
        package var least: Int?
        /// Whether its text continues on further lines instead of being cut.
        package var wraps = false
        /// A narrower heading, for when the numbers are narrow too.
        package var shortHeading: String?
        /// On which line of a row's block it is, if the terminal is too narrow for all columns. Line 0 is the table's,
        /// with headings; the others are texts one after the other. A table without further lines drops columns
        /// instead.
        package var line = 0
        /// The label of its text on a further line: `queue `.
        package var label = ""
        /// Whether the table is complete without it, so that it does not cause blocks.
        package var isExtra = false
        /// The value in NDJSON and CSV.
        package var value: (Row) -> Value
        /// The value for people; `nil`: as in CSV.
        package var text: ((Row) -> String)?
        /// A shorter text, for a terminal that is too narrow for all of them.
        package var short: ((Row) -> String)?

        package init(
            name: String? = nil,
            heading: String? = nil,
            isNumber: Bool = false,
            rank: Int = 0,
            least: Int? = nil,
            wraps: Bool = false,
            shortHeading: String? = nil,
            line: Int = 0,
            label: String = "",
            isExtra: Bool = false,
            value: @escaping (Row) -> Value,
            text: ((Row) -> String)? = nil,
            short: ((Row) -> String)? = nil
        ) {
            self.name = name
            self.heading = heading
            self.isNumber = isNumber
            self.rank = rank
            self.least = least
            self.wraps = wraps
            self.shortHeading = shortHeading
            self.line = line
            self.label = label
            self.isExtra = isExtra
            self.value = value
            self.text = text
            self.short = short
        }
    }

    /// A value of NDJSON and CSV.
    package enum Value: Encodable {
        case text(String)
        case integer(Int64)
        case number(Double)
        case boolean(Bool)
        case nothing

        package init(_ text: String?) { self = text.map(Value.text) ?? .nothing }
        package init(_ number: Int64?) { self = number.map(Value.integer) ?? .nothing }

        /// The CSV form; an absent value is an empty field.
        package var csv: String {
            switch self {
            case .text(let text): text
            case .integer(let number): String(number)
            case .number(let number): String(number)
            case .boolean(let truth): truth ? "true" : "false"
            case .nothing: ""
            }
        }

        package func encode(to encoder: any Encoder) throws {
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
    package var type: String
    /// How far the text is indented.
    package var indent = 0
    package var columns: [Column]
    /// The line of NDJSON, if its form differs from the columns.
    package var line: ((Row) -> any Encodable)?

    package init(type: String, indent: Int = 0, columns: [Column], line: ((Row) -> any Encodable)? = nil) {
        self.type = type
        self.indent = indent
        self.columns = columns
        self.line = line
    }
}

extension Table {
    /// The columns of CSV and NDJSON.
    package var named: [Column] { columns.filter { $0.name != nil } }

    /// The rows as CSV (RFC 4180): each record ends with CR LF, and its fields may contain line breaks. The first record
    /// names the columns.
    package func csv(_ rows: [Row]) -> String {
        let records = [named.map { $0.name ?? "" }] + rows.map { row in named.map { $0.value(row).csv } }
        return records.map { CSVField.record($0) + "\n" }.joined()
    }
}
