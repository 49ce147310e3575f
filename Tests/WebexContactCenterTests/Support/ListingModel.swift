import Foundation
import Recordings
import Synchronization
import Transfer

@testable import WebexContactCenter

/// A provider's listing with the habits that a real one might have.
struct ListingModel: Sendable {
    /// Creation times; the task at index n is called `task-n`.
    var times: [Int64]
    /// The most rows that it returns, whatever is requested.
    var cap = 1000
    var fromIsInclusive = true
    var toIsInclusive = false
    var isDescending = false
    var ignoresFrom = false
    var ignoresTo = false
    /// 413 for a window with more rows than this.
    var tooLargeAbove = Int.max
    /// What it returns instead of an honest page, given that page, the bounds, and whether the listing begins there.
    var lie: (@Sendable (_ rows: [Row], _ from: Int64, _ to: Int64, _ isFirst: Bool) -> [Row])?

    typealias Row = (name: String, time: Int64)

    func rows(from: Int64, to: Int64) -> [(name: String, time: Int64)] {
        let rows = times.enumerated().map { (name: "task-\($0.offset)", time: $0.element) }.filter { row in
            let isAfter = ignoresFrom || row.time > from || fromIsInclusive && row.time == from
            return isAfter && (ignoresTo || row.time < to || toIsInclusive && row.time == to)
        }
        return rows.sorted { isDescending ? $0.time > $1.time : $0.time < $1.time }
    }

    func respond(to request: HTTPRequest) -> HTTPResponse {
        guard let from = Int64(request.query["from"] ?? ""), let to = Int64(request.query["to"] ?? ""),
            let pageSize = Int(request.query["pageSize"] ?? "")
        else { return .json("{}", status: 400) }
        let found = rows(from: from, to: to)
        guard found.count <= tooLargeAbove else { return HTTPResponse(status: 413) }
        var page = Array(found.prefix(min(cap, pageSize)))
        if let lie { page = lie(page, from, to, from == 1_763_000_000_000 - 1) }
        let data = page.map { row in
            #"{"id":"\#(row.name)","attributes":{"createdTime":\#(row.time),"status":"completed"}}"#
        }
        return .json(#"{"meta":{},"data":[\#(data.joined(separator: ","))]}"#)
    }
}

/// Counts from one.
final class Counter: Sendable {
    private let count = Mutex(0)

    func next() -> Int {
        count.withLock { count in
            count += 1
            return count
        }
    }
}

/// Numbers that are the same in every run.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
