import Foundation
import Recordings
import Transfer

@testable import WebexContactCenter

/// A provider's Search with the habits that a real one might have; the contact at index n is called `task-n`.
struct SearchModel: Sendable {
    /// Creation times.
    var times: [Int64]
    var pageSize = 250
    var maxRows = 100_000
    var boundsAreInclusive = true
    var opaqueCursors = false
    /// 413 for a window with more records than this.
    var tooLargeAbove = Int.max
    /// Fields that it does not have.
    var undefined: Set<String> = []
    /// Whether records lack everything but their identifier.
    var isBare = false
    /// Whether it also returns what comes after a window.
    var ignoresEnd = false
    /// The places of records without an identifier.
    var nameless: Set<Int> = []
    /// Whether records are named with UUIDs, not `task-0`.
    var namesAreUUIDs = false
    var isOldestFirst = false

    func respond(to request: HTTPRequest) -> HTTPResponse {
        guard let body = try? JSONSerialization.jsonObject(with: request.body ?? Data()) as? [String: Any],
            let document = body["query"] as? String, let variables = body["variables"] as? [String: Any],
            let from = variables["from"] as? Int64, let to = variables["to"] as? Int64
        else { return .json("{}", status: 400) }
        if let field = undefined.first(where: { document.contains(" \($0) ") }) { return Self.undefined(field) }
        let found = times.enumerated().filter { row in
            if ignoresEnd { return row.element >= from }
            return boundsAreInclusive ? (from...to).contains(row.element) : row.element > from && row.element < to
        }
        let wanted = Self.ids(variables)
        let rows = found.filter { wanted?.contains("task-\($0.offset)") ?? true }
            .sorted { isOldestFirst ? $0.element < $1.element : $0.element > $1.element }
        guard rows.count <= tooLargeAbove else { return HTTPResponse(status: 413) }
        let cursor = (variables["pagination"] as? [String: Any])?["cursor"] as? String
        let start = cursor.flatMap { Int($0.replacing("after ", with: "")) } ?? 0
        let reachable = min(rows.count, maxRows)
        let end = min(start + pageSize, reachable)
        let records = rows[min(start, end)..<end].map { row in
            if nameless.contains(row.offset) { return #"{"createdTime":\#(row.element)}"# }
            let name = namesAreUUIDs ? Self.uuid(row.offset) : "task-\(row.offset)"
            return isBare ? #"{"id":"\#(name)"}"# : #"{"id":"\#(name)","createdTime":\#(row.element)}"#
        }
        let next = end < reachable ? "\"\(opaqueCursors ? "after " : "")\(end)\"" : "null"
        return .json(
            #"{"data":{"taskDetails":{"tasks":[\#(records.joined(separator: ","))],"#
                + #""pageInfo":{"hasNextPage":\#(end < reachable),"endCursor":\#(next)}}}}"#
        )
    }

    static func uuid(_ place: Int) -> String {
        String(format: "%08x-0000-4000-8000-%012x", place * 7919, place)
    }

    private static func ids(_ variables: [String: Any]) -> Set<String>? {
        guard let any = (variables["filter"] as? [String: Any])?["or"] as? [[String: [String: String]]] else {
            return nil
        }
        return Set(any.compactMap { $0["id"]?["equals"] })
    }

    private static func undefined(_ field: String) -> HTTPResponse {
        .json(
            #"{"data":null,"errors":[{"message":"Validation error (FieldUndefined@[taskDetails/tasks/\#(field)]) : "#
                + #"Field '\#(field)' in type 'TaskDetails' is undefined","extensions":{"classification":"#
                + #""ValidationError"}}]}"#
        )
    }
}
