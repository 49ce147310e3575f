import Crypto
import FlyingSocks
import Foundation
import Synchronization

/// Sends the events of a world to its subscriptions as time passes: `task:ended`, and `capture:available` once a task's
/// first recording, or another that someone adds, is listed (wxcc-api 12.3).
struct WebhookSender: Sendable {
    let provider: Provider

    /// How often it looks for events.
    private static let interval = Duration.milliseconds(200)
    /// The longest time from the beginning of a call until its recordings are listed.
    private static let longest = Duration.seconds(6 * 3600)
    /// How long a receiver may take to answer.
    private static let patience = Duration.seconds(5)

    /// One event, before it is an envelope.
    private struct Event: Sendable {
        var organization: Int
        var type: String
        var moment: Moment
        var task: SimulatedTask
    }

    /// Runs until it is cancelled. Events before it began are not sent.
    func run() async {
        var last = provider.clock.now
        while !Task.isCancelled {
            try? await Task.sleep(for: Self.interval)
            let now = provider.clock.now
            guard now > last else { continue }
            for organization in provider.world.organizations.indices {
                let active = provider.state.withLock { state in
                    state.subscriptions[organization].subscriptions.filter(\.isActive)
                }
                guard !active.isEmpty else { continue }
                for event in events(organization, after: last, until: now) {
                    for subscription in active where subscription.eventTypes.contains(event.type) {
                        await send(event, to: subscription)
                    }
                }
            }
            last = now
        }
    }

    private func events(_ organization: Int, after last: Moment, until now: Moment) -> [Event] {
        let changes = provider.changes
        let span = last.advanced(by: -Self.longest.milliseconds)..<now
        var tasks = Array(provider.world.tasks(organization: organization, createdIn: span))
        // What was changed by hand may be about older tasks.
        let known = Set(tasks.map(\.id))
        let changed = Set(changes.added.keys).union(changes.heldBack.keys).subtracting(known)
        tasks += changed.compactMap { provider.world.task(id: $0, organization: organization) }
        var events: [Event] = []
        for task in tasks {
            func add(_ type: String, at moment: Moment) {
                guard moment > last, moment <= now else { return }
                events.append(Event(organization: organization, type: type, moment: moment, task: task))
            }
            add("task:ended", at: task.ended)
            if let listed = task.recordings.filter({ !$0.missing }).map(\.available).min() {
                add("capture:available", at: max(listed, changes.heldBack[task.id] ?? listed))
            }
            for recording in changes.added[task.id] ?? [] { add("capture:available", at: recording.available) }
        }
        return events.sorted { $0.moment < $1.moment }
    }

    private func send(_ event: Event, to subscription: SimulatedSubscription) async {
        let rules = provider.options.webhooks
        let body = envelope(event, subscription)
        for _ in 0..<(rules.sendsTwice ? 2 : 1) {
            let isDelivered = (try? await post(body, to: subscription)) ?? false
            provider.state.withLock { state in
                state.counters.webhooks += isDelivered ? 1 : 0
                state.subscriptions[event.organization].note(
                    subscription.id,
                    isDelivered: isDelivered,
                    failuresUntilOff: rules.failuresUntilOff
                )
            }
        }
    }

    private func envelope(_ event: Event, _ subscription: SimulatedSubscription) -> [UInt8] {
        let organization = provider.world.organizations[event.organization].id
        // The same event always has the same ID.
        let name = "\(event.task.id) \(event.type) \(event.moment.milliseconds) \(subscription.id)"
        let id = SHA256.hash(data: Data(name.utf8)).prefix(16).map { String(format: "%02x", $0) }.joined()
        var data: [(String, JSON)] = [
            ("taskId", .string(event.task.id)), ("createdTime", .integer(event.moment.milliseconds)),
        ]
        if event.type == "capture:available" {
            data.append(("filePath", .string("https://api.wxcc-us1.cisco.com/v1/captures/query")))
        } else {
            data += [
                ("orgId", .string(organization)), ("channelType", .string(event.task.channelType)),
                ("direction", .string(event.task.direction)), ("terminatingParty", "Agent"),
            ]
        }
        let json: JSON = [
            "id": .string(id), "specversion": "1.0", "type": .string(event.type),
            "source": .string("/com/cisco/wxcc/\(subscription.id)"), "comciscoorgid": .string(organization),
            "comciscotimestamp": .integer(provider.clock.now.milliseconds), "datacontenttype": "application/json",
            "data": .object(data),
        ]
        return json.bytes
    }

    /// Posts to plain HTTP on this machine; anything else counts as not delivered.
    /// - Returns: whether the answer was a success.
    private func post(_ body: [UInt8], to subscription: SimulatedSubscription) async throws -> Bool {
        guard let url = URL(string: subscription.destination), url.scheme == "http", url.host() == "127.0.0.1",
            let port = url.port.flatMap({ UInt16(exactly: $0) })
        else { return false }
        var head = [
            "POST \(url.path(percentEncoded: true)) HTTP/1.1", "Host: 127.0.0.1:\(port)", "Connection: close",
            "Content-Type: application/json", "Content-Length: \(body.count)",
            "X-WebexCC-Timestamp: \(provider.clock.now.milliseconds)", "X-WebexCC-Webhook-Version: 2",
        ]
        if let secret = subscription.secret {
            let code = HMAC<SHA256>.authenticationCode(for: body, using: SymmetricKey(data: Data(secret.utf8)))
            head.append("X-WebexCC-Signature: " + code.map { String(format: "%02x", $0) }.joined())
        }
        let request = Data((head.joined(separator: "\r\n") + "\r\n\r\n").utf8) + Data(body)
        return try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                let socket = try await AsyncSocket.connected(to: sockaddr_in.inet(ip4: "127.0.0.1", port: port))
                defer { try? socket.close() }
                try await socket.write(request)
                let status = String(decoding: try await socket.read(bytes: 12), as: UTF8.self)
                return status.hasPrefix("HTTP/1.1 2")
            }
            group.addTask {
                try await Task.sleep(for: Self.patience)
                return false
            }
            defer { group.cancelAll() }
            return try await group.next() ?? false
        }
    }
}
