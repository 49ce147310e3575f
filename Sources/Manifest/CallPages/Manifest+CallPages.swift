import GRDB
import Recordings

extension Manifest {
    /// How many tasks are examined for one page at most: those that the filter passes do not count, and those that can only be
    /// examined one by one count several times. If few tasks pass the filter and no index finds them, the page ends after this
    /// many, with the calls found so far and a cursor for the rest.
    package static let maxExamined = 50_000

    /// A page of the calls that the manifest knows, newest first.
    /// - Parameters:
    ///   - filter: its organization is ignored.
    ///   - standpoints: the organizations whose calls are listed, and their standpoints.
    ///   - cursor: where the previous page ended; `nil` for the first page.
    ///   - limit: how many calls the page has at most.
    package func callPage(
        _ filter: ListFilter = ListFilter(),
        at standpoints: [OrganizationName: Standpoint],
        after cursor: CallCursor? = nil,
        limit: Int,
        maxExamined: Int = Manifest.maxExamined
    ) async throws -> CallPage {
        try await read { db in
            var streams: [NewestCalls] = []
            let rows = try Row.fetchAll(db, sql: "SELECT row, name, id FROM organization ORDER BY name")
            let organizations = try rows.map(OrganizationRow.init).filter { standpoints[$0.name] != nil }
            for organization in organizations {
                guard let standpoint = standpoints[organization.name] else { continue }
                var filter = filter
                filter.organization = organization.name
                let stream = try NewestCalls(
                    organization,
                    filter,
                    standpoint,
                    after: cursor,
                    count: limit + 1,
                    budget: maxExamined / organizations.count,
                    in: db
                )
                if let stream { streams.append(stream) }
            }
            return try Self.merged(streams, limit: limit, in: db)
        }
    }

    /// Merges the streams of all organizations into one page, newest first.
    private static func merged(_ streams: [NewestCalls], limit: Int, in db: Database) throws -> CallPage {
        var streams = streams
        var calls: [CallRow] = []
        while true {
            var first: (stream: Int, position: CallCursor, call: CallRow?)?
            for place in streams.indices {
                let head: (position: CallCursor, call: CallRow?)
                switch try streams[place].next(in: db) {
                case .end: continue
                case .pause(let position): head = (position, nil)
                case .call(let call): head = (CallCursor(call), call)
                }
                if first.map({ head.position.isBefore($0.position) }) ?? true {
                    first = (place, head.position, head.call)
                }
            }
            guard let first else { return CallPage(calls: calls, next: nil) }
            // A stream that has paused may have calls after that position: the page must not go past it.
            guard let call = first.call else { return CallPage(calls: calls, next: first.position) }
            guard calls.count < limit else { return CallPage(calls: calls, next: calls.last.map(CallCursor.init)) }
            calls.append(call)
            streams[first.stream].removeFirst()
        }
    }
}
