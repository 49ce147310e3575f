import Recordings
import Transfer

extension ContactCenter {
    /// The organization's subscriptions.
    package var subscriptions: Subscriptions { Subscriptions(exchange: exchange, settings: settings) }
}

/// One organization's subscriptions at the provider, in their second version (wxcc-api 12.1).
package struct Subscriptions: Sendable {
    let exchange: ProviderExchange
    let settings: ProviderSettings

    /// The event that Callark subscribes to: a recording can be fetched.
    private static let eventType = "capture:available"
    private static let resourceVersion = "capture:1.0.0"

    /// All subscriptions, by name.
    package func list() async throws(ProviderError) -> [Subscription] {
        let found = try await exchange.answer(to: call(.get)) { json, _ throws(ProviderError) in
            guard let rows = json["data"]?.elements else {
                throw ProviderError(.malformed, "no list called data in it")
            }
            var subscriptions: [Subscription] = []
            for row in rows { subscriptions.append(try Subscription(row)) }
            return subscriptions
        }
        return found.sorted { ($0.name, $0.id) < ($1.name, $1.id) }
    }

    /// The subscriptions that send the events of recordings to this address.
    package func list(to destination: String) async throws(ProviderError) -> [Subscription] {
        try await list().filter { $0.destination == destination && $0.eventTypes.contains(Self.eventType) }
    }

    /// Makes sure that the provider sends the events of recordings to this address, once. A subscription that it has
    /// switched off is replaced.
    /// - Parameters:
    ///   - secret: what the provider signs its events with; it cannot be read again.
    ///   - replaces: whether to replace a subscription that works, because its secret may be another.
    /// - Returns: the subscription, and whether it was created.
    package func ensure(
        to destination: String,
        secret: Secret,
        replaces: Bool = false
    ) async throws(ProviderError) -> (subscription: Subscription, isNew: Bool) {
        let known = try await list(to: destination)
        let kept = replaces ? nil : known.first(where: \.isActive)
        for subscription in known where subscription.id != kept?.id { try await delete(subscription.id) }
        if let kept { return (kept, false) }
        return (try await create(to: destination, secret: secret), true)
    }

    private func create(to destination: String, secret: Secret) async throws(ProviderError) -> Subscription {
        var call = call(.post)
        call.body = .object([
            JSONMember("name", .string("Callark \(settings.organization)")),
            JSONMember("description", .string("recordings that can be fetched")),
            JSONMember("eventTypes", .array([.string(Self.eventType)])),
            JSONMember("destinationUrl", .string(destination)),
            JSONMember("orgId", .string(settings.organizationID.description)),
            JSONMember("resourceVersion", .string(Self.resourceVersion)),
            JSONMember("secret", .string(secret.value)),
        ])
        return try await exchange.carryOut(
            call,
            decode: { json, _ throws(ProviderError) in
                guard let data = json["data"] else { throw ProviderError(.malformed, "no data in it") }
                return try Subscription(data)
            },
            // The provider would create a second one, and send every event twice.
            done: { () async throws(ProviderError) in try await list(to: destination).first(where: \.isActive) }
        )
    }

    /// Deletes a subscription. One that does not exist is deleted already.
    package func delete(_ id: SubscriptionID) async throws(ProviderError) {
        do throws(ProviderError) {
            try await exchange.carryOut(
                call(.delete, id),
                decode: { _, _ throws(ProviderError) in () },
                done: { () async throws(ProviderError) in
                    try await list().contains { $0.id == id } ? nil : ()
                }
            )
        } catch {
            guard error.status == 404 else { throw error }
        }
    }

    private func call(_ method: HTTPRequest.Method, _ id: SubscriptionID? = nil) -> APICall {
        let tail = id.map { "/" + FormEncoding.encoded($0.description) } ?? ""
        var call = APICall(method: method, base: .host, path: "v2/subscriptions\(tail)")
        if method != .get { call.scope = "cjp:config_write" }
        return call
    }
}
