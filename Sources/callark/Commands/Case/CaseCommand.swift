import ArgumentParser

struct CaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "case",
        abstract: "Hand calls over with everything that proves them.",
        subcommands: [CaseExportCommand.self]
    )
}
