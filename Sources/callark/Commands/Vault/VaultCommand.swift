import ArgumentParser
import Files
import Settings
import Vault
import Wiring

struct VaultCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vault",
        abstract: "Show what the object store has, prove its lock, put older archives there, or take over writing.",
        discussion: """
            With a section `vault` in the configuration, sealed archives, the evidence log and copies of the manifest \
            also go to an object store (docs/vault.md). Passes do that; these commands look after it.

            EXAMPLES
              callark vault status
              # is the store's lock real?
              callark vault check
              # what would it cost to move all older archives there?
              callark vault push --dry-run
              callark vault push
              # on a new machine, when the old one is gone
              callark rebuild --from-vault
              callark vault take-over
            """,
        subcommands: [
            VaultStatusCommand.self, VaultCheckCommand.self, VaultPushCommand.self, VaultTakeOverCommand.self,
        ],
        defaultSubcommand: VaultStatusCommand.self
    )

    /// The vault of the configuration.
    /// - Throws: ``CommandError`` with exit code 78 if there is none; `VaultError`.
    static func open(in installation: Installation) throws -> StoreVault {
        try configured(installation.openVault(), in: installation)
    }

    /// The same for a command whose answer a person waits for: it gives up after seconds, and says on standard error that
    /// it tries again.
    static func openBriefly(in installation: Installation) throws -> StoreVault {
        try configured(installation.openVaultBriefly { Diagnostics.notice($0) }, in: installation)
    }

    private static func configured(_ vault: StoreVault?, in installation: Installation) throws -> StoreVault {
        guard let vault else {
            throw CommandError(
                .configuration,
                "\(installation.loaded.path) has no section vault; docs/vault.md says what to put there"
            )
        }
        return vault
    }
}
