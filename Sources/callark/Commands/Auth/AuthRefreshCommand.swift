import Reports
import ArgumentParser
import Foundation
import Recordings
import Settings
import Transfer
import WebexContactCenter
import Wiring

struct AuthRefreshCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "refresh",
        abstract: "Exchange the refresh token for a new pair now.",
        discussion: """
            A pass renews tokens by itself. Use this if nothing runs for weeks: a refresh token expires some 60 or \
            90 days after its last use. deploy/systemd has a timer for it. If several processes do this at once, one \
            asks the provider, and the others use what it received. An organization with a single bearer token is \
            skipped.

            EXAMPLES
              callark auth refresh
              # a daily job
              callark auth refresh --if-older-than 7
            """
    )

    @OptionGroup var common: CommonOptions

    @Option(help: "Only this organization; may be given more than once.", transform: OrganizationName.init(argument:))
    var org: [OrganizationName] = []

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Only if the present pair is at least this old.", valueName: "days"),
        transform: WholeNumber.within(0...365)
    )
    var ifOlderThan: Int = 0

    func run() async throws {
        let installation = try Installation(common)
        let names = try installation.organizations(named: org)
        let output = Output(json: common.json)
        var statuses: [ExitStatus] = []
        var refreshed = 0
        try await installation.withEngine { engine in
            for organization in installation.settings.organizations where names.contains(organization.name) {
                do {
                    if try await refresh(organization, installation, engine, output) { refreshed += 1 }
                } catch {
                    Diagnostics.error("\(organization.name): \(error)")
                    try output.json(Line(organization: organization.name.description, error: "\(error)"))
                    statuses.append(ExitStatus(error))
                }
            }
        }
        try output.json(SummaryLine(organizations: names.count, refreshed: refreshed, failed: statuses.count))
        output.flush()
        if !statuses.isEmpty { throw ExitCode(ExitStatus.worst(statuses).rawValue) }
    }

    /// - Returns: whether there is a new pair.
    private func refresh(
        _ organization: OrganizationSettings,
        _ installation: Installation,
        _ engine: TransferEngine,
        _ output: Output
    ) async throws -> Bool {
        if case .bearer = organization.credentials {
            if !org.isEmpty { _ = try installation.login(to: organization, by: engine) }
            output.text("\(organization.name): one bearer token, which cannot be renewed")
            try output.json(Line(organization: organization.name.description, refreshed: false))
            return false
        }
        let contactCenter = try await installation.contactCenter(of: organization)
        let isNew = try await contactCenter.refreshTokens(ifOlderThan: .hours(24 * ifOlderThan))
        let status = try await contactCenter.tokenStatus()
        let zone = installation.timeZone
        output.text(
            isNew
                ? "\(organization.name): renewed, can be refreshed until \(status.refreshExpires?.named(in: zone) ?? "?")"
                : "\(organization.name): obtained \(status.obtained?.named(in: zone) ?? "?"), not renewed"
        )
        try output.json(
            Line(
                organization: organization.name.description,
                refreshed: isNew,
                obtained: status.obtained?.description,
                accessTokenExpires: status.accessExpires?.description,
                refreshTokenExpires: status.refreshExpires?.description
            )
        )
        return isNew
    }

    private struct Line: Encodable {
        let type = "refresh"
        var organization: String
        var refreshed = false
        var obtained: String?
        var accessTokenExpires: String?
        var refreshTokenExpires: String?
        var error: String?

        enum CodingKeys: String, CodingKey {
            case type, organization, refreshed, obtained, error
            case accessTokenExpires = "access_token_expires"
            case refreshTokenExpires = "refresh_token_expires"
        }
    }

    private struct SummaryLine: Encodable {
        let type = "summary"
        var organizations: Int
        var refreshed: Int
        var failed: Int
    }
}
