import ArgumentParser
import Recordings
import WebexContactCenter

struct SitesCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Create a site.",
        discussion: """
            A name has up to 80 letters, digits, -, _ and white space, and is unique within the organization. To \
            find the ID of a multimedia profile, use `callark sites list` or Control Hub. If the provider fails in \
            the middle, Callark checks whether the site exists before it tries again.

            EXAMPLES
              callark sites create --name Harbour \\
                --multimedia-profile PROFILE_ID
            """
    )

    @OptionGroup var options: SitesOptions

    @Option(help: "Its name.")
    var name: String

    @Option(help: ArgumentHelp("The ID of its multimedia profile.", valueName: "profile-id"))
    var multimediaProfile: String

    @Option(help: "What it is, in up to 255 characters.")
    var description = ""

    @Flag(exclusivity: .exclusive)
    var state = ActiveFlag.active

    func validate() throws {
        guard let fault = fields.faults.first else { return }
        throw ValidationError(fault)
    }

    private var fields: SiteFields {
        SiteFields(
            name: name,
            isActive: state.isActive,
            multimediaProfileID: multimediaProfile,
            description: description
        )
    }

    func run() async throws {
        let output = Output(json: options.common.json)
        defer { output.flush() }
        try await options.withSites { organization, sites in
            let site = try await sites.create(fields)
            try output.site(site, of: organization, action: "created", words: "created")
        }
    }
}
