import Foundation
import Simulator
import TestSupport
import Testing

/// A configured archive of a simulated contact centre, as an administrator would have it: a folder with `callark.yaml`,
/// two secret files and the archive's root. It is removed with its test.
final class Desk: Sendable {
    let simulator: Simulator
    let folder: String
    /// A day that is over by any clock.
    let day: String

    var root: String { "\(folder)/archive" }
    var configuration: String { "\(folder)/callark.yaml" }

    /// Serves a small world of the day before yesterday while `body` runs.
    /// - Parameters:
    ///   - earlier: further days with calls, as numbers of days before it, in descending order.
    ///   - hasRoot: whether the root has been created, as by an administrator who has read the README.
    static func with(
        calls: Int = 8,
        earlier: [Int] = [],
        scale: Double = 0.005,
        mix: CallMix = .typical,
        hasRoot: Bool = true,
        _ body: (Desk) async throws -> Void
    ) async throws {
        var options = SimulatorOptions()
        options.requestsPerMinute = 0
        try await Turns.shared.run {
            // Not before its turn, which may come on the next day.
            let latest = SimulatedWorld.days((earlier.first ?? 0) + 2, before: Moment(Date()), in: .gmt)
            let days = (earlier + [0]).map { latest[$0 + 1] }
            // Tests ask for what the first calls hold.
            let world = try #require(SimulatedWorld.recorded(days: days, callsPerDay: calls, scale: scale, mix: mix))
            try await Simulator.running(world, options: options) { simulator in
                let desk = try Desk(simulator)
                if hasRoot { try await desk.makeRoot() }
                try await body(desk)
            }
        }
    }

    private init(_ simulator: Simulator) throws {
        self.simulator = simulator
        day = try #require(simulator.world.days.last)
        folder = FileManager.default.temporaryDirectory.appending(path: "callark-desk-\(UUID())").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try write("secret", simulator.clientSecret + "\n", mode: 0o600)
        try write("refresh", simulator.refreshToken + "\n", mode: 0o600)
        try write("callark.yaml", yaml)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: folder)
    }

    var yaml: String {
        """
        archive:
          root: \(root)
          minimum_free_bytes: 0
        organizations:
          - name: acme
            org_id: \(simulator.organizationID)
            api_base_url: \(simulator.apiBaseURL)
            oauth_base_url: \(simulator.oauthBaseURL)
            auth:
              client_id: \(simulator.clientID)
              client_secret_file: \(folder)/secret
              refresh_token_file: \(folder)/refresh
            requests_per_minute: 60000
        downloads:
          attempts: 3

        """
    }

    func write(_ name: String, _ text: String, mode: Int = 0o644) throws {
        let path = "\(folder)/\(name)"
        try? FileManager.default.removeItem(atPath: path)
        try Data(text.utf8).write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }

    /// Creates the archive's root, or that of another configuration.
    func makeRoot(environment: [String: String] = [:]) async throws {
        let ending = try await run("init", environment: environment)
        try #require(ending.status == 0, "\(ending.errors)")
    }

    /// Starts `callark` with this configuration.
    func start(_ arguments: String..., environment: [String: String] = [:], input: String = "") throws -> Program {
        try start(arguments, environment: environment, input: input)
    }

    func start(
        _ arguments: [String],
        environment: [String: String] = [:],
        input: String = "",
        within entrance: [String] = []
    ) throws -> Program {
        var environment = environment
        environment["CALLARK_CONFIG"] = environment["CALLARK_CONFIG"] ?? configuration
        return try Program(
            "callark",
            arguments,
            environment: environment,
            input: input,
            directory: folder,
            within: entrance
        )
    }

    /// Runs `callark` with this configuration to its end.
    func run(
        _ arguments: String...,
        environment: [String: String] = [:],
        input: String = ""
    ) async throws -> Program.Ending {
        try await start(arguments, environment: environment, input: input).end()
    }

    /// One pass over the day, which has to be complete.
    @discardableResult
    func archiveDay() async throws -> Program.Ending {
        let ending = try await run("archive", "--day", day)
        try #require(ending.status == 0, "\(ending.errors)")
        return ending
    }

    /// The sealed archives, by name.
    func archives() throws -> [String] {
        let names = try FileManager.default.subpathsOfDirectory(atPath: "\(root)/archives")
        return names.filter { $0.hasSuffix(".tar") }.sorted().map { "\(root)/archives/\($0)" }
    }

    /// Changes one byte of a file, read-only or not.
    func flipByte(of path: String, at offset: UInt64) throws {
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
        let file = try #require(FileHandle(forUpdatingAtPath: path))
        try file.seek(toOffset: offset)
        let byte = try #require(try file.read(upToCount: 1)?.first)
        try file.seek(toOffset: offset)
        try file.write(contentsOf: [byte ^ 0x10])
        try file.close()
        try FileManager.default.setAttributes([.posixPermissions: 0o440], ofItemAtPath: path)
    }

    /// SHA-256 of every audio recording that the simulator offers.
    var offered: [String] { simulator.servedRecordings().map { $0.sha256() }.sorted() }

    /// SHA-256 of every audio recording that `list` says is archived.
    func archived() async throws -> [String] {
        try await run("list", "--state", "archived", "--json").objects
            .filter { $0["type"]?.text == "recording" && $0["kind"]?.text == "recording" }
            .compactMap { $0["sha256"]?.text }.sorted()
    }
}
