import Archiver
import DailyArchive
import Files
import Foundation
import HTTPTypes
import Logging
import Manifest
import Recordings
import Settings
import Wiring

/// Verifications on demand: start, watch, stop. They read, need no lock, and note what they find as `callark verify` does.
struct Verifications: Sendable {
    let installation: Installation
    let board: WorkBoard<RequestedVerification>

    var routes: [Route] {
        [
            Route(.get, "/api/v1/verifications") { try list($0) },
            Route(.post, "/api/v1/verifications", .permission(.operate)) { try await begin($0) },
            Route(.get, "/api/v1/verifications/{id}") { try Answer.json(VerificationLine(work: try work($0))) },
            Route(.delete, "/api/v1/verifications/{id}", .permission(.operate)) { inquiry in
                let work = try work(inquiry)
                board.stop(work.id, now: installation.now)
                return try Answer.json(VerificationLine(work: board.work(work.id) ?? work), status: .accepted)
            },
        ]
    }

    private func list(_ inquiry: Inquiry) throws -> Answer {
        let seen = board.works(seenBy: try inquiry.knownCaller)
        return try Answer.json(["verifications": seen.map(VerificationLine.init)])
    }

    private func work(_ inquiry: Inquiry) throws(Problem) -> RequestedVerification {
        guard let work = board.work(try inquiry.value("id"), seenBy: try inquiry.knownCaller) else {
            throw .notFound("there is no such verification", code: "unknown_verification")
        }
        return work
    }

    private struct Order: Decodable {
        var organizations: [String]?
        var day: String?
        var share: String?
        var quick: Bool?
    }

    private func begin(_ inquiry: Inquiry) async throws -> Answer {
        let view = try ArchiveView(installation, inquiry)
        let order = try await inquiry.json(Order.self, members: ["organizations", "day", "share", "quick"])
        let query = QueryItems(["day": order.day, "share": order.share])
        let now = installation.now
        let day = try TimeQuery.read("day", query, DayArgument.init(argument:))?
            .day(today: ArchiveDay(now, in: installation.timeZone))
        let share = try query.value("share", "a share of all bytes: 1/30 or 5%") { ReadingShare($0) }
        guard share == nil || order.quick != true else {
            throw Problem(.badRequest, "bad_body", "quick reads no recordings: leave out share")
        }
        let isAll = order.organizations == nil && view.caller.organizations == nil
        let organizations = isAll ? nil : try view.organizations(ordered: order.organizations)
        if let day { try await requireKnown(day, organizations, view) }
        let work = RequestedVerification(
            id: UUID().uuidString.lowercased(),
            organizations: organizations,
            day: day,
            isQuick: order.quick ?? false,
            share: order.share,
            actor: view.caller.actor,
            requestedTime: now
        )
        try board.add(work)
        var answer = try Answer.json(VerificationLine(work: work), status: .accepted)
        answer.headers[.location] = "/api/v1/verifications/\(work.id)"
        return answer
    }

    /// - Throws: a ``Problem`` with status 404 for a day of which nothing is known, because then nothing would be checked.
    private func requireKnown(_ day: ArchiveDay, _ names: [OrganizationName]?, _ view: ArchiveView) async throws {
        let manifest = try await view.manifest
        for name in names.map({ $0.map(Optional.some) }) ?? [nil] {
            if try await manifest.knows(day, organization: name) { return }
            if try installation.root.hasFiles(of: day, organization: name) { return }
        }
        throw Problem.notFound("no call and no archive of this day is known", code: "unknown_day")
    }

    /// Makes the requested verifications, one after the other, until the service stops.
    func run(until stop: StopRequest) async {
        await board.work(until: stop) { work, own in
            board.update(work.id) { ($0.state, $0.begunTime) = (.running, installation.now) }
            var problem: Problem?
            do {
                let scopes = (work.organizations.map { $0.map(Optional.some) } ?? [nil]).map { name in
                    VerificationRun.Scope(
                        organization: name,
                        day: work.day,
                        isQuick: work.isQuick,
                        share: work.share.flatMap { ReadingShare($0) }
                    )
                }
                try await own.cancelling { try await self.verify(scopes, work) }
            } catch {
                if !own.isMade {
                    problem = ServiceProblem.of(error)
                    installation.logger.warning("a verification could not go on", metadata: ["error": "\(error)"])
                }
            }
            let state: WorkState = own.isMade ? .stopped : problem == nil ? .complete : .failed
            board.update(work.id) { [problem] work in
                (work.state, work.endedTime, work.problem) = (state, installation.now, problem)
            }
        }
    }

    private func verify(_ scopes: [VerificationRun.Scope], _ work: RequestedVerification) async throws {
        let run = try VerificationRun.reading(installation.root, keyFile: installation.evidence.setup.keyFile)
        let log = ReadingLog(installation.manifest, by: work.actor) { installation.now }
        for scope in scopes {
            _ = try await run.run(scope) { report in
                board.update(work.id) { $0.add(report) }
                let isOfManifest = report.faults.contains { $0.kind == .manifestDamaged }
                if run.hasManifest, !scope.isQuick, !isOfManifest { await log.note(report) }
            }
        }
        if let obstacle = await log.obstacle {
            installation.logger.warning("what was read could not be noted", metadata: ["error": "\(obstacle)"])
        }
    }
}
