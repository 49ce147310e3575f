import ArgumentParser
import Logging

/// What every command takes.
struct CommonOptions: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: "The configuration file. Else $CALLARK_CONFIG, ./callark.yaml, /etc/callark/callark.yaml.",
        completion: .file(extensions: ["yaml", "yml"])
    )
    var config: String?

    @Flag(help: "Print NDJSON on standard output: one object a line, the last of type \"summary\".")
    var json = false

    @Option(help: "trace, debug, info, notice, warning, error or critical.")
    var logLevel: Logger.Level = .warning

    @Option(help: "How log lines on standard error look: text or json.")
    var logFormat: LogFormat = .text
}

enum LogFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
