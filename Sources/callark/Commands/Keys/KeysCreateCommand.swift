import Reports
import Archiver
import ArgumentParser
import Files
import Recordings
import Service
import Settings
import Wiring

struct KeysCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Create an API key, and show it once.",
        discussion: """
            The key is shown now and never again: only its SHA-256 is kept. Its name is in the evidence log with \
            everything that is done by it, so a name is given only once, even after its key was revoked.

            With --organization, other organizations do not exist for the key.

            EXAMPLES
              callark keys create --name compliance --role reviewer
              callark keys create --name dashboard --role viewer \\
                --organization acme --expires 2027-01-01
              # for a script
              callark keys create --name nightly --role operator \\
                --json | jq -r 'select(.type=="key").key'
            """
    )

    @OptionGroup var common: CommonOptions

    @Option(help: "What the key is called: 1 to 64 letters, digits and . _ @ -", transform: KeyName.init(argument:))
    var name: KeyName

    @Option(help: "What it may do.")
    var role: Role

    @Option(
        help: "Only this organization; may be given more than once. Default: all.",
        transform: OrganizationName.init(argument:)
    )
    var organization: [OrganizationName] = []

    @Option(
        help: "From when on it is refused: a time, or a day, at whose beginning it ends. Default: never.",
        transform: TimeArgument.init(argument:)
    )
    var expires: TimeArgument?

    func run() async throws {
        let installation = try Installation(common, needsSecrets: false)
        try installation.root.requireOwnAccount()
        let bound = organization.isEmpty ? nil : Set(try installation.organizations(named: organization))
        let now = installation.now
        let draft = KeyRegistry.Draft(
            name: name,
            role: role,
            organizations: bound,
            expiresTime: try expires?.timestamp(in: installation.timeZone, now: now)
        )
        let (key, secret) = try await installation.withKeys { _, registry in
            try await registry.create(draft, by: Operator.current, now: now)
        }
        let output = Output(json: common.json)
        defer { output.flush() }
        try output.json(KeyLine(key, secret: secret, now: now))
        try output.json(Summary(name: key.name.description))
        let scope =
            key.organizations.map { $0.sorted().map(\.description).joined(separator: ", ") } ?? "all organizations"
        let end = key.expiresTime.map { ", until \($0.named(in: installation.timeZone))" } ?? ""
        output.text("created \(key.name), \(key.role.rawValue) of \(scope)\(end)")
        output.text("the key, which is shown this once:")
        output.text(secret.text)
    }

    private struct Summary: Encodable {
        let type = "summary"
        let created = true
        var name: String
    }
}

extension Role: ExpressibleByArgument {}

extension KeyName {
    /// Reads the name of a key.
    init(argument: String) throws {
        guard let name = Self(argument) else {
            throw ArgumentFault("give 1 to 64 letters, digits and . _ @ -, beginning with a letter or a digit")
        }
        self = name
    }
}

extension Installation {
    /// Runs `work` with the service's database and those who change its keys, and closes it afterwards. Says so if a log
    /// was begun for it.
    func withKeys<Value>(_ work: (ServiceDatabase, KeyRegistry) async throws -> Value) async throws -> Value {
        let database = try ServiceDatabase(path: root.servicePath)
        let registry = KeyRegistry(database, logs: evidence, organizations: settings.organizations.map(\.name))
        do {
            let value = try await work(database, registry)
            try database.close()
            try await evidence.publish()
            evidence.takeNewLogs().forEach(Diagnostics.notice)
            return value
        } catch {
            try? database.close()
            throw error
        }
    }
}
