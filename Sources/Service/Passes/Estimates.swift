import Archiver
import Foundation
import HTTPTypes
import Logging
import Recordings
import Wiring

/// Forecasts: what a pass over a window would fetch, and how long it would take. They ask the provider, download nothing,
/// and need no lock.
struct Estimates: Sendable {
    let installation: Installation
    let board: WorkBoard<RequestedEstimate>

    /// How long a request waits for its forecast. A later one is asked for by its ID.
    private static let patience = Duration.seconds(10)

    var routes: [Route] {
        [
            Route(.get, "/api/v1/passes/estimates", .permission(.operate)) { try list($0) },
            Route(.post, "/api/v1/passes/estimates", .permission(.operate)) { try await begin($0) },
            Route(.get, "/api/v1/passes/estimates/{id}", .permission(.operate)) {
                try Answer.json(ForecastLine(work: try work($0)))
            },
            Route(.delete, "/api/v1/passes/estimates/{id}", .permission(.operate)) { inquiry in
                let work = try work(inquiry)
                board.stop(work.id, now: installation.now)
                return try Answer.json(ForecastLine(work: board.work(work.id) ?? work), status: .accepted)
            },
        ]
    }

    private func list(_ inquiry: Inquiry) throws -> Answer {
        let seen = board.works(seenBy: try inquiry.knownCaller)
        return try Answer.json(["estimates": seen.map(ForecastLine.init)])
    }

    private func work(_ inquiry: Inquiry) throws(Problem) -> RequestedEstimate {
        guard let work = board.work(try inquiry.value("id"), seenBy: try inquiry.knownCaller) else {
            throw .notFound("there is no such forecast", code: "unknown_estimate")
        }
        return work
    }

    private struct Order: Decodable {
        var organizations: [String]?
        var day: String?
        var from: String?
        var to: String?
        var exact: Bool?
    }

    private func begin(_ inquiry: Inquiry) async throws -> Answer {
        let view = try ArchiveView(installation, inquiry)
        let order = try await inquiry.json(Order.self, members: ["organizations", "day", "from", "to", "exact"])
        let now = installation.now
        let work = RequestedEstimate(
            id: UUID().uuidString.lowercased(),
            organizations: try view.organizations(ordered: order.organizations),
            request: try PassWindow.Request(
                day: order.day,
                from: order.from,
                to: order.to,
                in: installation.timeZone,
                now: now
            ),
            isExact: order.exact ?? false,
            actor: view.caller.actor,
            requestedTime: now
        )
        try board.add(work)
        let end = ContinuousClock.now + Self.patience
        while board.work(work.id)?.state.isEnd == false, ContinuousClock.now < end {
            try await Task.sleep(for: .milliseconds(50))
        }
        let last = board.work(work.id) ?? work
        var answer = try Answer.json(ForecastLine(work: last), status: last.state.isEnd ? .ok : .accepted)
        answer.headers[.location] = "/api/v1/passes/estimates/\(work.id)"
        return answer
    }

    /// Makes the requested forecasts, until the service stops.
    func run(until stop: StopRequest) async {
        await board.work(until: stop) { work, own in
            board.update(work.id) { $0.state = .running }
            var estimates: [Estimate] = []
            var problem: Problem?
            do {
                for name in work.organizations {
                    guard let estimating = try await installation.estimating(name, isExact: work.isExact) else {
                        continue
                    }
                    estimates.append(try await estimating.run(work.request, stop: own))
                }
            } catch {
                if !own.isMade {
                    problem = ServiceProblem.of(error)
                    installation.logger.warning("a forecast could not be made", metadata: ["error": "\(error)"])
                }
            }
            let state: WorkState = own.isMade ? .stopped : problem == nil ? .complete : .failed
            board.update(work.id) { [estimates, problem] work in
                (work.state, work.endedTime) = (state, installation.now)
                (work.estimates, work.problem) = (estimates, problem)
            }
        }
    }
}
