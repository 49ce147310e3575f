import ArgumentParser

struct GapsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gaps",
        abstract: "List what should exist and is not held, tell the story of one task, or explain what is missing.",
        discussion: """
            A gap is a task that should have a recording and has none, a recording that could not be fetched, or one that \
            was archived and is damaged, or lost: damaged, and the provider no longer has it. A gap keeps its day from \
            being closed, and a pass over its day from being complete, until it fills or an operator explains it.

            A suspect recording is held, and looks incomplete: half a file, say. It is not a gap. It is listed with the \
            gaps until whole bytes come; `acknowledge` records that somebody knows about it.

            EXAMPLES
              callark gaps                                       those that nobody has explained
              callark gaps show 93912f11-6017-404b-bf14-5331890b1797
              callark gaps explain 93912f11-6017-404b-bf14-5331890b1797 --reason test_call --note "line test"
            """,
        subcommands: [
            GapsListCommand.self, GapsShowCommand.self, GapsExplainCommand.self, GapsAcknowledgeCommand.self,
        ],
        defaultSubcommand: GapsListCommand.self
    )
}
