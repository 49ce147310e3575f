import ArgumentParser
import Recordings
import Settings
import WebexContactCenter

struct LegacyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "legacy",
        abstract: "Ask for the legacy 1.0 records: sessions and activities of contacts and agents.",
        discussion: """
            The interface that Webex Contact Center has kept from its version 1.0, with an API key instead of a token. It \
            is off until organizations[].legacy is configured: user, api_key_file, and tenant_id where the host serves \
            several tenants.

            EXAMPLES
              callark legacy csr 74d98c29-39b4-4e1e-81fa-0ce0ae5aebb0
              callark legacy chain 74d98c29-39b4-4e1e-81fa-0ce0ae5aebb0
              callark legacy query --type csrs --query analyzer.json --day 2025-11-20
              callark legacy enrich --day 2025-11-20
            """,
        subcommands: [
            LegacyCSRCommand.self, LegacyCARCommand.self, LegacyASRCommand.self, LegacyAARCommand.self,
            LegacyQueryCommand.self, LegacyChainCommand.self, LegacyEnrichCommand.self,
        ]
    )
}

/// What every command of the legacy records takes.
struct LegacyOptions: ParsableArguments {
    @OptionGroup var common: CommonOptions

    @Option(
        help: "The organization; required if several have legacy records configured.",
        transform: OrganizationName.init(argument:)
    )
    var org: OrganizationName?
}
