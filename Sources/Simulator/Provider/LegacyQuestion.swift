import Foundation

/// A query of the legacy interface (wxcc-api 13.3), as far as guides and the old description use it.
struct LegacyQuestion {
    /// Why it is not a valid query: one line.
    struct Fault: Error {
        var text: String
    }

    /// One column of the answer.
    private struct Aggregation {
        var column: String
        var counts: Bool
        /// Each group has to match; in a group, all filters or one of them.
        var groups: [(all: Bool, filters: [(column: String, value: String)])]

        func admits(_ row: LegacyRow) -> Bool {
            groups.allSatisfy { group in
                func holds(_ filter: (column: String, value: String)) -> Bool {
                    row[filter.column]?.legacyText == filter.value
                }
                if group.filters.isEmpty { return true }
                return group.all ? group.filters.allSatisfy(holds) : group.filters.contains(where: holds)
            }
        }
    }

    let time: Range<Moment>
    let limit: Int
    let takesLast: Bool
    private let aggregations: [Aggregation]
    private let segments: [String]

    /// - Parameter now: the end of its time if it names none.
    init(_ text: String, now: Moment) throws(Fault) {
        guard let object = (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [String: Any] else {
            throw Fault(text: "q is not a JSON object")
        }
        guard let begin = Self.moment(object["dateBegin"]) else {
            throw Fault(text: "dateBegin is not an array of times")
        }
        guard let end = object["dateEnd"] == nil ? now : Self.moment(object["dateEnd"]) else {
            throw Fault(text: "dateEnd is not an array of times")
        }
        guard begin <= end else { throw Fault(text: "dateBegin is after dateEnd") }
        time = begin..<end
        limit = max(0, object["numberOfRecords"] as? Int ?? .max)
        takesLast = object["lastNRecords"] as? Bool ?? false
        let properties = object["aggregateQueryProperties"] as? [String: Any]
        segments = (properties?["rowSegmentSet"] as? [[String: Any]] ?? []).compactMap { $0["columnName"] as? String }
        aggregations = try (object["aggregations"] as? [[String: Any]] ?? []).map(Self.aggregation)
        if aggregations.contains(where: \.counts), !aggregations.allSatisfy(\.counts) {
            throw Fault(text: "VALUE and COUNT do not go together")
        }
    }

    private static func moment(_ value: Any?) -> Moment? {
        ((value as? [Any])?.first as? Int).map { Moment(Int64($0)) }
    }

    private static func aggregation(_ object: [String: Any]) throws(Fault) -> Aggregation {
        guard let column = object["computeColumnName"] as? String else {
            throw Fault(text: "an aggregation has no computeColumnName")
        }
        let type = object["aggregationType"] as? String ?? ""
        guard ["VALUE", "COUNT"].contains(type) else {
            throw Fault(text: "the aggregationType '\(type)' is not supported")
        }
        let groups = (object["filterGroups"] as? [[String: Any]] ?? []).map { group in
            let filters = (group["valueFilters"] as? [[String: Any]] ?? []).map { filter in
                (column: filter["columnName"] as? String ?? "", value: filter["value"].map { "\($0)" } ?? "")
            }
            return (all: group["operator"] as? String != "OR", filters: filters)
        }
        return Aggregation(column: column, counts: type == "COUNT", groups: groups)
    }

    /// The columns of the answer and its rows.
    /// - Throws: for a column that these records do not have.
    func answer(from rows: [LegacyRow]) throws(Fault) -> (columns: [String], rows: [[JSON]]) {
        if let row = rows.first {
            for column in aggregations.map(\.column) + segments where row[column] == nil {
                throw Fault(text: "there is no column '\(column)'")
            }
        }
        guard !aggregations.isEmpty else {
            let columns = rows.first?.fields.map(\.0) ?? []
            return (columns, rows.map { row in row.fields.map(\.1) })
        }
        if aggregations[0].counts { return counted(rows) }
        let values = rows.filter { row in aggregations.contains { $0.admits(row) } }.map { row in
            aggregations.map { $0.admits(row) ? row[$0.column] ?? .null : .null }
        }
        return (aggregations.map(\.column), values)
    }

    /// One row per group, in the order in which the groups first appear; without segments there is one group.
    private func counted(_ rows: [LegacyRow]) -> (columns: [String], rows: [[JSON]]) {
        var order: [[String]] = []
        var groups: [[String]: [LegacyRow]] = [:]
        for row in rows {
            let key = segments.map { row[$0]?.legacyText ?? "" }
            if groups[key] == nil { order.append(key) }
            groups[key, default: []].append(row)
        }
        let counts = order.map { key in
            let group = groups[key] ?? []
            return key.map(JSON.string)
                + aggregations.map { aggregation in .integer(Int64(group.filter(aggregation.admits).count)) }
        }
        return (segments + aggregations.map(\.column), counts)
    }
}

extension JSON {
    /// As in CSV and filters.
    var legacyText: String {
        switch self {
        case .string(let text): text
        case .integer(let number): String(number)
        case .number(let number): String(number)
        case .boolean(let flag): flag ? "true" : "false"
        case .null, .array, .object: ""
        }
    }
}
