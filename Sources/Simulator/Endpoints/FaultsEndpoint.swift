import Foundation
import Synchronization

extension Provider {
    /// `/simulator/faults`: GET lists the rules and how often each has struck, POST adds rules in the form of a fault
    /// plan, DELETE removes all.
    func faultsPage(_ request: Request) -> Response {
        switch request.method {
        case "GET":
            return Self.lines(of: state.withLock { $0.faults.entries })
        case "POST":
            do throws(SimulatorError) {
                let text = String(decoding: request.body, as: UTF8.self)
                let rules = try FaultPlanText.rules(in: text, source: "the body")
                state.withLock { state in rules.forEach { state.faults.add($0) } }
                return .json(200, ["type": "added", "faults": .integer(Int64(rules.count))])
            } catch {
                return .text(400, error.description)
            }
        case "DELETE":
            state.withLock { $0.faults = FaultPlan(seed: world.seed, rules: []) }
            return .json(200, ["type": "cleared"])
        default:
            return .text(405, "GET, POST or DELETE")
        }
    }

    private static func lines(of entries: [FaultPlan.Entry]) -> Response {
        let lines = entries.flatMap { entry in
            let fields = entry.rule.fields.map { ($0.0, JSON.string($0.1)) }
            let line = JSON.object([("type", "fault")] + fields + [("strikes", .integer(Int64(entry.strikes)))])
            return line.bytes + [UInt8(ascii: "\n")]
        }
        return Response(200, headers: [("Content-Type", "application/x-ndjson")], body: .bytes(Data(lines)))
    }
}

extension Response {
    /// One line for people.
    static func text(_ status: Int, _ text: String) -> Response {
        Response(status, headers: [("Content-Type", "text/plain")], body: .bytes(Data("\(text)\n".utf8)))
    }
}
