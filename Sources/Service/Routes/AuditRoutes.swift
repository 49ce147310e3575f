import Archiver
import Evidence
import Files
import Foundation
import HTTPTypes
import Payloads
import Recordings
import Settings
import Waiting
import Wiring

/// Who did what, when and why, out of the evidence logs. Reading it is in them too, before the first line is given out.
struct AuditRoutes: Sendable {
    private let installation: Installation
    /// How many logs are read at once: reading one takes time in proportion to its length.
    private let turns = WaitingLine<Int, Void>(2) { left in
        guard left > 0 else { return nil }
        left -= 1
        return ()
    }

    init(installation: Installation) {
        self.installation = installation
    }

    var routes: [Route] {
        let filters: Set<String> = ["organization", "task", "actor", "type", "order"]
        return [
            Route(
                .get,
                "/api/v1/audit",
                .permission(.audit),
                parameters: filters.union(TimeQuery.parameters).union(PageQuery.parameters),
                repeatable: ["type"]
            ) { try await list($0) }
        ]
    }

    private struct Page: Encodable {
        var entries: [AuditLine]
        var checkpoints: [AuditCheckpointLine]
        /// Earlier epochs of the log that are missing or damaged, or have lost entries, one line each. The page has
        /// none of their entries.
        var missing: [String]
        var total: Int
        var nextCursor: String?

        enum CodingKeys: String, CodingKey {
            case entries, checkpoints, missing, total
            case nextCursor = "next_cursor"
        }
    }

    private func list(_ inquiry: Inquiry) async throws -> Answer {
        let view = try ArchiveView(installation, inquiry)
        let query = inquiry.query
        guard let text = query["organization"] else {
            throw Problem(.badRequest, "bad_parameter", "organization is missing: an audit is of one log")
        }
        let name = try view.organization(text)
        let time = try TimeQuery(query, in: installation.timeZone, now: installation.now)
        let page = try PageQuery(query)
        let place = try PageQuery.place(query, "a")
        let isNewestFirst =
            try query.value("order", "newest or oldest: which entries come first") { text in
                ["newest": true, "oldest": false][text]
            } ?? false
        var types: Set<LogEntryType> = []
        for text in query.all("type") {
            guard let type = LogEntryType(rawValue: text) else {
                throw Problem(.badRequest, "bad_parameter", "type: there is no \"\(text)\"; try audio.accessed")
            }
            types.insert(type)
        }
        let filter = AuditFilter(
            task: try query.value("task", "a task ID") { TaskID($0) },
            actor: query["actor"],
            window: time.day?.interval(in: installation.timeZone) ?? time.window,
            types: types
        )
        // A place is that in the order of the log, so entries that are added meanwhile shift no page.
        let newest = 0..<(query["cursor"] == nil ? Int.max : place)
        let numbers = isNewestFirst ? newest : place..<(place + page.limit)
        let found = try await read(name, filter, numbers, most: page.limit)
        let rows = found.page.rows
        try await installation.accept([installation.auditExport(of: rows.count, name, by: view.caller.actor)])
        let next = isNewestFirst ? found.page.first : found.page.first + rows.count
        let isLast = rows.isEmpty || (isNewestFirst ? next == 0 : next >= found.page.total)
        let lines = rows.map(AuditLine.init)
        return try Answer.json(
            Page(
                entries: isNewestFirst ? lines.reversed() : lines,
                checkpoints: found.sources.map { AuditCheckpointLine($0, of: name, keyConfirmed: found.isConfirmed) },
                missing: found.missing,
                total: found.page.total,
                nextCursor: isLast ? nil : "a\(next)"
            )
        )
    }

    private struct Found: Sendable {
        var page = Audit.Page()
        var sources: [Audit.Source] = []
        /// Whether the checkpoint was checked with the key of the key file.
        var isConfirmed = false
        /// Epochs whose rows are not there, one line each.
        var missing: [String] = []
    }

    /// The newest `most` rows of those with these numbers.
    private func read(
        _ name: OrganizationName,
        _ filter: AuditFilter,
        _ numbers: Range<Int>,
        most: Int
    ) async throws -> Found {
        let folder = LogFolder(name, in: installation.root.logsPath)
        let keyFile = installation.evidence.setup.keyFile
        guard await turns.wait() != nil else { throw CancellationError() }
        defer { turns.change { $0 += 1 } }
        return try await BlockingWork.run { _ throws(any Error) in
            guard folder.exists else { return Found() }
            let audit = try Audit(LogEpochs(of: name, in: folder, keyFile: keyFile))
            // All of the log is compared with what its checkpoint signs before a line of it is given out.
            let page = try audit.page(filter, numbers, most: most)
            return Found(
                page: page,
                sources: audit.sources,
                isConfirmed: audit.isConfirmed,
                missing: audit.faults
            )
        }
    }
}
