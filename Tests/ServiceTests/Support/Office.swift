import Archiver
import Files
import Foundation
import Logging
import Recordings
import Simulator
import Synchronization
import TestSupport
import Testing

@testable import Service
@testable import Settings
@testable import Wiring

/// A running service with a simulated contact centre, reached over the network. It exists only during its test.
struct Office: Sendable {
    let installation: Installation
    let simulator: Simulator
    let port: Int
    /// A past day with calls. Unless the test asks otherwise, it is archived.
    let day: String
    let stop: StopRequest
    /// All routes of the service.
    let routes: [Route]
    /// The lines of the access log.
    let requests: Notes<AccessLine>
    private let folder: TemporaryFolder

    /// What the provider signs the webhooks of the first organization with.
    static let webhookSecret = "0123456789abcdef0123456789abcdef"

    /// The ID of the second organization: always the same, because the manifest remembers it.
    static let otherOrganizationID = "11111111-2222-4333-8444-555555555555"

    /// The configured organizations. Only the first one has archived calls.
    static let organizations = ["acme", "beta"]

    /// Runs a service while `body` runs.
    /// - Parameters:
    ///   - isArchived: whether to archive the day first.
    ///   - settings: additional lines of the configuration.
    ///   - vault: where sealed archives are also kept.
    ///   - before: runs first, with a service of its own over the same root, which then stops.
    static func with(
        calls: Int = 6,
        isArchived: Bool = true,
        mix: CallMix = .typical,
        settings: String = "",
        limits: ServiceLimits = ServiceLimits(),
        vault: MemoryVault? = nil,
        before: ((Office) async throws -> Void)? = nil,
        _ body: (Office) async throws -> Void
    ) async throws {
        let days = SimulatedWorld.days(2, before: Moment(Date()), in: .gmt)
        let world = try #require(
            SimulatedWorld.recorded(days: [days[1]], callsPerDay: calls, scale: 0.005, mix: mix)
        )
        var options = SimulatorOptions()
        options.requestsPerMinute = 0
        try await Turns.shared.run {
            try await Simulator.running(world, options: options) { simulator in
                let folder = try TemporaryFolder()
                if isArchived { try await archive(simulator, day: days[1], in: folder, settings, vault) }
                if let before { try await serve(simulator, day: days[1], in: folder, settings, limits, vault, before) }
                try await serve(simulator, day: days[1], in: folder, settings, limits, vault, body)
            }
        }
    }

    private static func serve(
        _ simulator: Simulator,
        day: String,
        in folder: TemporaryFolder,
        _ settings: String,
        _ limits: ServiceLimits,
        _ vault: MemoryVault?,
        _ body: (Office) async throws -> Void
    ) async throws {
        let installation = try installation(simulator, in: folder, settings, vault)
        let (addresses, continuation) = AsyncStream.makeStream(of: String.self)
        let requests = Notes<AccessLine>()
        var setup = CallarkService.Setup()
        setup.limits = limits
        setup.manager = ServiceManager(environment: [:])
        setup.onListening = {
            continuation.yield($0)
            continuation.finish()
        }
        setup.onRequest = { requests.add($0) }
        let service = try await CallarkService(installation, setup: setup)
        let stop = StopRequest()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { continuation.finish() }
                try await service.run(stop: stop)
            }
            var found: String?
            for await address in addresses { found = address }
            if found == nil { try await group.next() }
            let port = try #require(found?.split(separator: ":").last.flatMap { Int($0) })
            let office = Office(
                installation: installation,
                simulator: simulator,
                port: port,
                day: day,
                stop: stop,
                routes: service.routes,
                requests: requests,
                folder: folder
            )
            defer { stop.make() }
            try await body(office)
            stop.make()
            try await group.waitForAll()
        }
    }

    private static func archive(
        _ simulator: Simulator,
        day: String,
        in folder: TemporaryFolder,
        _ settings: String,
        _ vault: MemoryVault?
    ) async throws {
        let installation = try installation(simulator, in: folder, settings, vault)
        let day = try #require(ArchiveDay(day))
        let acme = try #require(OrganizationName("acme"))
        let results = try await installation.withArchive(stop: StopRequest(), observer: { _ in }) { archive in
            try await archive.archive([acme], request: .day(day))
        }
        #expect(results.count == 1)
    }

    /// Creates an installation as a process would.
    private static func installation(
        _ simulator: Simulator,
        in folder: TemporaryFolder,
        _ settings: String,
        _ vault: MemoryVault?
    ) throws -> Installation {
        try folder.put("secret", Array(simulator.clientSecret.utf8))
        try folder.put("refresh", Array(simulator.refreshToken.utf8))
        try folder.put("webhook", Array(webhookSecret.utf8))
        for file in ["secret", "refresh", "webhook"] { chmod("\(folder.path)/\(file)", 0o600) }
        let organizations = zip(Self.organizations, [simulator.organizationID, otherOrganizationID])
        let list = organizations.map { name, id in
            """
              - name: \(name)
                org_id: \(id)
                api_base_url: \(simulator.apiBaseURL)
                oauth_base_url: \(simulator.oauthBaseURL)
                requests_per_minute: 60000
                \(name == "acme" ? "webhook_secret_file: \(folder.path)/webhook" : "# no webhooks")
                auth:
                  client_id: \(simulator.clientID)
                  client_secret_file: \(folder.path)/secret
                  refresh_token_file: \(folder.path)/refresh
            """
        }
        let yaml = """
            archive:
              root: \(folder.path)/archive
              minimum_free_bytes: 0
            organizations:
            \(list.joined(separator: "\n"))
            downloads: { attempts: 3 }
            \(settings.isEmpty ? "service: { listen: \"127.0.0.1:0\" }" : settings)

            """
        let path = try folder.put("callark.yaml", Array(yaml.utf8))
        let loaded = try Settings.load(option: path, environment: [:])
        let installation = Installation(
            loaded,
            actor: Actor(name: "tester", uid: 1),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            command: "serve",
            version: "0.0.0",
            vault: vault
        )
        if let id = CanonicalUUID(UUID().uuidString.lowercased()) {
            _ = try installation.root.initialize(as: RootIdentity(id: id, createdTime: installation.now))
        }
        return installation
    }
}

extension Office {
    /// A call that has recordings.
    var firstTask: SimulatedTask {
        get throws { try #require(simulator.world.tasks().first { !$0.recordings.isEmpty }) }
    }

    /// Gives the provider's webhooks another secret, as an administrator would.
    /// - Parameter text: all of the new file.
    func changeWebhookSecret(to text: String) throws { try folder.put("webhook", Array(text.utf8)) }

    /// Creates a key.
    /// - Returns: its text.
    func key(
        _ role: Role = .viewer,
        name: String = "\(UUID())",
        organizations: [String]? = nil,
        expires: Timestamp? = nil,
        now: Timestamp? = nil
    ) async throws -> String {
        try await withKeys { registry in
            let draft = KeyRegistry.Draft(
                name: try #require(KeyName(name)),
                role: role,
                organizations: organizations.map { Set($0.compactMap { OrganizationName($0) }) },
                expiresTime: expires
            )
            let actor = Actor(name: "tester", uid: 1)
            return try await registry.create(draft, by: actor, now: now ?? installation.now).secret.text
        }
    }

    /// Changes keys as another process would.
    func withKeys<Value>(_ work: (KeyRegistry) async throws -> Value) async throws -> Value {
        let database = try ServiceDatabase(path: installation.root.servicePath)
        let names = installation.settings.organizations.map(\.name)
        let value = try await work(KeyRegistry(database, logs: installation.evidence, organizations: names))
        try database.close()
        return value
    }

    /// Sends a GET request and reads the answer.
    func ask(_ target: String, key: String? = nil, headers: [(String, String)] = []) async throws -> Reply {
        try await ask("GET", target, key: key, headers: headers)
    }

    /// Sends a request and reads the answer.
    /// - Parameter key: sent as a bearer token.
    func ask(
        _ method: String,
        _ target: String,
        key: String? = nil,
        headers: [(String, String)] = [],
        body: String? = nil
    ) async throws -> Reply {
        var lines = ["\(method) \(target) HTTP/1.1", "Host: 127.0.0.1:\(port)", "Connection: close"]
        if let key { lines.append("Authorization: Bearer \(key)") }
        if let body {
            lines.append("Content-Length: \(body.utf8.count)")
            if !headers.contains(where: { $0.0 == "Content-Type" }) { lines.append("Content-Type: application/json") }
        }
        lines += headers.map { "\($0.0): \($0.1)" }
        let connection = try Connection(port: port)
        await connection.send(Array((lines.joined(separator: "\r\n") + "\r\n\r\n" + (body ?? "")).utf8))
        let bytes = try await connection.receiveAll()
        return try #require(Reply(bytes), "no answer to \(method) \(target)")
    }
}

/// A list that several tasks may append to during a test.
final class Notes<Note: Sendable>: Sendable {
    private let notes = Mutex<[Note]>([])

    func add(_ note: Note) { notes.withLock { $0.append(note) } }

    var all: [Note] { notes.withLock(\.self) }
}
