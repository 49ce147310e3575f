import ArgumentParser
import Files
import Recordings
import Service
import Wiring

struct KeysRevokeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Revoke an API key: from now on it opens nothing.",
        discussion: """
            The evidence log has it before it takes effect. A running service refuses the key from its next request on; \
            what it is sending at that moment, it sends to the end. A key that is revoked stays so, and its name is not \
            given again.

            EXAMPLES
              callark keys revoke compliance
            """
    )

    @OptionGroup var common: CommonOptions

    @Argument(help: "The key's name, as `callark keys list` has it.", transform: KeyName.init(argument:))
    var name: KeyName

    func run() async throws {
        let installation = try Installation(common, needsSecrets: false)
        try installation.root.requireOwnAccount()
        let now = installation.now
        let key = try await installation.withKeys { _, registry in
            try await registry.revoke(name, by: Operator.current, now: now)
        }
        let output = Output(json: common.json)
        defer { output.flush() }
        try output.json(KeyLine(key, now: now))
        try output.json(Summary(name: key.name.description))
        let isOld = key.revokedTime != now
        let since = key.revokedTime.map { $0.named(in: installation.timeZone) } ?? ""
        output.text(isOld ? "\(key.name) was revoked at \(since) already" : "revoked \(key.name)")
    }

    private struct Summary: Encodable {
        let type = "summary"
        let revoked = true
        var name: String
    }
}
