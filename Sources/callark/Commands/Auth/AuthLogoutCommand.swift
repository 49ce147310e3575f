import Reports
import ArgumentParser
import Recordings
import Settings
import Transfer
import WebexContactCenter
import Wiring

struct AuthLogoutCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logout",
        abstract: "Delete the tokens of an organization from this machine.",
        discussion: """
            The provider is not told, because it has no call for that: the tokens stay valid there until they \
            expire, or until an administrator revokes the app in Control Hub. Backups of archive.root may still have \
            them.

            EXAMPLES
              callark auth logout --org acme
            """
    )

    @OptionGroup var common: CommonOptions

    @Option(
        help: "The organization; optional if there is only one.",
        transform: OrganizationName.init(argument:)
    )
    var org: OrganizationName?

    func run() async throws {
        let installation = try Installation(common, needsSecrets: false)
        let organization = try installation.organization(named: org)
        let output = Output(json: common.json)
        let login = try installation.login(to: organization, by: NoExchange())
        let wasKept = try await login.forget()
        let name = organization.name
        output.text(
            wasKept
                ? "the tokens of \(name) are deleted from this machine" : "no tokens of \(name) exist on this machine"
        )
        if wasKept {
            output.text(
                "they stay valid at the provider until they expire: to end them now, revoke the app in Control Hub"
            )
        }
        var isConfigured = false
        if case .refreshing(_, _, .some) = organization.credentials {
            isConfigured = true
            output.text("a refresh token is still configured (auth.refresh_token): the next command will use it")
        }
        try output.json(
            SummaryLine(organization: name.description, removed: wasKept, refreshTokenConfigured: isConfigured)
        )
        output.flush()
    }

    private struct SummaryLine: Encodable {
        let type = "summary"
        var organization: String
        var removed: Bool
        var refreshTokenConfigured: Bool

        enum CodingKeys: String, CodingKey {
            case type, organization, removed
            case refreshTokenConfigured = "refresh_token_configured"
        }
    }
}
