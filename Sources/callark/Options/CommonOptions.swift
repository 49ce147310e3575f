import ArgumentParser
import Logging

/// The options of every command.
struct CommonOptions: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: "The configuration file; default: $CALLARK_CONFIG, ./callark.yaml, /etc/callark/callark.yaml.",
        completion: .file(extensions: ["yaml", "yml"])
    )
    var config: String?

    @Flag(help: "Print NDJSON: one object per line, the last one of type \"summary\".")
    var json = false

    @Option(help: "The least serious log lines to print on standard error.")
    var logLevel: Logger.Level = .warning

    @Option(help: "How to print lines on standard error.")
    var logFormat: LogFormat = .text
}

enum LogFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
