import Archiver
import Foundation
import HTTPTypes
import Manifest
import Payloads
import Recordings
import Wiring

/// Gaps: recordings that should exist and are not in the archive.
struct Gaps: Sendable {
    let installation: Installation

    var routes: [Route] {
        let filters: Set<String> = ["organization", "reason", "explained"]
        return [
            Route(
                .get,
                "/api/v1/gaps",
                parameters: filters.union(TimeQuery.parameters).union(PageQuery.parameters)
            ) { try await list($0) }
        ]
    }

    private func list(_ inquiry: Inquiry) async throws -> Answer {
        let view = try ArchiveView(installation, inquiry)
        let query = inquiry.query
        let time = try TimeQuery(query, in: installation.timeZone, now: installation.now)
        let page = try PageQuery(query)
        let begin = try PageQuery.place(query, "g")
        let names = try view.organizations(named: query["organization"])
        let reason = try query.value("reason", "a reason of gaps", GapReason.init(rawValue:))
        let isExplained =
            try query.value("explained", "true, false or all") { text in
                ["true": .some(true), "false": .some(false), "all": Bool?.none][text]
            } ?? false
        let manifest = try await view.manifest
        var gaps: [Gap] = []
        for (name, standpoint) in try await view.standpoints(of: names, manifest, days: time.days)
            .sorted(by: { $0.key < $1.key })
        {
            let filter = GapFilter(
                organization: name,
                day: time.day,
                window: time.window,
                reason: reason,
                isExplained: isExplained
            )
            gaps += try await manifest.gaps(filter, at: standpoint)
        }
        try await installation.noteView(of: nil, names, by: view.caller.actor)
        let shown = gaps.dropFirst(begin).prefix(page.limit)
        var calls: [OrganizationName: [TaskID: KnownCall]] = [:]
        for (name, gaps) in Dictionary(grouping: shown, by: \.organization) {
            calls[name] = try await manifest.calls(of: gaps.map(\.taskID), organization: name)
        }
        let end = begin + shown.count
        return try Answer.json(
            ListPage(
                list: "gaps",
                lines: shown.map { GapLine($0, call: calls[$0.organization]?[$0.taskID]) },
                total: gaps.count,
                nextCursor: end < gaps.count ? "g\(end)" : nil
            )
        )
    }
}
