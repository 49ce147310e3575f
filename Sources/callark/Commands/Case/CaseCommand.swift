import ArgumentParser

struct CaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "case",
        abstract: "Hand calls over with everything that proves them.",
        discussion: """
            EXAMPLES
              callark case export --case 2026-17 --reason dispute \\
                  TASK_ID -o case
            """,
        subcommands: [CaseExportCommand.self]
    )
}
