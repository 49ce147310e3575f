import Foundation

/// A network that misbehaves, in front of a server on loopback (`Tests/vault/chaos.py`).
package final class ChaosProxy: Sendable {
    package let port: Int
    private let process: ObedientProcess

    /// What has passed so far.
    package struct Counts: Decodable, Sendable {
        package var connections: Int
        package var faulted: Int
        /// Bytes to the server.
        package var up: Int
        /// Bytes from the server.
        package var down: Int
    }

    /// - Parameter target: the server's port.
    package init(to target: Int) async throws {
        process = try await ObedientProcess("chaos.py", ["\(target)"])
        guard let port = Int(process.greeting) else { throw ObedientProcess.Failure(description: "no port") }
        self.port = port
    }

    /// Like `http://127.0.0.1:1234`.
    package var endpoint: String { "http://127.0.0.1:\(port)" }

    /// What has passed so far.
    package func counts() async throws -> Counts { try await obey("count") }

    /// Ends the connections that are idle, and sets the faults of those to come, such as `drop_answer times=1`; none if it
    /// is empty.
    package func set(_ faults: String) async throws {
        // Until whatever is finished counts as idle.
        try await Task.sleep(for: .milliseconds(100))
        _ = try await obey(faults)
    }

    private func obey(_ faults: String) async throws -> Counts {
        try JSONDecoder().decode(Counts.self, from: Data(try await process.obey(faults).utf8))
    }
}
