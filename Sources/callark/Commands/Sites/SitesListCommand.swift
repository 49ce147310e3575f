import Reports
import ArgumentParser
import Recordings
import Settings
import WebexContactCenter
import Wiring

struct SitesListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the sites of one organization, or of all.",
        discussion: """
            The column MULTIMEDIA PROFILE has the IDs that --multimedia-profile of create and update takes.

            EXAMPLES
              callark sites list
              callark sites list --org acme --csv > sites.csv
            """
    )

    @OptionGroup var common: CommonOptions

    @Option(help: "Only this organization; may be given more than once.", transform: OrganizationName.init(argument:))
    var org: [OrganizationName] = []

    @Flag(help: "Print CSV, with more columns than `sites export`.")
    var csv = false

    func validate() throws {
        if csv && common.json { throw ValidationError("--csv and --json: leave out one of them") }
    }

    func run() async throws {
        let installation = try Installation(common, usesRoot: false)
        let output = Output(json: common.json)
        defer { output.flush() }
        var listed: [ListedSite] = []
        try await installation.withContactCenters(try installation.organizations(named: org)) {
            organization,
            contactCenter in
            listed += try await contactCenter.sites.list().map { ListedSite(organization: organization.name, site: $0) }
        }
        try ListedSite.table.write(listed, to: output, asCSV: csv)
        guard !csv else { return }
        output.text(Readable.count(listed.count, "site"))
        try output.json(Summary(sites: listed.count))
    }

    private struct Summary: Encodable {
        let type = "summary"
        var sites: Int
    }
}

struct SitesGetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Show one site.",
        discussion: """
            EXAMPLES
              callark sites get SITE_ID
            """
    )

    @OptionGroup var options: SitesOptions

    @Argument(help: ArgumentHelp("The site's ID.", valueName: "site-id"), transform: SiteID.init(argument:))
    var id: SiteID

    func run() async throws {
        let output = Output(json: options.common.json)
        defer { output.flush() }
        try await options.withSites { organization, sites in
            let site = try await sites.site(id)
            try output.site(site, of: organization, action: "get")
        }
    }
}
