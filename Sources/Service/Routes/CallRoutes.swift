import Archiver
import Foundation
import HTTPTypes
import Manifest
import Payloads
import Recordings
import Wiring

/// Calls: a list with the filters of `callark list`, and the details of one call.
struct CallRoutes: Sendable {
    let installation: Installation

    private static let filters: Set<String> = [
        "organization", "task", "state", "agent", "number", "queue", "site", "team", "origin", "destination",
        "direction", "min_duration",
    ]
    /// How many events of a call's history an answer contains at most.
    private static let maxEvents = 1000
    /// How many calls are counted at most.
    private static let mostCounted = 1000

    var routes: [Route] {
        [
            Route(
                .get,
                "/api/v1/calls",
                parameters: Self.filters.union(TimeQuery.parameters).union(PageQuery.parameters)
            ) { try await list($0) },
            Route(.get, "/api/v1/calls/count", parameters: Self.filters.union(TimeQuery.parameters)) {
                try await count($0)
            },
            Route(.get, "/api/v1/calls/{organization}/{task_id}") { try await call($0) },
        ]
    }

    private func list(_ inquiry: Inquiry) async throws -> Answer {
        let view = try ArchiveView(installation, inquiry)
        let query = inquiry.query
        let time = try TimeQuery(query, in: installation.timeZone, now: installation.now)
        let page = try PageQuery(query)
        let cursor = try query.value("cursor", "the next_cursor of the page before", CallCursor.init)
        let filter = try ListFilter(query, time)
        let names = try view.organizations(named: query["organization"])
        let manifest = try await view.manifest
        let found = try await manifest.callPage(
            filter,
            at: view.standpoints(of: names, manifest, days: time.days),
            after: cursor,
            limit: page.limit
        )
        try await installation.noteView(of: filter.task, names, by: view.caller.actor)
        return try Answer.json(
            ListPage(list: "calls", lines: found.calls.map(CallLine.init), nextCursor: found.next?.text)
        )
    }

    /// Counts the calls that pass a filter, but does not examine more of them than for one page.
    private func count(_ inquiry: Inquiry) async throws -> Answer {
        let view = try ArchiveView(installation, inquiry)
        let query = inquiry.query
        let time = try TimeQuery(query, in: installation.timeZone, now: installation.now)
        let filter = try ListFilter(query, time)
        let names = try view.organizations(named: query["organization"])
        let manifest = try await view.manifest
        let standpoints = try await view.standpoints(of: names, manifest, days: time.days)
        let found = try await manifest.callPage(filter, at: standpoints, limit: Self.mostCounted)
        try await installation.noteView(of: filter.task, names, by: view.caller.actor)
        return try Answer.json(Count(calls: found.calls.count, more: found.next != nil))
    }

    /// `{"calls":…,"more":…}`: how many calls there are, and whether there may be more.
    private struct Count: Encodable {
        var calls: Int
        var more: Bool
    }

    private func call(_ inquiry: Inquiry) async throws -> Answer {
        let view = try ArchiveView(installation, inquiry)
        let manifest = try await view.manifest
        let task = try await view.task(inquiry, manifest)
        let standpoint = try await installation.standpoint(of: task.organization, manifest, days: task.day...task.day)
        let filter = ListFilter(organization: task.organization, task: task.id)
        guard let row = try await manifest.calls(filter, at: standpoint).collected().first else {
            throw Problem.notFound("there is no such call", code: "unknown_call")
        }
        try await installation.noteView(of: task.id, [task.organization], by: view.caller.actor)
        var history: [EventLine] = []
        for try await event in manifest.events(organization: task.organization, task: task.id) {
            guard history.count < Self.maxEvents else { break }
            history.append(EventLine(event))
        }
        let detail = Detail(
            call: CallLine(row),
            recordings: row.recordings.map { RecordingLine($0, root: installation.root) },
            gap: row.gaps.first.map { GapLine($0, call: row.call) },
            history: history
        )
        return try Answer.json(detail)
    }

    /// The call's line, with a list of its recordings instead of their number.
    private struct Detail: Encodable {
        let call: CallLine
        let recordings: [RecordingLine]
        let gap: GapLine?
        let history: [EventLine]

        private enum CodingKeys: String, CodingKey {
            case recordings, gap, history
        }

        func encode(to encoder: any Encoder) throws {
            try call.encode(to: encoder)
            var object = encoder.container(keyedBy: CodingKeys.self)
            try object.encode(recordings, forKey: .recordings)
            try object.encode(gap, forKey: .gap)
            try object.encode(history, forKey: .history)
        }
    }
}

extension ListFilter {
    /// The filter in a query, without the organization.
    /// - Throws: a ``Problem`` with status 400.
    init(_ query: QueryItems, _ time: TimeQuery) throws(Problem) {
        for name in ["agent", "number", "queue", "site", "team", "origin", "destination"] where query[name] == "" {
            throw Problem(.badRequest, "bad_parameter", "\(name) is empty: leave it out, or give a value")
        }
        for name in ["number", "origin", "destination"] where query[name].map({ NumberPattern($0) == nil }) ?? false {
            let least = NumberPattern.shortestRun
            throw Problem(.badRequest, "bad_parameter", "\(name) has too few digits: give at least \(least) in a row")
        }
        let states = State.words.map(\.word).joined(separator: ", ")
        let directions = ["inbound", "outbound", "outdial"]
        self.init(
            task: try query.value("task", "a task ID") { TaskID($0) },
            day: time.day,
            window: time.window,
            state: try query.value("state", "one of \(states)") { text in
                State.words.first { $0.word == text }?.state
            },
            call: CallFilter(
                agent: query["agent"],
                queue: query["queue"],
                site: query["site"],
                team: query["team"],
                origin: query["origin"],
                destination: query["destination"],
                number: query["number"],
                direction: try query.value("direction", "one of \(directions.joined(separator: ", "))") { text in
                    directions.contains(text.lowercased()) ? text.lowercased() : nil
                },
                minimumDuration: try TimeQuery.read("min_duration", query, DurationArgument.init(argument:))?.duration
            )
        )
    }
}

extension ListFilter.State {
    /// The values of `callark list --state`.
    fileprivate static let words: [(word: String, state: ListFilter.State)] = [
        ("pending", .recording(.pending)), ("stored", .recording(.stored)), ("archived", .recording(.archived)),
        ("failed", .recording(.failed)), ("damaged", .recording(.damaged)), ("suspect", .suspect),
        ("missing", .missing), ("explained", .explained), ("gap", .gap),
    ]
}
