import Recordings

/// The provider's identifier of a subscription.
package struct SubscriptionID: ProviderIdentifier {
    package let description: String

    /// - Returns: `nil` also for `.` and `..`, which would change the path that contains the identifier.
    package init?(_ text: some StringProtocol) {
        guard !text.isEmpty, !text.utf8.contains(0), text != ".", text != ".." else { return nil }
        description = String(text)
    }
}

/// A subscription at the provider: which events it sends where (wxcc-api 12.1).
package struct Subscription: Sendable, Hashable {
    package let id: SubscriptionID
    package let name: String
    /// Such as `capture:available`.
    package let eventTypes: Set<String>
    /// Where the provider sends the events.
    package let destination: String
    /// Whether the provider sends anything. After delivery errors, it may switch a subscription off.
    package let isActive: Bool
    package let createdTime: Timestamp?

    /// - Throws: `malformed` if there is no ID or no destination.
    init(_ json: JSONValue) throws(ProviderError) {
        guard let id = json["id"]?.text.flatMap({ SubscriptionID($0) }) else {
            throw ProviderError(.malformed, "a subscription without an id")
        }
        guard let destination = json["destinationUrl"]?.text else {
            throw ProviderError(.malformed, "subscription \(id) has no destinationUrl")
        }
        self.id = id
        self.destination = destination
        name = json["name"]?.text ?? ""
        eventTypes = Set((json["eventTypes"]?.elements ?? []).compactMap(\.text))
        isActive = json["status"]?.text?.lowercased() == "active"
        createdTime = Timestamp(plausible: json["createdTime"])
    }
}
