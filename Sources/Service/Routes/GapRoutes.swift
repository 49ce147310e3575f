import Archiver
import Foundation
import HTTPTypes
import Manifest
import Payloads
import Recordings
import Wiring

/// Gaps: recordings that should exist and are not in the archive.
struct GapRoutes: Sendable {
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
        let place = try query.value("cursor", "the next_cursor of the page before", GapPlace.init(cursor:))
        let names = try view.organizations(named: query["organization"])
        let reason = try query.value("reason", "a reason of gaps", GapReason.init(rawValue:))
        let isExplained =
            try query.value("explained", "true, false or all") { text in
                ["true": .some(true), "false": .some(false), "all": Bool?.none][text]
            } ?? false
        let manifest = try await view.manifest
        // One more than the page has says whether there is another page.
        var (gaps, total) = ([Gap](), 0)
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
            let isBefore = place.map { name < $0.organization } ?? false
            let found = try await manifest.gapPage(
                filter,
                at: standpoint,
                after: place?.organization == name ? place : nil,
                limit: isBefore ? 0 : page.limit + 1 - gaps.count
            )
            gaps += found.gaps
            total += found.total
        }
        try await installation.noteView(of: nil, names, by: view.caller.actor)
        let shown = gaps.prefix(page.limit)
        var calls: [OrganizationName: [TaskID: KnownCall]] = [:]
        for (name, gaps) in Dictionary(grouping: shown, by: \.organization) {
            calls[name] = try await manifest.calls(of: gaps.map(\.taskID), organization: name)
        }
        return try Answer.json(
            ListPage(
                list: "gaps",
                lines: shown.map { GapLine($0, call: calls[$0.organization]?[$0.taskID]) },
                total: total,
                nextCursor: gaps.count > shown.count ? shown.last.map { try GapPlace($0).cursor } : nil
            )
        )
    }
}

extension GapPlace {
    /// The cursor of the page after this place: base64url. Its content is not part of the API and may change.
    fileprivate var cursor: String {
        get throws {
            let parts = [
                organization.description, String(createdTime.millisecondsSince1970), task.description, recording,
            ]
            return Base64URL.text(try JSONEncoder().encode(parts))
        }
    }

    /// - Returns: `nil` if `cursor` does not have the form of one.
    fileprivate init?(cursor: String) {
        guard cursor.utf8.count <= 6000, let bytes = Base64URL.bytes(cursor),
            let parts = try? JSONDecoder().decode([String].self, from: Data(bytes)), parts.count == 4,
            let organization = OrganizationName(parts[0]), let time = Int64(parts[1]),
            Timestamp.plausibleMilliseconds.contains(time), let task = TaskID(parts[2])
        else { return nil }
        self.init(
            organization: organization,
            createdTime: Timestamp(millisecondsSince1970: time),
            task: task,
            recording: parts[3]
        )
    }
}
