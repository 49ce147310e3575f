import ArgumentParser
import Settings

struct ConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Check or show the configuration.",
        discussion: """
            The configuration is the file of --config, else $CALLARK_CONFIG, else ./callark.yaml, else \
            /etc/callark/callark.yaml; the environment beats the file.

            EXAMPLES
              callark config check
              callark config show
            """,
        subcommands: [ConfigCheckCommand.self, ConfigShowCommand.self]
    )
}

struct ConfigShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Print the effective configuration, secrets masked, and where each value came from.",
        discussion: """
            EXAMPLES
              callark config show
              CALLARK_DOWNLOADS_CONCURRENCY=32 callark config show | grep concurrency
            """
    )

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let workplace = try Workplace(common, usesRoot: false, needsSecrets: false)
        let output = Output(json: common.json)
        defer { output.flush() }
        let values = workplace.loaded.values
        let keyWidth = values.map(\.key.count).max() ?? 0
        let valueWidth = min(values.map { shown($0).count }.max() ?? 0, 60)
        for value in values {
            try output.json(ValueLine(key: value.key, value: value.value, origin: "\(value.origin)"))
            output.text(
                value.key.padded(to: keyWidth) + "  " + shown(value).padded(to: valueWidth) + "  (\(value.origin))"
            )
        }
        try output.json(SummaryLine(path: workplace.loaded.path, keys: values.count))
    }

    /// A key that is not set has no value to show.
    private func shown(_ value: ShownValue) -> String { value.value ?? "-" }

    private struct ValueLine: Encodable {
        let type = "value"
        var key: String
        var value: String?
        var origin: String
    }

    private struct SummaryLine: Encodable {
        let type = "summary"
        var path: String
        var keys: Int
    }
}
