import ArgumentParser

struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Create, list and revoke the API keys of the service.",
        discussion: """
            Whoever asks the service (`callark serve`) for anything needs a key, in the header \
            `Authorization: Bearer clk_…`. What a key may do depends on its role; each role may do what the one before \
            it may:

              viewer    search and figures, no audio
              reviewer  audio and exports
              operator  passes, gaps, verification
              admin     keys, organizations, settings
              auditor   beside these: what a viewer may, plus audit, log, proofs and configuration, no audio

            Keys are in service.sqlite below archive.root, as checksums only. Creating and revoking one is in the \
            evidence log before it takes effect. A running service knows of it at once.

            EXAMPLES
              callark keys create --name compliance --role reviewer
              callark keys list
              callark keys revoke compliance
            """,
        subcommands: [KeysCreateCommand.self, KeysListCommand.self, KeysRevokeCommand.self],
        defaultSubcommand: KeysListCommand.self
    )
}
