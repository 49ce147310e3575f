import Foundation

/// One subscription as the provider keeps it (wxcc-api 12.1).
struct SimulatedSubscription: Sendable {
    var id: String
    var name: String
    var description: String?
    var eventTypes: [String]
    var destination: String
    var secret: String?
    var resourceVersion: String
    var isActive = true
    /// Deliveries in a row that failed.
    var failures = 0
    var created: Moment

    func json(of organization: String) -> JSON {
        var members: [(String, JSON)] = [("id", .string(id)), ("name", .string(name))]
        if let description { members.append(("description", .string(description))) }
        members += [
            ("eventTypes", .array(eventTypes.map { .string($0) })), ("destinationUrl", .string(destination)),
            ("createdTime", .integer(created.milliseconds)), ("createdBy", .string(organization)),
            ("status", .string(isActive ? "active" : "inactive")), ("lastUpdatedTime", .integer(created.milliseconds)),
            ("lastUpdatedBy", .string(organization)), ("resourceVersion", .string(resourceVersion)),
        ]
        return .object(members)
    }
}

/// An organization's subscriptions.
struct SubscriptionOffice: Sendable {
    /// Why a subscription is not created.
    struct Refusal: Error {
        var status: Int
        var message: String
    }

    /// The most subscriptions of an organization.
    private static let most = 20

    private(set) var subscriptions: [SimulatedSubscription] = []
    private var random: SeededRandom

    init(_ world: SimulatedWorld, organization: Int) {
        random = SeededRandom(world.seed, 0x7765_6268, UInt64(organization))
    }

    mutating func create(_ body: JSON, now: Moment) throws(Refusal) -> SimulatedSubscription {
        func refuse(_ message: String) -> Refusal { Refusal(status: 400, message: message) }
        guard let name = body["name"]?.text, (4...64).contains(name.count) else {
            throw refuse("name: 4 to 64 characters")
        }
        let types = body["eventTypes"]?.elements?.compactMap(\.text) ?? []
        guard (1...32).contains(types.count) else { throw refuse("eventTypes: 1 to 32") }
        guard let destination = body["destinationUrl"]?.text, Self.isAllowed(destination) else {
            throw refuse("destinationUrl: https, a public host, no port")
        }
        guard let version = body["resourceVersion"]?.text, version.contains(":") else {
            throw refuse("resourceVersion is required")
        }
        let resource = version.prefix { $0 != ":" }
        guard types.allSatisfy({ $0.hasPrefix("\(resource):") }) else {
            throw refuse("eventTypes: not of \(version)")
        }
        let secret = body["secret"]?.text
        guard secret.map({ (32...256).contains($0.utf8.count) }) ?? true else {
            throw refuse("secret: 32 to 256 characters")
        }
        guard subscriptions.count < Self.most else { throw refuse("no more than \(Self.most) subscriptions") }
        let subscription = SimulatedSubscription(
            id: Identifier.random(&random),
            name: name,
            description: body["description"]?.text,
            eventTypes: types,
            destination: destination,
            secret: secret,
            resourceVersion: version,
            created: now
        )
        subscriptions.append(subscription)
        return subscription
    }

    /// As the provider's rule, and also plain HTTP on this machine, because the simulator can reach nothing else.
    private static func isAllowed(_ text: String) -> Bool {
        guard let url = URL(string: text), let host = url.host(), url.path().count > 1, url.query() == nil,
            url.user() == nil, url.fragment() == nil
        else { return false }
        return url.scheme == "https" && url.port == nil || url.scheme == "http" && host == "127.0.0.1"
    }

    /// - Returns: whether there was one.
    mutating func delete(_ id: String) -> Bool {
        let count = subscriptions.count
        subscriptions.removeAll { $0.id == id }
        return subscriptions.count < count
    }

    mutating func switchOff() {
        for place in subscriptions.indices { subscriptions[place].isActive = false }
    }

    /// Counts a delivery. After some failures in a row, the subscription is switched off.
    mutating func note(_ id: String, isDelivered: Bool, failuresUntilOff: Int) {
        guard let place = subscriptions.firstIndex(where: { $0.id == id }) else { return }
        subscriptions[place].failures = isDelivered ? 0 : subscriptions[place].failures + 1
        if subscriptions[place].failures >= failuresUntilOff { subscriptions[place].isActive = false }
    }
}
