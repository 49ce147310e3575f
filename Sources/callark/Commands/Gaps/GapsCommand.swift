import ArgumentParser

struct GapsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gaps",
        abstract: "List what should exist and is not held, show the history of one task, or explain what is missing.",
        discussion: """
            A gap is a task that should have a recording and has none, a recording that could not be fetched, or a \
            recording that was archived and is now damaged or lost (damaged, and the provider no longer has it). A \
            gap keeps its day from being closed, and a pass over that day from being complete, until it is filled or \
            an operator explains it.

            A suspect recording is held but looks incomplete: half a file, for example. It is not a gap, and is \
            listed with the gaps until complete bytes arrive. `acknowledge` records that a person knows about it.

            EXAMPLES
              # what no one has explained
              callark gaps
              # everything about one call, and who explained it
              callark gaps show TASK_ID
              callark gaps explain TASK_ID --reason test_call --note "…"
            """,
        subcommands: [
            GapsListCommand.self, GapsShowCommand.self, GapsExplainCommand.self, GapsAcknowledgeCommand.self,
        ],
        defaultSubcommand: GapsListCommand.self
    )
}
