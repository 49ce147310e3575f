import ArgumentParser

struct WitnessCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "witness",
        abstract: "Act as a witness of another party's evidence log.",
        discussion: """
            A witness keeps the last checkpoint of a log that it has signed, and signs the next one only if that \
            continues it. So the people who run the log cannot change its past, or show two histories, without the \
            witness. Run it on another machine, under the control of other people, such as a second department or an \
            auditor. It needs no configuration.

            EXAMPLES
              callark witness sign r.txt
              callark witness serve --log-key acme.vkey
            """,
        subcommands: [WitnessSignCommand.self, WitnessServeCommand.self]
    )
}
