import ArgumentParser
import Recordings
import Settings
import WebexContactCenter

struct LegacyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "legacy",
        abstract: "Ask for legacy 1.0 records: sessions and activities of contacts and agents.",
        discussion: """
            Webex Contact Center still offers the interface of its version 1.0, with an API key instead of a token. \
            It is off until you configure organizations[].legacy: user, api_key_file, and tenant_id if the host \
            serves several tenants.

            EXAMPLES
              callark legacy csr TASK_ID
              callark legacy enrich --day yesterday
            """,
        subcommands: [
            LegacyCSRCommand.self, LegacyCARCommand.self, LegacyASRCommand.self, LegacyAARCommand.self,
            LegacyQueryCommand.self, LegacyChainCommand.self, LegacyEnrichCommand.self,
        ]
    )
}

/// The options of every legacy command.
struct LegacyOptions: ParsableArguments {
    @OptionGroup var common: CommonOptions

    @Option(
        help: "The organization; required if several have legacy records configured.",
        transform: OrganizationName.init(argument:)
    )
    var org: OrganizationName?
}
