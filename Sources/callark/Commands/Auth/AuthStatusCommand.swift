import Reports
import ArgumentParser
import Foundation
import Recordings
import Settings
import WebexContactCenter
import Wiring

struct AuthStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show how long the tokens of each organization last, their scopes, and when they are renewed next.",
        discussion: """
            Reads what is kept, without asking the provider. Exit code 77 means that an administrator has to log in: \
            an organization has no token, its refresh token has expired or was refused, or its token belongs to \
            another organization. 74 and 78 mean that this account cannot read the tokens, or a secret: nothing is \
            known of them then. `callark config check` asks the provider whether the token works.

            STATES
              valid    the access token can be used
              due      the next command that needs a token renews the pair
              unused   a first refresh token is configured and has not been used yet
              bearer   a single token that cannot be renewed
              missing  no one has logged in
              ended    the refresh token has expired
              refused  the provider has refused the refresh token, and there has been no new pair since
              foreign  the token belongs to another organization
              unreadable  this account cannot read what is kept of the tokens, or a secret

            EXAMPLES
              callark auth status
            """
    )

    @OptionGroup var common: CommonOptions

    @Option(help: "Only this organization; may be given more than once.", transform: OrganizationName.init(argument:))
    var org: [OrganizationName] = []

    func run() async throws {
        let installation = try Installation(common, needsSecrets: false)
        let names = try installation.organizations(named: org)
        let output = Output(json: common.json)
        var rows: [TokenRow] = []
        for organization in installation.settings.organizations where names.contains(organization.name) {
            do {
                let status = try await installation.tokenStatus(of: organization.name) ?? TokenStatus()
                rows.append(TokenRow(organization, status, now: installation.now))
            } catch let error as TokensUnavailable {
                rows.append(TokenRow(organization, error))
            }
        }
        let timeZone = installation.timeZone
        try TokenRow.table(in: timeZone).write(rows, to: output)
        output.text("times in \(timeZone.name)")
        for row in rows { if let advice = row.advice(in: timeZone) { output.text(advice) } }
        let failed = rows.count { $0.state.needsPerson }
        try output.json(SummaryLine(organizations: rows.count, failed: failed))
        output.flush()
        let statuses = rows.compactMap(\.obstacle?.status) + (failed > 0 ? [.authorization] : [])
        if !statuses.isEmpty { throw ExitCode(ExitStatus.worst(statuses).rawValue) }
    }

    private struct SummaryLine: Encodable {
        let type = "summary"
        var organizations: Int
        /// How many need a person's attention.
        var failed: Int
    }
}

/// The state of one organization's tokens.
struct TokenRow {
    /// The state of the tokens, as programs compare it.
    enum State: String {
        /// The access token is valid.
        case valid
        /// A new pair is due, which the next call requests.
        case due
        /// There is a first refresh token that was never used.
        case unused
        /// A single token that nothing renews.
        case bearer
        /// No one has logged in.
        case missing
        /// The refresh token has expired.
        case ended
        /// The provider has refused the refresh token.
        case refused
        /// The token belongs to another organization.
        case foreign
        /// The state cannot be found out.
        case unreadable

        var needsPerson: Bool { [.missing, .ended, .refused, .foreign].contains(self) }
    }

    let organization: OrganizationName
    let state: State
    let status: TokenStatus
    /// What this account cannot read; `nil` if it can read everything.
    let obstacle: TokensUnavailable?

    /// For an organization whose tokens cannot be read.
    init(_ organization: OrganizationSettings, _ obstacle: TokensUnavailable) {
        self.organization = organization.name
        self.obstacle = obstacle
        status = TokenStatus()
        state = .unreadable
    }

    init(_ organization: OrganizationSettings, _ status: TokenStatus, now: Timestamp) {
        self.organization = organization.name
        self.status = status
        obstacle = nil
        state = Self.state(of: status, organization, now: now)
    }

    private static func state(
        of status: TokenStatus,
        _ organization: OrganizationSettings,
        now: Timestamp
    ) -> State {
        if status.needsLogin { return .missing }
        if let named = status.organizationID, isUUID(organization.organizationID.description),
            named != organization.organizationID.description.lowercased()
        {
            return .foreign
        }
        if case .bearer = organization.credentials { return .bearer }
        if status.refusal != nil { return .refused }
        guard status.obtained != nil else { return .unused }
        if let end = status.refreshExpires, end <= now { return .ended }
        return status.nextRefresh.map { $0 <= now } ?? false ? .due : .valid
    }

    private static func isUUID(_ text: String) -> Bool {
        text.wholeMatch(of: /(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/) != nil
    }

    /// What to do; `nil` if nothing.
    func advice(in timeZone: TimeZone) -> String? {
        if let obstacle { return "\(organization): \(obstacle)" }
        guard state.needsPerson else { return nil }
        let what =
            switch state {
            case .missing: "has no token"
            case .ended: "has a refresh token that has expired"
            case .refused: refused(timeZone)
            default: "has a token of organization \(status.organizationID ?? "")"
            }
        return "\(organization) \(what): run `callark auth login --org \(organization)`"
    }

    private func refused(_ timeZone: TimeZone) -> String {
        guard let refusal = status.refusal else { return "has a refresh token that was refused" }
        return "has a refresh token that the provider refused at \(refusal.time.text(in: timeZone)) (\(refusal.reason))"
    }

    static func table(in timeZone: TimeZone) -> Table<TokenRow> {
        Table(type: "token", columns: columns(timeZone))
    }

    private static func columns(_ timeZone: TimeZone) -> [Table<TokenRow>.Column] {
        func time(
            _ name: String,
            _ heading: String?,
            rank: Int = 0,
            label: String = "",
            _ path: KeyPath<TokenStatus, Timestamp?>
        ) -> Table<TokenRow>.Column {
            .init(
                name: name,
                heading: heading,
                rank: rank,
                line: 1,
                label: label,
                value: { .init($0.status[keyPath: path]?.description) },
                text: { $0.status[keyPath: path]?.text(in: timeZone) ?? "-" }
            )
        }
        return [
            .init(name: "organization", heading: "ORGANIZATION") { .text($0.organization.description) },
            .init(name: "state", heading: "STATE") { .text($0.state.rawValue) },
            time("obtained", nil, \.obtained),
            time("access_token_expires", "ACCESS UNTIL", rank: 2, label: "access until ", \.accessExpires),
            time("refresh_token_expires", "REFRESH UNTIL", rank: 1, label: "refresh until ", \.refreshExpires),
            time("next_refresh", "NEXT REFRESH", rank: 3, label: "next refresh ", \.nextRefresh),
            time("refused", nil, \.refusal?.time),
            .init(name: "refusal", heading: nil) { .init($0.status.refusal?.reason) },
            .init(name: "unreadable", heading: nil) { .init($0.obstacle?.path) },
            .init(
                name: "scope",
                heading: "SCOPES",
                rank: 4,
                least: 16,
                wraps: true,
                line: 2,
                label: "scopes ",
                value: { .init($0.status.scopes.isEmpty ? nil : $0.status.scopes.joined(separator: " ")) },
                text: { $0.status.scopes.isEmpty ? "-" : $0.status.scopes.joined(separator: " ") }
            ),
            .init(name: "token_organization", heading: nil) { .init($0.status.organizationID) },
        ]
    }
}
