import ArgumentParser
import Recordings
import Settings
import WebexContactCenter
import Wiring

struct SitesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sites",
        abstract: "List, create, change and delete the sites of an organization, one by one or from a CSV file.",
        discussion: """
            A site is generally a geographical location; teams belong to it. Reading requires the scope \
            cjp:config_read. Everything else requires cjp:config_write, which a Service App for archiving does not \
            have.

            EXAMPLES
              callark sites list
              callark sites export -o sites.csv
              callark sites import sites.csv --dry-run
            """,
        subcommands: [
            SitesListCommand.self, SitesGetCommand.self, SitesCreateCommand.self, SitesUpdateCommand.self,
            SitesDeleteCommand.self, SitesImportCommand.self, SitesExportCommand.self,
        ]
    )
}

/// The organization whose sites a command works on.
struct SitesOptions: ParsableArguments {
    @OptionGroup var common: CommonOptions

    @Option(
        help: "The organization; required if the configuration has several.",
        transform: OrganizationName.init(argument:)
    )
    var org: OrganizationName?

    /// Runs `work` with access to that organization's sites.
    func withSites<Value>(_ work: (OrganizationName, Sites) async throws -> Value) async throws -> Value {
        let installation = try Installation(common, usesRoot: false)
        let organization = try installation.organization(named: org)
        return try await installation.withContactCenter(of: organization) {
            try await work(organization.name, $0.sites)
        }
    }
}

/// Whether a site is in use: `--active` or `--inactive`.
enum ActiveFlag: String, EnumerableFlag {
    case active, inactive

    static func help(for value: ActiveFlag) -> ArgumentHelp? {
        value == .active ? "The site is in use." : "The site is not in use."
    }

    var isActive: Bool { self == .active }
}
