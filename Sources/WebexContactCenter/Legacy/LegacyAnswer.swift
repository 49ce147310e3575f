import Foundation
import Recordings
import Text
import Transfer

/// The provider's answer to a query: its exact body, and the rows in it as far as they can be read. Neither form is
/// documented (wxcc-api 13.4, 13.5), so what cannot be read is kept.
package struct LegacyAnswer: Sendable {
    /// The form of an answer to a query.
    package enum Format: String, Sendable, CaseIterable {
        case json, csv
    }

    /// The body as it arrived.
    package let body: Data
    /// The content of the body, or why it cannot be read.
    package let rows: Result<LegacyRows, Unreadable>
    /// The provider's name for the exchange, for a support case.
    package let trackingID: String?

    /// Why a body cannot be read: one line.
    package struct Unreadable: Error, Sendable, Hashable, CustomStringConvertible {
        package let description: String
    }

    init(_ response: HTTPResponse, to query: LegacyQuery) {
        body = response.body
        trackingID = response.trackingID
        let type = response.headers["Content-Type"]?.lowercased() ?? ""
        rows = Result { () throws(Unreadable) in try Self.read(response.body, type: type, query) }
    }

    /// Decided by the body and not by the request: a host without CSV may answer in JSON.
    private static func read(_ body: Data, type: String, _ query: LegacyQuery) throws(Unreadable) -> LegacyRows {
        switch body.first(where: { !" \t\r\n".utf8.contains($0) }) {
        case nil: throw Unreadable(description: "the answer is empty")
        case UInt8(ascii: "<") where !type.contains("csv"):
            throw Unreadable(description: "the answer is a page of HTML or XML")
        case UInt8(ascii: "{"), UInt8(ascii: "["): return try LegacyRows(json: body, to: query)
        default: return try LegacyRows(csv: body, to: query)
        }
    }
}

/// The rows of an answer.
package struct LegacyRows: Sendable, Hashable {
    /// The names of the columns.
    package private(set) var columns: [String] = []
    /// Each row has as many values as there are columns.
    package private(set) var rows: [[JSONValue]] = []
    /// Whether the provider says that these are all; `nil` if it does not say, as in CSV.
    package private(set) var isComplete: Bool?
    /// How many rows there are, according to the provider.
    package private(set) var found: Int64?
    /// How many rows the answer says that it has.
    private var declared: Int64?
    private let limit: Int64?
    /// Rows are flat, so a value takes less memory than elsewhere.
    private static let maxValues = 1_000_000
    /// A row has a place for each column, also for those that only other rows have.
    private static let maxPlaces = 4 * maxValues
    /// Whether rows are counts of records, so that it is unknown what the provider's own numbers count.
    private let areCounts: Bool

    /// Why there may be more rows than these; `nil` if nothing says so.
    package var shortfall: String? {
        let have = Int64(rows.count)
        if isComplete == false || isComplete == nil && !areCounts && (found ?? 0) > have {
            let all = found.map { " of \($0)" } ?? ""
            return "the provider says that its answer, \(have)\(all) rows, is not complete"
        }
        if let declared, declared > have, !areCounts {
            return "the answer has \(have) rows, and says that it has \(declared)"
        }
        if isComplete == nil, let limit, have >= limit {
            return "the answer has \(have) rows, as many as numberOfRecords allows"
        }
        return nil
    }

    /// No rows yet; parts of an answer are added.
    init(noneOf query: LegacyQuery) {
        limit = query.numberOfRecords
        areCounts = query.hasCounts
    }

    init(json body: Data, to query: LegacyQuery) throws(LegacyAnswer.Unreadable) {
        limit = query.numberOfRecords
        areCounts = query.hasCounts
        let json: JSONValue
        do throws(JSONReader.Fault) {
            json = try JSONReader.value(of: body, maxValues: Self.maxValues)
        } catch {
            throw LegacyAnswer.Unreadable(description: "the answer is no JSON: \(error)")
        }
        guard let data = json.elements ?? json["data"]?.elements else {
            throw LegacyAnswer.Unreadable(description: "the answer is JSON without an array \"data\"")
        }
        let metadata = json["datasetMetadata"]
        isComplete = metadata?["isComplete"]?.flag
        found = metadata?["numberOfRecordsFound"]?.integer
        declared = metadata?["numberOfRecordsInDataset"]?.integer
        columns = json["columns"]?.elements?.compactMap(Self.name) ?? []
        try take(data)
    }

    /// A column is given by its name, or by an object that has the name.
    private static func name(of column: JSONValue) -> String? {
        column.text ?? ["computeColumnName", "columnName", "name"].lazy.compactMap { column[$0]?.text }.first
    }

    /// Rows are objects, or arrays in the columns' order.
    private mutating func take(_ data: [JSONValue]) throws(LegacyAnswer.Unreadable) {
        var positions = Dictionary(columns.enumerated().map { ($0.element, $0.offset) }) { first, _ in first }
        for case .object(let members) in data {
            for member in members where positions[member.name] == nil {
                positions[member.name] = columns.count
                columns.append(member.name)
            }
            guard columns.count <= Self.maxPlaces / data.count else {
                throw LegacyAnswer.Unreadable(description: "the answer has far too many columns for its rows")
            }
        }
        for (index, row) in data.enumerated() {
            switch row {
            case .object(let members):
                var values = [JSONValue](repeating: .null, count: columns.count)
                for member in members { values[positions[member.name] ?? 0] = member.value }
                rows.append(values)
            case .array(let values) where values.count == columns.count: rows.append(values)
            default:
                let name = "row \(index + 1) of the answer"
                throw LegacyAnswer.Unreadable(
                    description: "\(name) is neither an object nor has a value for each column"
                )
            }
        }
    }

    init(csv body: Data, to query: LegacyQuery) throws(LegacyAnswer.Unreadable) {
        limit = query.numberOfRecords
        areCounts = query.hasCounts
        let document = CSVDocument(body)
        if let fault = document.faults.first {
            throw LegacyAnswer.Unreadable(description: "the answer is no CSV: \(fault)")
        }
        guard let header = document.records.first else {
            throw LegacyAnswer.Unreadable(description: "the answer is empty")
        }
        columns = Self.mapped(header.fields, to: query.columnNames)
        for record in document.records.dropFirst() {
            guard record.fields.count == columns.count else {
                let counts = "\(record.fields.count) fields, and its header \(columns.count)"
                throw LegacyAnswer.Unreadable(description: "line \(record.line) of the answer has \(counts)")
            }
            rows.append(record.fields.map { .string($0) })
        }
    }

    /// A header that does not use the query's names has its columns in the query's order (wxcc-api 13.5). If the query
    /// does not help, the header stays as it is.
    private static func mapped(_ header: [String], to names: [String]) -> [String] {
        guard header.count == names.count, Set(names).count == names.count else { return header }
        let known = Set(names.map { $0.lowercased() })
        return zip(header, names).map { heading, name in known.contains(heading.lowercased()) ? heading : name }
    }
}

extension LegacyRows {
    /// What distinguishes each row from all others; `nil` if a row lacks one of `columns`, or if two rows have the same
    /// values.
    func keys(_ columns: [String]) -> [[String]]? {
        let places = columns.compactMap { self.columns.firstIndex(of: $0) }
        guard rows.isEmpty || places.count == columns.count else { return nil }
        let keys = rows.map { row in places.map { row[$0].shown } }
        return keys.allSatisfy({ !$0.contains("") }) && Set(keys).count == keys.count ? keys : nil
    }

    /// Appends rows, matching columns by name.
    mutating func append(_ new: [[JSONValue]], columns names: [String]) {
        guard names != columns else {
            rows += new
            return
        }
        for name in names where !columns.contains(name) {
            columns.append(name)
            for place in rows.indices { rows[place].append(.null) }
        }
        let places = names.map { columns.firstIndex(of: $0) ?? 0 }
        for row in new {
            var values = [JSONValue](repeating: .null, count: columns.count)
            for (place, value) in zip(places, row) { values[place] = value }
            rows.append(values)
        }
    }
}
