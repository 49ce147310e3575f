import FlyingFox
import FlyingSocks
import Foundation
import Synchronization

/// A provider on a loopback port, to test against: token endpoint, tasks, captures and signed media URLs of a
/// ``SimulatedWorld``, with faults on demand.
///
/// It speaks plain HTTP on 127.0.0.1 only and must never be reachable from elsewhere: it gives tokens to everyone.
package final class Simulator: Sendable {
    private struct Running {
        var server: HTTPServer
        var task: Task<Void, any Error>
        var port: UInt16
        /// Sends webhooks.
        var sender: Task<Void, Never>
    }

    /// What it serves.
    package let world: SimulatedWorld
    let provider: Provider
    // The server between start and stop; locked only briefly.
    private let running = Mutex<Running?>(nil)

    /// A provider of that world, not yet serving; its clock starts now.
    package init(world: SimulatedWorld, options: SimulatorOptions = SimulatorOptions()) {
        self.world = world
        provider = Provider(world: world, options: options)
    }

    /// Starts serving.
    /// - Parameter port: 0 for any that is free.
    /// - Returns: the port.
    /// - Throws: ``SimulatorError`` if the port is not available.
    @discardableResult
    package func start(port: UInt16 = 0) async throws -> UInt16 {
        let handler = HTTPHandlerAdaptor(provider: provider)
        let configuration = HTTPServer.Configuration(
            address: try sockaddr_in.inet(ip4: "127.0.0.1", port: port),
            timeout: 86_400,
            // Requests are small, so they are read completely before they are answered.
            sharedRequestBufferSize: 1 << 20,
            logger: .disabled
        )
        let server = HTTPServer(config: configuration, handler: handler)
        let listening = Task { try await server.waitUntilListening(timeout: 120) }
        let task = Task {
            // A server that cannot get its port never listens; no one should wait for it.
            defer { listening.cancel() }
            try await server.run()
        }
        do {
            try await listening.value
            guard case .ip4(_, let port) = await server.listeningAddress else { throw SocketError.unsupportedAddress }
            OpenSocket.sendAtOnce(listeningOn: port)
            let sender = Task { await WebhookSender(provider: provider).run() }
            running.withLock { $0 = Running(server: server, task: task, port: port, sender: sender) }
            return port
        } catch {
            task.cancel()
            throw SimulatorError(.cannotListen, "cannot listen on 127.0.0.1 port \(port): choose another port")
        }
    }

    /// Closes every connection and stops serving; the world and its changes stay, and it may be started again.
    package func stop() async {
        let stopping = running.withLock { running in
            defer { running = nil }
            return running
        }
        guard let stopping else { return }
        stopping.sender.cancel()
        await stopping.sender.value
        await stopping.server.stop()
        _ = await stopping.task.result
    }

    /// Serves while `body` runs, on any free port.
    package static func running<T: Sendable>(
        _ world: SimulatedWorld,
        options: SimulatorOptions = SimulatorOptions(),
        _ body: (Simulator) async throws -> T
    ) async throws -> T {
        let simulator = Simulator(world: world, options: options)
        try await simulator.start()
        do {
            let result = try await body(simulator)
            await simulator.stop()
            return result
        } catch {
            await simulator.stop()
            throw error
        }
    }

    /// The port; 0 while it is not running.
    package var port: UInt16 { running.withLock { $0?.port ?? 0 } }
    /// `http://127.0.0.1:PORT`
    package var origin: String { "http://127.0.0.1:\(port)" }
    /// The value of `api_base_url` in a configuration.
    package var apiBaseURL: String { "\(origin)/v1\(provider.options.isEarlyAccess ? "/contactCenter" : "")" }
    /// The value of `legacy.base_url` in a configuration.
    package var legacyBaseURL: String { "\(origin)/aws/api" }
    /// The value of `oauth_base_url` in a configuration.
    package var oauthBaseURL: String { "\(origin)/v1" }
    /// The first organization; most worlds have only one.
    package var organization: SimulatedOrganization { world.organizations[0] }
    /// The identifier of the first organization.
    package var organizationID: String { organization.id }
    /// The client of the first organization.
    package var clientID: String { organization.clientID }
    /// The client secret of the first organization.
    package var clientSecret: String { organization.clientSecret }
    /// The refresh token that the first organization starts with.
    package var refreshToken: String { organization.refreshToken }
}
