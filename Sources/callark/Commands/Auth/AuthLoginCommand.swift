import Reports
import ArgumentParser
import Foundation
import Recordings
import Settings
import WebexContactCenter
import Wiring

struct AuthLoginCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "login",
        abstract: "Let an administrator grant access in a browser, and keep the tokens.",
        discussion: """
            This is for an integration: a client with a redirect URI. (A Service App is authorised in Control Hub, \
            and its first refresh token is configured.) The command prints the address at which an administrator of \
            the contact centre signs in and consents. On a desktop, a browser opens it, and Callark receives the \
            answer on the loopback port of the redirect URI. Without a desktop, open the address anywhere, and paste \
            the address at which the browser ends up; that page need not load. The code alone works too. \
            --no-browser opens nothing and waits for the answer, for example on a port that SSH forwards.

            The tokens are kept only if they belong to the configured organization. They replace the ones that were \
            kept before.

            EXAMPLES
              callark auth login --org acme
              callark auth login --org acme --paste
              # the browser on your machine, Callark on another
              ssh -L 8085:localhost:8085 archive-host \\
                callark auth login --org acme --no-browser
            """
    )

    @OptionGroup var common: CommonOptions

    @Option(
        help: "The organization; optional if there is only one.",
        transform: OrganizationName.init(argument:)
    )
    var org: OrganizationName?

    @Option(help: "As registered with the app, byte for byte; default: auth.redirect_uri of the configuration.")
    var redirectURI: String?

    @Option(help: "A scope to request; may be given more than once; default: auth.scopes of the configuration.")
    var scope: [String] = []

    @Flag(help: "Open no browser, but wait for the redirect.")
    var noBrowser = false

    @Flag(help: "Do not wait for the redirect; read its address, or the code, from standard input.")
    var paste = false

    @Flag(help: "Leave out PKCE, for a provider that does not accept it.")
    var noPKCE = false

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("How long to wait for the redirect.", valueName: "seconds"),
        transform: WholeNumber.within(1...86400)
    )
    var timeout = 300

    func validate() throws {
        guard redirectURI.map({ LoginSettings.redirectURI($0) != nil }) ?? true else {
            throw ValidationError(
                "--redirect-uri \(redirectURI ?? ""): give an https URL, or an http URL of a loopback address"
            )
        }
        guard scope.allSatisfy({ !$0.isEmpty && !$0.contains(where: \.isWhitespace) }) else {
            throw ValidationError("--scope takes one scope without blanks: give the option once for each")
        }
    }

    func run() async throws {
        let installation = try Installation(common)
        let organization = try installation.organization(named: org)
        let output = Output(json: common.json)
        defer { output.flush() }
        let status = try await installation.withEngine { engine in
            let login = try installation.login(to: organization, by: engine)
            let request = try login.request(
                redirectURI: redirectURI ?? organization.login.redirectURI,
                scopes: scope.isEmpty ? organization.login.scopes : scope,
                usesProofKey: !noPKCE
            )
            let code = try await code(for: request, of: organization.name, output)
            return try await login.complete(request, code: code)
        }
        try report(status, of: organization, installation.timeZone, to: output)
    }

    /// Shows the address, and returns the code from the answer.
    private func code(
        for request: AuthorizationRequest,
        of organization: OrganizationName,
        _ output: Output
    ) async throws -> Secret {
        let place = RedirectPlace(redirectURI: request.redirectURI)
        let isListening = !paste && place != nil && (noBrowser || Desktop.isThere)
        // Before the address is shown, because the browser may be quick.
        let listener = isListening ? try place.map { place throws(ProviderError) in try RedirectListener(place) } : nil
        try output.json(AddressLine(organization: organization.description, url: request.url.absoluteString))
        output.text("Sign in as an administrator of the contact centre of \(organization), and consent:")
        for line in ["", "  \(request.url.absoluteString)", ""] { output.text(line) }
        output.flush()
        guard let listener else { return try await pasted(for: request) }
        if !noBrowser { Desktop.open(request.url) }
        Diagnostics.notice("waiting for the browser at \(request.redirectURI); Ctrl-C ends it")
        guard let answer = try await listener.answer(to: request, within: .seconds(timeout)) else {
            throw CommandError(
                .authorization,
                "no answer arrived at \(request.redirectURI) within \(timeout) s; log in again, with --paste if the browser "
                    + "cannot reach this machine"
            )
        }
        return try accepted(answer)
    }

    /// Reads lines until one of them is an answer to the request.
    private func pasted(for request: AuthorizationRequest) async throws -> Secret {
        Diagnostics.notice("paste the address at which the browser ends up, or the code in it, and press Enter:")
        while let line = await StandardInput.line() {
            guard !line.allSatisfy(\.isWhitespace) else { continue }
            let answer = request.answer(pasted: line)
            if case .foreign(let reason) = answer {
                Diagnostics.warning("that is not the answer: \(reason); paste another one")
                continue
            }
            return try accepted(answer)
        }
        throw CommandError(.authorization, "standard input had no address and no code; log in again")
    }

    private func accepted(_ answer: RedirectAnswer) throws -> Secret {
        switch answer {
        case .code(let code): return code
        case .refused(let words):
            throw CommandError(
                .authorization,
                "access was not granted: \(words); log in again as an administrator of the contact centre, and check that "
                    + "the app is registered with these scopes and this redirect URI"
            )
        case .foreign(let reason): throw CommandError(.authorization, "not an answer to this login: \(reason)")
        }
    }

    private func report(
        _ status: TokenStatus,
        of organization: OrganizationSettings,
        _ timeZone: TimeZone,
        to output: Output
    ) throws {
        output.text("\(organization.name) is logged in; Callark keeps the token and renews it from now on")
        func end(_ time: Timestamp?) -> String { time?.named(in: timeZone) ?? "the provider refuses it" }
        output.text("  access token   until \(end(status.accessExpires))")
        output.text("  refresh token  until \(end(status.refreshExpires))")
        if !status.scopes.isEmpty { output.text("  scopes         \(status.scopes.joined(separator: " "))") }
        if status.organizationID == nil {
            Diagnostics.warning(
                "the token does not name its organization; run `callark config check` to ask the provider"
            )
        }
        try output.json(
            SummaryLine(
                organization: organization.name.description,
                accessTokenExpires: status.accessExpires?.description,
                refreshTokenExpires: status.refreshExpires?.description,
                scope: status.scopes.isEmpty ? nil : status.scopes.joined(separator: " "),
                tokenOrganization: status.organizationID
            )
        )
    }

    private struct AddressLine: Encodable {
        let type = "authorize"
        var organization: String
        var url: String
    }

    private struct SummaryLine: Encodable {
        let type = "summary"
        let complete = true
        var organization: String
        var accessTokenExpires: String?
        var refreshTokenExpires: String?
        var scope: String?
        var tokenOrganization: String?

        enum CodingKeys: String, CodingKey {
            case type, complete, organization, scope
            case accessTokenExpires = "access_token_expires"
            case refreshTokenExpires = "refresh_token_expires"
            case tokenOrganization = "token_organization"
        }
    }
}
