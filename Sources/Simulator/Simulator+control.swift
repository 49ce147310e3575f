import Foundation
import Synchronization

/// What a test or an operator can do to a simulator while it runs.
extension Simulator {
    /// What has been requested and sent so far.
    package var counters: SimulatorCounters { provider.state.withLock { $0.counters } }

    /// Sets all counters back to zero.
    package func resetCounters() { provider.state.withLock { $0.counters = SimulatorCounters() } }

    /// The simulator's own time, which can be moved ahead.
    package var clock: SimulatedClock { provider.clock }

    /// Changes how the provider behaves from the next request on; use ``inject(_:)`` to change `faults`.
    package func change(_ body: (inout SimulatorOptions) -> Void) {
        provider.state.withLock { body(&$0.options) }
    }

    /// Whether it is the early-access platform.
    package var isEarlyAccess: Bool { provider.options.isEarlyAccess }

    /// The first redirect URI that clients are registered with.
    package var redirectURI: String { provider.options.tokens.redirectURIs.first ?? "" }

    /// Adds something that goes wrong from the next request on.
    package func inject(_ rule: FaultRule) { provider.state.withLock { $0.faults.add(rule) } }

    /// Removes all faults.
    package func clearFaults() {
        provider.state.withLock { $0.faults = FaultPlan(seed: world.seed, rules: []) }
    }

    /// Changes every successful answer before it is sent, except recordings: for what a provider may say that no world
    /// has.
    /// - Parameter change: gets a body and returns the one to send; `nil` to send the true answers again.
    package func rewrite(_ change: (@Sendable (Endpoint, Data) -> Data)?) {
        provider.state.withLock { $0.rewriting = change }
    }

    /// Makes delayed answers wait for something other than time: for a clock of the test, or for another event.
    package func delay(by wait: @escaping @Sendable (Duration) async throws -> Void) {
        provider.state.withLock { $0.delaying = wait }
    }

    /// How often each present rule has struck, in the order in which they were given.
    package var strikes: [Int] { provider.state.withLock { $0.faults.entries.map(\.strikes) } }

    /// A valid bearer token outside the refresh flow, like those that the lab guides paste.
    /// - Parameters:
    ///   - organization: the position of its organization.
    ///   - scope: other than the options' scope, space separated.
    ///   - lifetime: other than the options' lifetime.
    package func issueAccessToken(
        organization: Int = 0,
        scope: String? = nil,
        lifetime: Duration? = nil
    ) -> String {
        let now = clock.now
        return provider.state.withLock { state in
            var rules = state.options.tokens
            rules.scope = scope ?? rules.scope
            rules.accessLifetime = lifetime ?? rules.accessLifetime
            return state.tokens.issueAccess(world.organizations[organization], organization, rules: rules, at: now)
        }
    }

    /// The subscriptions of an organization: where each sends events, what it signs them with, and whether it is
    /// active.
    package func subscriptions(organization: Int = 0) -> [(destination: String, secret: String?, isActive: Bool)] {
        provider.state.withLock { state in
            state.subscriptions[organization].subscriptions.map { ($0.destination, $0.secret, $0.isActive) }
        }
    }

    /// Switches every subscription off, as the provider does after delivery errors.
    package func switchOffSubscriptions() {
        provider.state.withLock { state in
            for place in state.subscriptions.indices { state.subscriptions[place].switchOff() }
        }
    }

    /// From now on every access token gets 401; refresh tokens stay valid.
    package func revokeAccessTokens() { provider.state.withLock { $0.tokens.revokeAccessTokens() } }

    /// From now on every refresh is refused with 400.
    package func revokeRefreshTokens() { provider.state.withLock { $0.tokens.revokeRefreshTokens() } }

    /// Adds a recording to a task, which exists from now on.
    /// - Returns: its identifier.
    /// - Throws: ``SimulatorError`` if the world has no such task.
    @discardableResult
    package func addRecording(to taskID: String, callType: String = "main") throws(SimulatorError) -> String {
        guard let id = provider.addRecording(to: taskID, callType: callType) else {
            throw SimulatorError(.unknown, "this world has no task \(taskID)")
        }
        return id
    }

    /// Removes a recording, as after the provider's retention period.
    package func removeRecording(_ id: String) {
        provider.state.withLock { _ = $0.changes.removed.insert(id) }
    }

    /// Replaces a recording's audio: same length, other bytes, another `ETag`.
    package func replaceAudio(of recordingID: String) {
        provider.state.withLock { $0.changes.versions[recordingID, default: 0] += 1 }
    }

    /// Does not list the captures of a task before `moment`, whatever the world says; `nil` undoes that.
    package func holdBackCaptures(of taskID: String, until moment: Moment?) {
        provider.state.withLock { $0.changes.heldBack[taskID] = moment }
    }

    /// Sets what `GET tasks` says from now on about whether a capture was requested; `nil` for not known yet.
    package func setCaptureRequested(_ requested: Bool?, of taskID: String) {
        provider.state.withLock { $0.changes.captureRequested[taskID] = .some(requested) }
    }

    /// What a client should end up with: the recordings that exist now, as captures/query lists them.
    package func servedRecordings(
        organization: Int = 0,
        segments: Bool = true,
        virtualAgents: Bool = false
    ) -> [ServedRecording] {
        let now = clock.now
        let (changes, rules) = (provider.changes, provider.options.captures)
        return world.tasks(organization: organization).prefix { $0.created <= now }.flatMap { task in
            provider.recordings(of: task, changes, at: now).filter {
                $0.recording.isListed(segments: segments, virtualAgents: virtualAgents, rules: rules)
            }.map { ServedRecording(taskID: task.id, day: task.day, held: $0) }
        }
    }
}

/// One recording as the simulator would send it now.
package struct ServedRecording: Sendable {
    /// The task that it belongs to.
    package let taskID: String
    /// `2025-11-20`, in the world's time zone.
    package let day: String
    let held: HeldRecording

    /// The recording that it is.
    package var recording: SimulatedRecording { held.recording }
    /// The length of the whole file.
    package var byteCount: Int { held.sound.byteCount }

    /// SHA-256 of the whole file in lower-case hexadecimal; generates all of its audio.
    package func sha256() -> String { SoundReader(held.sound).digest().hex }

    /// The whole file.
    package func content() -> Data {
        let reader = SoundReader(held.sound)
        var content = Data(capacity: reader.byteCount)
        while content.count < reader.byteCount {
            content.append(reader.bytes(from: content.count, count: 1 << 20))
        }
        return content
    }
}
