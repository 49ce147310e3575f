import Archiver
import Manifest
import Recordings
import Synchronization
import Waiting

/// Tracks who listens to which recording, and why. Requests of one actor for one recording are a single access if each
/// comes within 15 minutes of the previous one, and gives no other reason. The evidence log records an access before its first byte is
/// sent.
final class AccessLedger: Sendable {
    /// After this long without a request, the next one begins a new access.
    static let patience = Duration.seconds(15 * 60)
    /// How many accesses and announced purposes are remembered at most. If one is forgotten early, the access is recorded
    /// again.
    private static let most = 20_000
    /// How many purposes of an access are remembered at most.
    private static let mostPurposes = 10

    /// Why someone listens.
    struct Purpose: Sendable, Hashable {
        var reason: String?
        /// The name of the case.
        var matter: String?
    }

    private struct Act: Hashable {
        var actor: String
        var address: String?
        var organization: OrganizationName
        var task: TaskID
        var file: FileName
    }

    private struct Subject: Hashable {
        var actor: String
        var organization: OrganizationName
        var task: TaskID
    }

    private struct Access {
        /// The time of the last request.
        var time: Timestamp
        /// The purposes that the evidence log has.
        var purposes: Set<Purpose>

        /// Whether a request at a time belongs to it.
        func continues(at now: Timestamp) -> Bool {
            // Requests at the same time may get here in another order than that of their times.
            now - time < AccessLedger.patience && time - now < AccessLedger.patience
        }
    }

    private struct State {
        var acts: [Act: Access] = [:]
        /// The purposes that callers have announced, and when.
        var purposes: [Subject: (purpose: Purpose, time: Timestamp)] = [:]
    }

    private let state = Mutex(State())
    /// Only one access is recorded at a time, so that two simultaneous requests do not record it twice.
    private let turns = WaitingLine<Bool, Void>(true) { isFree in
        guard isFree else { return nil }
        isFree = false
        return ()
    }

    /// Remembers why an actor is about to listen to a call.
    func announce(_ purpose: Purpose, by actor: Actor, _ organization: OrganizationName, _ task: TaskID, now: Timestamp)
    {
        let subject = Subject(actor: Self.name(of: actor), organization: organization, task: task)
        state.withLock { state in
            if state.purposes.count >= Self.most {
                state.purposes = state.purposes.filter { now - $0.value.time < Self.patience }
                if state.purposes.count >= Self.most { state.purposes = [:] }
            }
            state.purposes[subject] = (purpose, now)
        }
    }

    /// The purpose that an actor announced for a call within the last 15 minutes; `nil` if there is none.
    func purpose(of actor: Actor, _ organization: OrganizationName, _ task: TaskID, now: Timestamp) -> Purpose? {
        let subject = Subject(actor: Self.name(of: actor), organization: organization, task: task)
        return state.withLock { state in
            guard let said = state.purposes[subject], now - said.time < Self.patience, now >= said.time else {
                return nil
            }
            return said.purpose
        }
    }

    /// Makes sure that the access to which a request belongs is recorded.
    /// - Parameters:
    ///   - purpose: what the request says. If it says nothing, the access may have begun with any purpose.
    ///   - note: records the access durably. It is not called if that has already been done.
    /// - Throws: errors of `note`; then no audio may be sent.
    func admit(
        _ row: RecordingRow,
        for actor: Actor,
        because purpose: Purpose,
        now: Timestamp,
        _ note: () async throws -> Void
    ) async throws {
        let act = Act(
            actor: Self.name(of: actor),
            address: actor.address,
            organization: row.organization,
            task: row.key.taskID,
            file: row.file
        )
        if renew(act, purpose, now) { return }
        guard await turns.wait() != nil else { throw CancellationError() }
        defer { turns.change { $0 = true } }
        if renew(act, purpose, now) { return }
        try await note()
        state.withLock { state in
            if state.acts.count >= Self.most {
                state.acts = state.acts.filter { $0.value.continues(at: now) }
                if state.acts.count >= Self.most { state.acts = [:] }
            }
            let before = state.acts[act].flatMap { $0.continues(at: now) ? $0.purposes : nil } ?? []
            let purposes = before.count < Self.mostPurposes ? before : []
            state.acts[act] = Access(time: now, purposes: purposes.union([purpose]))
        }
    }

    /// A key and a person with the same name are two.
    private static func name(of actor: Actor) -> String { "\(actor.via.rawValue) \(actor.name)" }

    /// Extends an access that is still in progress.
    /// - Returns: whether there is one.
    private func renew(_ act: Act, _ purpose: Purpose, _ now: Timestamp) -> Bool {
        state.withLock { state in
            guard let access = state.acts[act], access.continues(at: now),
                purpose.reason == nil || access.purposes.contains(purpose)
            else { return false }
            state.acts[act]?.time = max(access.time, now)
            return true
        }
    }
}
