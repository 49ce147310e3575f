import ArgumentParser
import Files
import Recordings
import Settings
import Transfer
import WebexContactCenter
import Wiring

struct AuthCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "auth",
        abstract: "Log in, see how long the tokens last, renew them, delete them.",
        discussion: """
            Each organization has its own pair of tokens, below archive.root, readable only by its owner. Several \
            organizations may share one registered app. None of these commands ever prints a token.

            EXAMPLES
              callark auth status
              callark auth login --org acme
            """,
        subcommands: [
            AuthLoginCommand.self, AuthStatusCommand.self, AuthRefreshCommand.self, AuthLogoutCommand.self,
        ]
    )
}

extension Installation {
    /// The login and logout of an organization.
    /// - Throws: ``CommandError`` with exit code 78 if the organization has no client to log in with.
    func login(to organization: OrganizationSettings, by exchange: any HTTPExchange) throws -> Login {
        try root.requireOwnAccount()
        guard let login = Login(try provider(organization), exchange: exchange, retry: RetryPolicy(attempts: 3)) else {
            let name = organization.name
            throw CommandError(
                .configuration,
                "\(name) has one bearer token (auth.access_token), which a login cannot change; configure auth.client_id and "
                    + "auth.client_secret_file instead"
            )
        }
        return login
    }
}
