import ArgumentParser

struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Create, list and revoke the API keys of the service.",
        discussion: """
            A request for data of the service (`callark serve`) needs a key, in the header `Authorization: Bearer clk_…`. \
            What a key may do depends on its role. Each of the first four roles may also do what the one before it may:

              viewer    search and figures, no audio
              reviewer  audio and exports
              operator  passes, gaps, verification
              admin     keys, organizations, settings
              auditor   separate from these: as a viewer, plus audit, log, proofs and configuration; no audio

            Keys are in service.sqlite below archive.root, as checksums only. The evidence log records that a key is \
            created or revoked before this takes effect. A running service needs no restart.

            EXAMPLES
              callark keys create --name compliance --role reviewer
              callark keys list
              callark keys revoke compliance
            """,
        subcommands: [KeysCreateCommand.self, KeysListCommand.self, KeysRevokeCommand.self],
        defaultSubcommand: KeysListCommand.self
    )
}
