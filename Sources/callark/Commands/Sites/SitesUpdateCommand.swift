import ArgumentParser
import Recordings
import WebexContactCenter

struct SitesUpdateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "update",
        abstract: "Change a site.",
        discussion: """
            What you do not give stays as it is. The site is read first, and sent back with the changes; if somebody \
            else has changed it in the meantime, nothing is overwritten.

            EXAMPLES
              callark sites update SITE_ID --name "Harbour North"
              callark sites update SITE_ID --inactive --description ""
            """
    )

    @OptionGroup var options: SitesOptions

    @Argument(help: ArgumentHelp("The site's ID.", valueName: "site-id"), transform: SiteID.init(argument:))
    var id: SiteID

    @Option(help: "Its new name.")
    var name: String?

    @Option(help: ArgumentHelp("The ID of its new multimedia profile.", valueName: "profile-id"))
    var multimediaProfile: String?

    @Option(help: "Its new description; empty for none.")
    var description: String?

    @Flag(exclusivity: .exclusive)
    var state: ActiveFlag?

    func validate() throws {
        guard change != SiteChange() else {
            throw ValidationError(
                "give what to change: --name, --multimedia-profile, --description, --active or --inactive"
            )
        }
        // Validated together with sound fields, so that only the given ones can fail.
        let plain = SiteFields(name: "a", isActive: true, multimediaProfileID: "a", description: "")
        guard let fault = change.applied(to: plain).faults.first else { return }
        throw ValidationError(fault)
    }

    private var change: SiteChange {
        SiteChange(
            name: name,
            isActive: state?.isActive,
            multimediaProfileID: multimediaProfile,
            description: description
        )
    }

    func run() async throws {
        let output = Output(json: options.common.json)
        defer { output.flush() }
        try await options.withSites { organization, sites in
            let site = try await sites.site(id)
            let updated = try await sites.update(site, to: change.applied(to: site.fields))
            let isChanged = updated != site
            try output.site(
                updated,
                of: organization,
                action: isChanged ? "updated" : "unchanged",
                words: isChanged ? "updated" : "already as requested: nothing was changed"
            )
        }
    }
}
