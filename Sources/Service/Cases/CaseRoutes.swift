import Archiver
import Files
import Foundation
import HTTPTypes
import Manifest
import Recordings
import Settings
import Text
import Wiring

/// Cases: calls that somebody collects, and their exports. A key sees a case only if it sees the organizations of all its
/// calls.
struct CaseRoutes: Sendable {
    let installation: Installation
    let database: ServiceDatabase
    let exports: CaseExports

    private static let most = 10_000
    private static let mostCalls = 2000
    private static let longestNote = 4000
    private static let longestReason = 1000

    var routes: [Route] {
        [
            Route(.get, "/api/v1/cases", .permission(.examine), parameters: PageQuery.parameters) {
                try await list($0)
            },
            Route(.post, "/api/v1/cases", .permission(.listen)) { try await create($0) },
            Route(.get, "/api/v1/cases/{name}", .permission(.examine)) { try await answer(matter($0)) },
            Route(.put, "/api/v1/cases/{name}/calls/{organization}/{task_id}", .permission(.listen)) {
                try await add($0)
            },
            Route(.delete, "/api/v1/cases/{name}/calls/{organization}/{task_id}", .permission(.listen)) {
                try await remove($0)
            },
            Route(.post, "/api/v1/cases/{name}/exports", .permission(.listen)) { try await export($0) },
            Route(.get, "/api/v1/cases/{name}/exports/{id}", .permission(.examine)) { inquiry in
                let export = try await exportRecord(inquiry)
                return try Answer.json(CaseExportLine(record: export, hasFile: exports.hasFile(export)))
            },
            Route(.get, "/api/v1/cases/{name}/exports/{id}/file", .permission(.listen)) { try await file($0) },
        ]
    }

    private func list(_ inquiry: Inquiry) async throws -> Answer {
        let caller = try inquiry.knownCaller
        let page = try PageQuery(inquiry.query)
        let before = try PageQuery.place(inquiry.query, "c")
        // One more than the page has says whether there is another page.
        let found = try await database.cases(
            before: before > 0 ? Int64(before) : nil,
            organizations: caller.organizations,
            limit: page.limit + 1
        )
        let shown = found.prefix(page.limit)
        return try Answer.json(
            ListPage(
                list: "cases",
                lines: shown.map(CaseSummaryLine.init),
                nextCursor: found.count > shown.count ? shown.last.map { "c\($0.row)" } : nil
            )
        )
    }

    private static func isVisible(_ record: CaseRecord, to caller: Caller) -> Bool {
        record.calls.allSatisfy { caller.sees($0.organization) }
    }

    /// The case that the path names.
    private func matter(_ inquiry: Inquiry) async throws -> CaseRecord {
        let caller = try inquiry.knownCaller
        guard let name = CaseName(try inquiry.value("name")), let record = try await database.matter(name),
            Self.isVisible(record, to: caller)
        else { throw Problem.notFound("there is no such case", code: "unknown_case") }
        return record
    }

    private func answer(_ record: CaseRecord, _ status: HTTPResponse.Status = .ok) throws -> Answer {
        try Answer.json(CaseLine(record: record), status: status)
    }

    private struct Order: Decodable {
        var name: String
        var note: String?
    }

    private func create(_ inquiry: Inquiry) async throws -> Answer {
        let caller = try inquiry.knownCaller
        let order = try await inquiry.json(Order.self, members: ["name", "note"])
        guard let name = CaseName(order.name) else {
            throw Problem(.badRequest, "bad_body", "name must be one line of 1 to 100 characters")
        }
        let note = order.note ?? ""
        guard note.count <= Self.longestNote else {
            throw Problem(.badRequest, "bad_body", "note has at most \(Self.longestNote) characters")
        }
        let now = installation.now
        let record = CaseRecord(name: name, note: note, createdTime: now, createdBy: caller.actor.name)
        try await database.add(record, most: Self.most)
        var answer = try answer(record, .created)
        answer.headers[.location] = "/api/v1/cases/\(PercentCoding.encoded(name.description))"
        return answer
    }

    private func add(_ inquiry: Inquiry) async throws -> Answer {
        let view = try ArchiveView(installation, inquiry)
        let record = try await matter(inquiry)
        let task = try await view.task(inquiry, view.manifest)
        let call = CaseRecord.Call(
            organization: task.organization,
            task: task.id,
            addedTime: installation.now,
            addedBy: view.caller.actor.name
        )
        let isNew = try await database.add(call, to: record.name, most: Self.mostCalls)
        return try await answer(database.matter(record.name) ?? record, isNew ? .created : .ok)
    }

    private func remove(_ inquiry: Inquiry) async throws -> Answer {
        let view = try ArchiveView(installation, inquiry)
        let record = try await matter(inquiry)
        let organization = try view.organization(inquiry.value("organization"))
        guard let task = TaskID(try inquiry.value("task_id")),
            try await database.remove(task, of: organization, from: record.name)
        else { throw Problem.notFound("the case has no such call", code: "unknown_call") }
        return try await answer(database.matter(record.name) ?? record)
    }

    // MARK: - Exports

    private struct ExportOrder: Decodable {
        var reason: String
        var vcons: Bool?
    }

    private func export(_ inquiry: Inquiry) async throws -> Answer {
        let caller = try inquiry.knownCaller
        let record = try await matter(inquiry)
        let order = try await inquiry.json(ExportOrder.self, members: ["reason", "vcons"])
        let reason = order.reason.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !reason.isEmpty, reason.utf8.count <= Self.longestReason, CaseName.isOneLine(reason) else {
            throw Problem(
                .badRequest,
                "bad_body",
                "reason must be one line of at most \(Self.longestReason) bytes: say why, in your own words"
            )
        }
        guard !record.calls.isEmpty else { throw Problem(.conflict, "empty_case", "the case has no calls yet") }
        let export = CaseExportRecord(
            id: UUID().uuidString.lowercased(),
            matter: record.name,
            reason: reason,
            includesVCons: order.vcons ?? false,
            requestedBy: caller.name,
            requestedVia: caller.via.rawValue,
            requestedTime: installation.now
        )
        try await exports.begin(export, record.calls, by: caller.actor)
        var answer = try Answer.json(CaseExportLine(record: export), status: .accepted)
        answer.headers[.location] =
            "/api/v1/cases/\(PercentCoding.encoded(record.name.description))/exports/\(export.id)"
        return answer
    }

    private func exportRecord(_ inquiry: Inquiry) async throws -> CaseExportRecord {
        let record = try await matter(inquiry)
        let id = try inquiry.value("id")
        guard let export = exports.underWay(id) ?? record.exports.first(where: { $0.id == id }),
            export.matter == record.name
        else { throw Problem.notFound("this case has no such export", code: "unknown_export") }
        return export
    }

    /// Gives out the zip file. Only the one who requested the export gets it, because the evidence log names them.
    private func file(_ inquiry: Inquiry) async throws -> Answer {
        let export = try await exportRecord(inquiry)
        let caller = try inquiry.knownCaller
        guard export.requestedBy == caller.name, export.requestedVia == caller.via.rawValue else {
            throw Problem(
                .forbidden,
                "not_yours",
                "the evidence log says that \(export.requestedBy) got this export; request one of your own"
            )
        }
        guard let file = try await exports.file(of: export) else {
            throw Problem.notFound("this export has no file, or no longer has one", code: "no_file")
        }
        return try file.answer(inquiry)
    }
}

extension CaseName {
    /// Whether a text has no line ends and no other control characters.
    static func isOneLine(_ text: String) -> Bool {
        !text.unicodeScalars.contains {
            [.control, .lineSeparator, .paragraphSeparator].contains($0.properties.generalCategory)
        }
    }
}
