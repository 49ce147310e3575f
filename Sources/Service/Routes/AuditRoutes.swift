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
        let filters: Set<String> = ["organization", "task", "actor", "type"]
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
        /// Earlier epochs of the log that are missing or damaged, or have lost entries, one line each. The page has none of their entries.
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
        let begin = try PageQuery.place(query, "a")
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
        let found = try await read(name, filter, begin..<(begin + page.limit))
        try await installation.accept([installation.auditExport(of: found.rows.count, name, by: view.caller.actor)])
        let end = begin + found.rows.count
        return try Answer.json(
            Page(
                entries: found.rows.map(AuditLine.init),
                checkpoints: found.sources.map { AuditCheckpointLine($0, of: name, keyConfirmed: found.isConfirmed) },
                missing: found.missing,
                total: found.total,
                nextCursor: end < found.total && !found.rows.isEmpty ? "a\(end)" : nil
            )
        )
    }

    private struct Found: Sendable {
        var rows: [AuditRow] = []
        var sources: [Audit.Source] = []
        var total = 0
        /// Whether the checkpoint was checked with the key of the key file.
        var isConfirmed = false
        /// Epochs whose rows are not there, one line each.
        var missing: [String] = []
    }

    private func read(_ name: OrganizationName, _ filter: AuditFilter, _ places: Range<Int>) async throws -> Found {
        let folder = LogFolder(name, in: installation.root.logsPath)
        let keyFile = installation.evidence.setup.keyFile
        guard await turns.wait() != nil else { throw CancellationError() }
        defer { turns.change { $0 += 1 } }
        return try await BlockingWork.run { _ throws(any Error) in
            guard folder.exists else { return Found() }
            let audit = try Audit(LogEpochs(of: name, in: folder, keyFile: keyFile))
            // All of the log is compared with what its checkpoint signs before a line of it is given out.
            let page = try audit.page(filter, places)
            return Found(
                rows: page.rows,
                sources: audit.sources,
                total: page.total,
                isConfirmed: audit.isConfirmed,
                missing: audit.faults
            )
        }
    }
}
