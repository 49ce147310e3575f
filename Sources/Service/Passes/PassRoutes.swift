import Archiver
import Evidence
import Files
import Foundation
import HTTPTypes
import Recordings
import Settings
import Wiring

/// Passes on demand: start, watch, stop.
struct PassRoutes: Sendable {
    let installation: Installation
    let database: ServiceDatabase
    let board: WorkBoard<RequestedPass>
    /// Made when the service begins to stop. Event streams end then.
    let ending: StopRequest

    /// How often a stream checks for changes, and after how much silence it sends a comment to keep the connection open.
    private static let interval = Duration.milliseconds(200)
    private static let silence = Duration.seconds(15)

    var routes: [Route] {
        [
            Route(.get, "/api/v1/passes") { try list($0) },
            Route(.post, "/api/v1/passes", .permission(.operate)) { try await begin($0) },
            Route(.get, "/api/v1/passes/{id}") { try Answer.json(PassLine(pass: try pass($0))) },
            Route(.delete, "/api/v1/passes/{id}", .permission(.operate)) { try await stop($0) },
            Route(.get, "/api/v1/passes/{id}/events") { try events($0) },
        ]
    }

    private func list(_ inquiry: Inquiry) throws -> Answer {
        let seen = board.works(seenBy: try inquiry.knownCaller)
        return try Answer.json(["passes": seen.map(PassLine.init)])
    }

    /// The requested pass, if the caller can see all of its organizations.
    /// - Throws: a ``Problem`` with status 404 otherwise.
    private func pass(_ inquiry: Inquiry) throws(Problem) -> RequestedPass {
        guard let pass = board.work(try inquiry.value("id"), seenBy: try inquiry.knownCaller) else {
            throw .notFound("there is no such pass", code: "unknown_pass")
        }
        return pass
    }

    private struct Order: Decodable {
        var organizations: [String]?
        var day: String?
        var from: String?
        var to: String?
        var retryFailed: Bool?

        enum CodingKeys: String, CodingKey {
            case organizations, day, from, to
            case retryFailed = "retry_failed"
        }
    }

    private func begin(_ inquiry: Inquiry) async throws -> Answer {
        let view = try ArchiveView(installation, inquiry)
        let order = try await inquiry.json(Order.self, members: ["organizations", "day", "from", "to", "retry_failed"])
        let names = try view.organizations(ordered: order.organizations)
        let now = installation.now
        let request = try PassWindow.Request(
            day: order.day,
            from: order.from,
            to: order.to,
            in: installation.timeZone,
            now: now
        )
        let retriesFailed = order.retryFailed ?? false
        let actor = view.caller.actor
        try await note(names, request, by: actor, now: now)
        let pass = RequestedPass(
            id: UUID().uuidString.lowercased(),
            organizations: names,
            request: request,
            retriesFailed: retriesFailed,
            actor: actor,
            requestedTime: now
        )
        // Before it is answered: a pass that was accepted is not lost if the service ends.
        try await database.keep(pass)
        do throws(Problem) {
            try board.add(pass)
        } catch {
            try await database.forget(pass: pass.id)
            throw error
        }
        var answer = try Answer.json(PassLine(pass: pass), status: .accepted)
        answer.headers[.location] = "/api/v1/passes/\(pass.id)"
        return answer
    }

    /// Records in the evidence logs that a pass was requested. Call it before the pass is enqueued.
    private func note(
        _ names: [OrganizationName],
        _ request: PassWindow.Request,
        by actor: Actor,
        now: Timestamp
    ) async throws {
        let values = request.logValues(in: installation.timeZone)
        let entries = names.map { LogEntry(.passRequested, time: now, actor: actor, organization: $0, values) }
        let logs = installation.evidence
        _ = try await BlockingWork.run { _ throws(EvidenceError) in try logs.append(entries) }
    }

    private func stop(_ inquiry: Inquiry) async throws -> Answer {
        let pass = try pass(inquiry)
        try await database.forget(pass: pass.id)
        board.stop(pass.id, now: installation.now)
        return try Answer.json(PassLine(pass: board.work(pass.id) ?? pass), status: .accepted)
    }

    /// Sends the pass each time it changes, until it ends (server-sent events).
    private func events(_ inquiry: Inquiry) throws -> Answer {
        let first = try pass(inquiry)
        let (board, ending) = (board, ending)
        return Answer(
            headers: [.contentType: "text/event-stream"],
            body: .stream(length: nil) { writer in
                var (sent, last) = (-1, ContinuousClock.now)
                var known: RequestedPass? = first
                while let pass = known {
                    if pass.version != sent {
                        let json = String(decoding: try JSONBody.bytes(PassLine(pass: pass)), as: UTF8.self)
                        try await writer.write(Array("id: \(pass.version)\nevent: pass\ndata: \(json)\n".utf8))
                        (sent, last) = (pass.version, .now)
                    } else if last.duration(to: .now) > Self.silence {
                        try await writer.write(Array(": still here\n\n".utf8))
                        last = .now
                    }
                    if pass.state.isEnd || ending.isMade { return }
                    try await Task.sleep(for: Self.interval)
                    known = board.work(pass.id)
                }
            }
        )
    }
}
