import ArgumentParser
import Foundation
import Recordings
import Settings
import Text
import WebexContactCenter

struct SitesDeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Delete a site.",
        discussion: """
            On a terminal, asks first; otherwise pass --yes. A site that teams or users belong to cannot be deleted, \
            nor one that the provider created.

            EXAMPLES
              callark sites delete SITE_ID
              callark sites delete SITE_ID --yes
            """
    )

    @OptionGroup var options: SitesOptions

    @Argument(help: ArgumentHelp("The site's ID.", valueName: "site-id"), transform: SiteID.init(argument:))
    var id: SiteID

    @Flag(help: "Delete without asking.")
    var yes = false

    func run() async throws {
        let canAsk = isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1
        guard yes || canAsk else {
            throw CommandError(.usage, "not a terminal: pass --yes to delete site \(id)")
        }
        let output = Output(json: options.common.json)
        defer { output.flush() }
        try await options.withSites { organization, sites in
            let site = try await sites.site(id)
            guard yes || Self.isConfirmed(site, organization) else {
                throw CommandError(.usage, "site \(id) was not deleted")
            }
            try await sites.delete(site)
            try output.site(site, of: organization, action: "deleted", words: "deleted")
        }
    }

    private static func isConfirmed(_ site: Site, _ organization: OrganizationName) -> Bool {
        let question = "delete site \"\(site.fields.name)\" (\(site.id)) of \(organization)? [y/N] "
        try? FileHandle.standardError.write(contentsOf: Data(VisibleText.escaped(question).utf8))
        return ["y", "yes"].contains(readLine()?.trimmingCharacters(in: .whitespaces).lowercased())
    }
}
