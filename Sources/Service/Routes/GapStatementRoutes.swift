import Archiver
import Foundation
import HTTPTypes
import Manifest
import Payloads
import Recordings
import Wiring

/// Explanations of gaps, and their withdrawal. The evidence log records each before it takes effect.
struct GapStatementRoutes: Sendable {
    let installation: Installation

    /// How many calls one statement may name, and how many characters its note may have.
    private static let maxTasks = 500
    private static let longestNote = 4000

    var routes: [Route] {
        [
            Route(.post, "/api/v1/gaps/explanations", .permission(.operate)) { try await explain($0) },
            Route(.post, "/api/v1/gaps/withdrawals", .permission(.operate)) { try await withdraw($0) },
        ]
    }

    private struct Statement: Decodable {
        var organization: String
        var tasks: [String]
        var reason: String?
        var note: String?
    }

    private struct Changed: Encodable {
        var gaps: [GapLine]
    }

    private func explain(_ inquiry: Inquiry) async throws -> Answer {
        let said = try await inquiry.json(Statement.self, members: ["organization", "tasks", "reason", "note"])
        let reasons = ExplanationReason.allCases.map(\.rawValue).joined(separator: ", ")
        guard let reason = said.reason.flatMap(ExplanationReason.init(rawValue:)) else {
            throw Problem(.badRequest, "bad_body", "reason must be one of \(reasons)")
        }
        let note = said.note ?? ""
        guard note.contains(where: { !$0.isWhitespace }), note.count <= Self.longestNote else {
            throw Problem(
                .badRequest,
                "bad_body",
                "note is missing, or has more than \(Self.longestNote) characters: give the reason in your own words"
            )
        }
        return try await change(said, inquiry, refusal: "has nothing missing") {
            manifest,
            tasks,
            name,
            actor,
            standpoint in
            let explanation = GapExplanation(reason: reason, note: note, by: actor, time: installation.now)
            return try await manifest.explain(tasks, organization: name, with: explanation, by: actor) { _ in standpoint
            }
        }
    }

    private func withdraw(_ inquiry: Inquiry) async throws -> Answer {
        let said = try await inquiry.json(Statement.self, members: ["organization", "tasks"])
        return try await change(said, inquiry, refusal: "has no explanation") {
            manifest,
            tasks,
            name,
            actor,
            standpoint in
            try await manifest.withdrawExplanations(tasks, organization: name, by: actor) { _ in standpoint }
        }
    }

    private func change(
        _ said: Statement,
        _ inquiry: Inquiry,
        refusal: String,
        _ work: (Manifest, [TaskID], OrganizationName, Actor, Standpoint) async throws -> ExplainingResult
    ) async throws -> Answer {
        let view = try ArchiveView(installation, inquiry)
        let name = try view.organization(said.organization)
        let tasks = said.tasks.compactMap { TaskID($0) }
        guard (1...Self.maxTasks).contains(said.tasks.count), tasks.count == said.tasks.count else {
            throw Problem(.badRequest, "bad_body", "tasks must be a list of 1 to \(Self.maxTasks) task IDs")
        }
        let manifest = try await view.manifest
        guard let standpoint = try await view.standpoints(of: [name], manifest)[name] else {
            throw Problem.notFound("there is no such call; nothing was changed", code: "unknown_call")
        }
        let result = try await work(manifest, tasks, name, view.caller.actor, standpoint)
        guard result.unknown.isEmpty else {
            throw Problem.notFound(
                "\(Self.named(result.unknown)): no such call; nothing was changed",
                code: "unknown_call"
            )
        }
        guard result.withoutGap.isEmpty else {
            throw Problem(.conflict, "no_gap", "\(Self.named(result.withoutGap)) \(refusal); nothing was changed")
        }
        guard result.unrepaired.isEmpty else {
            throw Problem(
                .conflict,
                "not_repaired",
                "\(Self.named(result.unrepaired)) has only damaged recordings: repair them first; nothing was changed"
            )
        }
        return try Answer.json(Changed(gaps: result.gaps.map { GapLine($0) }))
    }

    private static func named(_ tasks: [TaskID]) -> String {
        let rest = tasks.count > 3 ? " and \(tasks.count - 3) more" : ""
        return tasks.prefix(3).map(\.description).joined(separator: ", ") + rest
    }
}
