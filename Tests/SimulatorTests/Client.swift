import Foundation
import Simulator
import TestSupport
import Testing

/// A client of the simulator that is not ours: curl.
struct Client: Sendable {
    struct Answer: Sendable {
        /// 0 if curl got no complete answer.
        var status: Int
        /// Names in lower case.
        var headers: [String: String]
        var body: Data
        /// curl's own exit status: 0, or 18 for a body that ended early, 56 for a reset connection, …
        var exit: Int32

        var text: String { String(decoding: body, as: UTF8.self) }

        func json() throws -> [String: Any] {
            try #require(JSONSerialization.jsonObject(with: body) as? [String: Any])
        }

        /// The objects of the member `data`.
        func data() throws -> [[String: Any]] { try #require(try json()["data"] as? [[String: Any]]) }
    }

    let simulator: Simulator
    var token: String?

    /// With a valid token.
    init(_ simulator: Simulator) {
        self.simulator = simulator
        token = simulator.issueAccessToken()
    }

    /// - Parameter arguments: curl's own, such as `-r 0-9`.
    func fetch(_ url: String, _ arguments: [String] = [], withToken: Bool = true) async throws -> Answer {
        try await withTemporaryFolder { folder in
            let (head, body) = (folder.appending(path: "head"), folder.appending(path: "body"))
            var all = ["-q", "-sS", "--noproxy", "*", "--max-time", "30", "-D", head.path(), "-o", body.path()]
            if withToken, let token { all += ["-H", "Authorization: Bearer \(token)"] }
            let result = try await Tool.finish("curl", all + arguments + [url])
            let lines = (try? String(contentsOf: head, encoding: .utf8))?.split(whereSeparator: \.isNewline) ?? []
            let pairs = lines.dropFirst().compactMap { line -> (String, String)? in
                let parts = line.split(separator: ":", maxSplits: 1)
                guard parts.count == 2 else { return nil }
                return (parts[0].lowercased(), parts[1].trimmingCharacters(in: .whitespaces))
            }
            return Answer(
                status: lines.first.flatMap { Int($0.split(separator: " ").dropFirst().first ?? "") } ?? 0,
                headers: Dictionary(pairs) { first, _ in first },
                body: (try? Data(contentsOf: body)) ?? Data(),
                exit: result.status
            )
        }
    }

    func tasks(_ query: String, _ arguments: [String] = []) async throws -> Answer {
        try await fetch("\(simulator.apiBaseURL)/tasks?\(query)", arguments)
    }

    func activities(_ query: String) async throws -> Answer {
        try await fetch("\(simulator.apiBaseURL)/agents/activities?\(query)")
    }

    /// - Parameter kind: `queues` or `agents`.
    func statistics(_ kind: String, _ query: String, base: String = "/v1") async throws -> Answer {
        try await fetch("\(simulator.origin)\(base)/\(kind)/statistics?\(query)")
    }

    /// All of the world's days in one page.
    func allTasks() async throws -> Answer {
        let now = simulator.clock.now
        return try await tasks("from=\((now - .seconds(86_400 * 180)).milliseconds)&pageSize=1000")
    }

    func captures(_ body: String, _ arguments: [String] = []) async throws -> Answer {
        let header = ["-H", "Content-Type: application/json", "--data-binary", body]
        return try await fetch("\(simulator.apiBaseURL)/captures/query", header + arguments)
    }

    /// The request as Callark makes it; `more` is inserted into the query object.
    func captures(of ids: [String], more: String = "\"includeSegments\":true") async throws -> Answer {
        let list = ids.map { "\"\($0)\"" }.joined(separator: ",")
        return try await captures(
            "{\"query\":{\"orgId\":\"\(simulator.organizationID)\",\"taskIds\":[\(list)],\(more)}}"
        )
    }

    /// The signed URL of each recording of a task, by recording.
    func urls(of taskID: String) async throws -> [String: String] {
        let answer = try await captures(of: [taskID])
        let entries = try #require(try answer.data().first?["recording"] as? [[String: Any]])
        return try entries.reduce(into: [:]) { urls, entry in
            let attributes = try #require(entry["attributes"] as? [String: Any])
            urls[try #require(entry["id"] as? String)] = try #require(attributes["filePath"] as? String)
        }
    }

    func token(_ fields: [String: String], _ arguments: [String] = []) async throws -> Answer {
        let form = fields.flatMap { ["--data-urlencode", "\($0.key)=\($0.value)"] }
        return try await fetch("\(simulator.oauthBaseURL)/access_token", form + arguments, withToken: false)
    }

    /// The fields of a successful refresh.
    var refresh: [String: String] {
        [
            "grant_type": "refresh_token", "client_id": simulator.clientID, "client_secret": simulator.clientSecret,
            "refresh_token": simulator.refreshToken,
        ]
    }
}

/// A simulator of a small world that runs while `body` does.
func withSimulator(
    calls: Int = 30,
    days: [String] = ["2025-11-20"],
    scale: Double = 0.02,
    mix: CallMix = .typical,
    options: SimulatorOptions = SimulatorOptions(),
    clock: SimulatedClock.Start = .afterLastDay,
    _ body: (Simulator, Client) async throws -> Void
) async throws {
    let world = try SimulatedWorld(seed: 7, days: days, callsPerDay: calls, scale: scale, clock: clock, mix: mix)
    try await Turns.shared.run {
        try await Simulator.running(world, options: options) { simulator in
            try await body(simulator, Client(simulator))
        }
    }
}

/// A new folder for one test, removed afterwards.
func withTemporaryFolder<T>(_ body: (URL) async throws -> T) async throws -> T {
    let folder = FileManager.default.temporaryDirectory.appending(path: "simulator-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try await body(folder)
}
