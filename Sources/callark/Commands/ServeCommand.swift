import Archiver
import ArgumentParser
import Service
import Settings
import Wiring

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve what is held by HTTP, until it is stopped.",
        discussion: """
            Listens at service.listen and says so on standard error, with one line for each request: who asked for which \
            kind of thing, the status, the bytes and the milliseconds. Needs a key for everything but /healthz, \
            /readyz, the page's /login and /assets, the login itself (/session, /oidc) and, signed by the provider, \
            /webhooks: `callark keys create`. /api/v1/openapi.yaml describes the API; docs/service.md has how to run it.

            SIGTERM or Ctrl-C ends it once what is in hand is safe (exit code 143 or 130); a second signal ends it at \
            once. If the port is taken, the exit code is 74.

            EXAMPLES
              callark serve
              callark serve --log-format json
            """
    )

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let installation = try Installation(common, needsSecrets: false)
        installation.warnOfNetworkFileSystem()
        let output = Output(json: common.json)
        let status = try await CommandLineRun.interruptibly { stop in
            var setup = CallarkService.Setup()
            setup.onListening = { address in
                Diagnostics.notice("listening at \(address)")
                output.listening(at: address)
            }
            setup.onRequest = Diagnostics.access
            setup.performHandover = { order, actor, outlet, stop in
                await Handover.perform(order, by: actor, outlet, stop, in: installation)
            }
            let service = try await CallarkService(installation, setup: setup)
            try await service.run(stop: stop)
            return .complete
        }
        try output.stopped()
        throw ExitCode(status.rawValue)
    }
}

/// The lines of JSON of a command that serves until it is stopped.
extension Output {
    private struct ListeningLine: Encodable {
        let type = "listening"
        var address: String
    }

    private struct StoppedLine: Encodable {
        let type = "summary"
        let stopped = true
    }

    /// Says at once where it listens.
    func listening(at address: String) {
        try? json(ListeningLine(address: address))
        flush()
    }

    /// Ends the output.
    func stopped() throws {
        try json(StoppedLine())
        flush()
    }
}

extension Diagnostics {
    /// One line for one request.
    static func access(_ line: AccessLine) {
        let milliseconds = line.milliseconds
        guard !isJSON else {
            let fields = [
                "message": "request", "who": line.who, "method": line.method, "route": line.route,
                "status": "\(line.status)", "bytes": "\(line.bytes)", "ms": "\(milliseconds)",
            ]
            return json(line.isCutShort ? fields.merging(["cut_short": "true"]) { $1 } : fields, level: "info")
        }
        let end = line.isCutShort ? " cut short" : ""
        self.line(
            "callark: \(line.who) \(line.method) \(line.route) \(line.status) \(line.bytes) B \(milliseconds) ms\(end)"
        )
    }
}
