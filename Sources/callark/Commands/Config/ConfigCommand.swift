import Reports
import ArgumentParser
import Glibc
import Payloads
import Settings
import Wiring

struct ConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Check or show the configuration.",
        discussion: """
            The configuration is the file named by --config, or else by $CALLARK_CONFIG, or else ./callark.yaml, or \
            else /etc/callark/callark.yaml. The environment overrides the file.

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
        abstract: "Print the configuration in effect, with secrets masked, and where each value came from.",
        discussion: """
            EXAMPLES
              callark config show
              callark config show | grep downloads
            """
    )

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let installation = try Installation(common, usesRoot: false, needsSecrets: false)
        let output = Output(json: common.json)
        defer { output.flush() }
        let values = installation.loaded.values
        // Columns only if they fit: a value is there to be copied, so it must not be cut or broken.
        let keyWidth = values.map(\.key.displayWidth).max() ?? 0
        let valueWidth = min(values.map { shown($0).displayWidth }.max() ?? 0, 60)
        let originWidth = values.map { "\($0.origin)".displayWidth }.max() ?? 0
        let columns = Terminal.columns(of: STDOUT_FILENO) ?? .max
        let isAligned = keyWidth + valueWidth + originWidth + 6 <= columns
        for value in values {
            try output.json(ConfigurationValueLine(key: value.key, value: value.value, origin: "\(value.origin)"))
            let key = value.key.padded(to: isAligned ? keyWidth : 0)
            output.text("\(key)  \(shown(value).padded(to: isAligned ? valueWidth : 0))  (\(value.origin))")
        }
        try output.json(SummaryLine(path: installation.loaded.path, keys: values.count))
    }

    /// A key that is not set has no value to show.
    private func shown(_ value: ShownValue) -> String { value.value ?? "-" }

    private struct SummaryLine: Encodable {
        let type = "summary"
        var path: String
        var keys: Int
    }
}
