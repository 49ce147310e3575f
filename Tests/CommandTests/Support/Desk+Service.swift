import Foundation
import TestSupport
import Testing

extension Desk {
    /// Starts the service at a port of its own, and waits until it listens.
    /// - Parameter entrance: the command that starts it, if it is not started directly.
    /// - Returns: the process, and its address.
    func serving(
        environment: [String: String] = [:],
        scheme: String = "http",
        within entrance: [String] = []
    ) async throws -> (program: Program, address: String) {
        var environment = environment
        let port = try FreePort.number()
        environment["CALLARK_SERVICE_LISTEN"] = "127.0.0.1:\(port)"
        let program = try start(["serve"], environment: environment, within: entrance)
        let address = "\(scheme)://127.0.0.1:\(port)"
        let socket = "\(environment["CALLARK_ARCHIVE_ROOT"] ?? root)/service.sock"
        try await eventually("it listens", every: Patience.look) {
            guard program.isRunning else { throw CancellationError() }
            guard FileManager.default.fileExists(atPath: socket) else { return false }
            return try await Program.run("curl", ["-sk", "\(address)/healthz"]).output == "{\"status\":\"ok\"}\n"
        }
        return (program, address)
    }
}

extension Desk {
    /// The environment of a command that cannot ask the provider, because its configuration has no secret: what it has done, a
    /// service has done.
    func unable() throws -> [String: String] {
        try write("unable.yaml", yaml.replacing("\(folder)/secret", with: "\(folder)/no-secret"))
        return ["CALLARK_CONFIG": "\(folder)/unable.yaml"]
    }
}

extension Program {
    /// Ends a service as a service manager does.
    func stopped() async throws {
        signal(SIGTERM)
        let ending = try await end()
        #expect(ending.status == 143, "\(ending.errors)")
    }
}
