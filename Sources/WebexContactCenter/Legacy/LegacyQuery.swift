import Foundation
import Recordings

/// A query document as Analyzer makes it: one JSON object, sent as a whole (wxcc-api 13.3).
package struct LegacyQuery: Sendable, Hashable {
    private var members: [JSONMember]

    /// Why a text is not a query: one line.
    package struct Fault: Error, Sendable, Hashable, CustomStringConvertible {
        package let description: String
    }

    /// Reads a document. Analyzer's complete answer is accepted too: then the query is its `query` member.
    package init(_ data: Data) throws(Fault) {
        let json: JSONValue
        do throws(JSONReader.Fault) {
            json = try JSONReader.value(of: data)
        } catch {
            throw Fault(description: "the query is no JSON: \(error)")
        }
        var object = json
        if json["dateBegin"] == nil, let inner = json["query"], inner.isObject { object = inner }
        guard case .object(let members) = object else {
            throw Fault(description: "the query has to be one JSON object, such as {\"dateBegin\":[1700000000000],…}")
        }
        self.members = members
        for name in ["dateBegin", "dateEnd"] { try check(name) }
        if let aggregations = object["aggregations"], aggregations.elements == nil {
            throw Fault(description: "aggregations has to be an array")
        }
    }

    /// As it is sent, before it is percent-encoded: on one line, with members and digits unchanged.
    package var text: String { JSONWriter.text(.object(members)) }

    /// Whether it names a time.
    package var hasTime: Bool { object["dateBegin"] != nil && object["dateEnd"] != nil }

    /// The most rows that it asks for; `nil` if it does not say.
    package var numberOfRecords: Int64? { object["numberOfRecords"]?.integer }

    /// The same query about another time.
    package func about(_ time: Range<Timestamp>) -> LegacyQuery {
        var query = self
        query.set("dateBegin", time.lowerBound)
        query.set("dateEnd", time.upperBound)
        return query
    }

    /// The time that can be split into parts, or why the answer is not the same as the answers to its parts together.
    var divisibleTime: Result<Range<Timestamp>, Fault> {
        let properties = object["aggregateQueryProperties"]
        func isSet(_ name: String) -> Bool {
            properties?[name].map { $0.flag ?? (($0.integer ?? 0) != 0) } ?? false
        }
        let unit = properties?["computeIntervalUnit"]?.text ?? "NONE"
        let hasSegments = ["rowSegmentSet", "columnSegmentSet"].contains {
            !(properties?[$0]?.elements ?? []).isEmpty
        }
        if hasCounts || hasSegments { return .failure(Fault(description: "it counts or groups records")) }
        if object["lastNRecords"]?.flag ?? false {
            return .failure(Fault(description: "it wants the last records only"))
        }
        let windows = ["computeInterval", "lookbackCount", "movingWindow", "cumulative"]
        if unit != "NONE" || windows.contains(where: isSet) {
            return .failure(Fault(description: "it computes by intervals"))
        }
        guard let begin = object["dateBegin"]?.elements, let end = object["dateEnd"]?.elements, begin.count == 1,
            end.count == 1, let from = begin[0].integer, let to = end[0].integer, from < to
        else { return .failure(Fault(description: "it does not name one span of time")) }
        return .success(Timestamp(millisecondsSince1970: from)..<Timestamp(millisecondsSince1970: to))
    }

    /// The columns that the answer must have, in order: the groups, then the result of each aggregation.
    var columnNames: [String] {
        let properties = object["aggregateQueryProperties"]
        let segments = properties?["rowSegmentSet"]?.elements ?? []
        return segments.compactMap { $0["columnName"]?.text }
            + (object["aggregations"]?.elements ?? []).compactMap { $0["computeColumnName"]?.text }
    }

    /// Whether any column counts records instead of describing one.
    var hasCounts: Bool {
        object["aggregations"]?.elements?.contains { $0["aggregationType"]?.text == "COUNT" } ?? false
    }

    private var object: JSONValue { .object(members) }

    private mutating func set(_ name: String, _ time: Timestamp) {
        let value = JSONValue.array([.number(String(time.millisecondsSince1970))])
        members.removeAll { $0.name == name }
        members.append(JSONMember(name, value))
    }

    /// Seconds instead of milliseconds would be in 1970, for which the provider returns nothing (wxcc-api 1).
    private func check(_ name: String) throws(Fault) {
        guard let value = object[name] else { return }
        guard let times = value.elements, !times.isEmpty,
            times.allSatisfy({ (1_000_000_000_000..<10_000_000_000_000).contains($0.integer ?? 0) })
        else {
            throw Fault(description: "\(name) has to be an array of epoch milliseconds, such as [1700000000000]")
        }
    }
}
