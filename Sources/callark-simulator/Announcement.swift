import Foundation
import Simulator

/// The message when the simulator is listening.
struct Announcement {
    let simulator: Simulator

    /// One line of JSON, for scripts.
    func printLine() {
        let line = """
            {"type":"listening","port":\(simulator.port),"api_base_url":"\(simulator.apiBaseURL)",\
            "oauth_base_url":"\(simulator.oauthBaseURL)","organization":"\(simulator.organization.name)",\
            "org_id":"\(simulator.organizationID)","client_id":"\(simulator.clientID)",\
            "client_secret":"\(simulator.clientSecret)","refresh_token":"\(simulator.refreshToken)",\
            "legacy_base_url":"\(simulator.legacyBaseURL)","legacy_user":"\(simulator.organization.legacyUser)",\
            "legacy_api_key":"\(simulator.organization.legacyKey)",\
            "legacy_tenant_id":"\(simulator.organization.tenantID)",\
            "days":[\(simulator.world.days.map { "\"\($0)\"" }.joined(separator: ","))],"now":"\(now)"}
            """
        write(line)
    }

    /// For people.
    func printText(configuration: String) {
        let world = simulator.world
        let days = world.days.count == 1 ? world.days[0] : "\(world.days[0]) to \(world.days[world.days.count - 1])"
        write(
            """
            A contact centre with \(world.callsPerDay) calls a day on \(days) (\(world.timeZone.identifier)) is open at \
            \(simulator.origin)
            Its clock says \(now).

            Make a root:     callark init --config \(configuration)
            Archive it:      callark archive --config \(configuration) --day \(world.days[0])
            The truth:       curl \(simulator.origin)/simulator/recordings
            Stop it:         Ctrl-C
            """
        )
    }

    private var now: String { Date.ISO8601FormatStyle().format(simulator.clock.now.date) }

    /// Unbuffered, so that a reader waiting for the line gets it at once.
    private func write(_ text: String) {
        FileHandle.standardOutput.write(Data("\(text)\n".utf8))
    }
}
