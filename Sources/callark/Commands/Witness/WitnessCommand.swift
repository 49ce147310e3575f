import ArgumentParser

struct WitnessCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "witness",
        abstract: "Act as a witness of another party's evidence log.",
        discussion: """
            A witness keeps the last checkpoint of a log that it has signed, and signs the next one only if that goes on \
            from it. So whoever runs the log cannot change its past, or show two histories, without the witness. It \
            belongs on another machine, in other hands: a second department, or an auditor. It needs no configuration.

            EXAMPLES
              callark witness sign r.txt
              callark witness serve --log-key acme.vkey
            """,
        subcommands: [WitnessSignCommand.self, WitnessServeCommand.self]
    )
}
