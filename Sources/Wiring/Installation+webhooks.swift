import Archiver
import Files
import Foundation
import Recordings
import Settings
import WebexContactCenter

/// The provider's webhooks: where it should send its events, and whether it does.
extension Installation {
    /// What the provider was last known to do with the events of an organization.
    package struct WebhookState: Codable, Sendable, Hashable {
        /// Whether it sends them.
        package enum Standing: String, Codable, Sendable {
            case active
            /// It has switched the subscription off, as it does after delivery errors.
            case inactive
            /// There is no subscription.
            case missing
        }

        package var standing: Standing
        package var checkedTime: String

        private enum CodingKeys: String, CodingKey {
            case standing = "state"
            case checkedTime = "checked_time"
        }
    }

    /// The address at which the service receives the events of an organization; `nil` if `service.public_url` is not
    /// configured.
    package func webhookAddress(of organization: OrganizationName) -> String? {
        settings.service.publicURL.map { "\($0.absoluteString)/webhooks/webex/\(organization)" }
    }

    /// The state that was last noted; `nil` if none was.
    package func webhookState(of organization: OrganizationName) throws(ArchiveError) -> WebhookState? {
        guard let bytes = try FileSystem.read(root.webhookPath(organization), limit: 4096) else { return nil }
        return try? JSONDecoder().decode(WebhookState.self, from: Data(bytes))
    }

    /// Notes what the provider does with the events of an organization, for `callark status` and its alarm.
    /// - Throws: `ArchiveError` if it cannot be written, or the root belongs to another account.
    package func note(_ subscriptions: [Subscription], _ organization: OrganizationName) throws {
        try root.requireOwnAccount()
        let standing: WebhookState.Standing =
            subscriptions.contains(where: \.isActive) ? .active : subscriptions.isEmpty ? .missing : .inactive
        let state = WebhookState(standing: standing, checkedTime: now.description)
        let bytes = try JSONEncoder().encode(state)
        let path = root.webhookPath(organization)
        try FileSystem.createFolder(FileSystem.folder(of: path))
        try FileReplacement(path, mode: 0o644, writers: .several(mark: ".new-"), flushing: .nothing).write(
            [UInt8](bytes)
        )
    }

    /// The alarm about an organization whose webhooks are configured and do not come.
    func webhookAlarms(of name: OrganizationName) throws(ArchiveError) -> [Alarm] {
        guard organization(name)?.webhookSecret != nil, webhookAddress(of: name) != nil,
            let state = try webhookState(of: name), state.standing != .active
        else { return [] }
        let what = state.standing == .inactive ? "has switched its webhook off" : "has no webhook to send"
        return [
            Alarm(
                .warning,
                .webhookOff,
                organization: name.description,
                "the provider \(what), so new recordings are found by polling only",
                command: "callark webhooks create --org \(name)"
            )
        ]
    }
}
