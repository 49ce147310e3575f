import Archiver
import Manifest
import Recordings
import Synchronization
import Waiting

/// Who listens to what, and why. An act of listening is one actor and one recording: what is asked for within 15 minutes of
/// the last belongs to it. The evidence log has each before its first byte is given out.
final class AccessLedger: Sendable {
    /// After this long without a request, the next one is another act.
    static let patience = Duration.seconds(15 * 60)
    /// No more are remembered; what is forgotten early is noted once more.
    private static let most = 20_000

    /// Why somebody listens.
    struct Purpose: Sendable, Hashable {
        var reason: String?
        /// The name of the case that it is for.
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

    private struct State {
        /// When each was asked for last.
        var acts: [Act: Timestamp] = [:]
        /// What somebody has said that they are about to listen for, and when.
        var purposes: [Subject: (purpose: Purpose, time: Timestamp)] = [:]
    }

    private let state = Mutex(State())
    /// One act is noted at a time, so that two requests of one act do not make two of it.
    private let turns = WaitingLine<Bool, Void>(true) { isFree in
        guard isFree else { return nil }
        isFree = false
        return ()
    }

    /// Keeps why somebody is about to listen to a call.
    func announce(_ purpose: Purpose, by actor: Actor, _ organization: OrganizationName, _ task: TaskID, now: Timestamp)
    {
        let subject = Subject(actor: actor.name, organization: organization, task: task)
        state.withLock { state in
            if state.purposes.count >= Self.most {
                state.purposes = state.purposes.filter { now - $0.value.time < Self.patience }
                if state.purposes.count >= Self.most { state.purposes = [:] }
            }
            state.purposes[subject] = (purpose, now)
        }
    }

    /// Why somebody listens to a call, by what they have said within the last 15 minutes.
    func purpose(of actor: Actor, _ organization: OrganizationName, _ task: TaskID, now: Timestamp) -> Purpose? {
        let subject = Subject(actor: actor.name, organization: organization, task: task)
        return state.withLock { state in
            guard let said = state.purposes[subject], now - said.time < Self.patience, now >= said.time else {
                return nil
            }
            return said.purpose
        }
    }

    /// Sees to it that the act that a request belongs to is noted.
    /// - Parameter note: notes it durably; not called if that was done.
    /// - Throws: what `note` throws, and then nothing may be given out.
    func admit(
        _ row: RecordingRow,
        for actor: Actor,
        now: Timestamp,
        _ note: () async throws -> Void
    ) async throws {
        let act = Act(
            actor: actor.name,
            address: actor.address,
            organization: row.organization,
            task: row.key.taskID,
            file: row.file
        )
        if renew(act, now) { return }
        guard await turns.wait() != nil else { throw CancellationError() }
        defer { turns.change { $0 = true } }
        if renew(act, now) { return }
        try await note()
        state.withLock { state in
            if state.acts.count >= Self.most {
                state.acts = state.acts.filter { now - $0.value < Self.patience }
                if state.acts.count >= Self.most { state.acts = [:] }
            }
            state.acts[act] = now
        }
    }

    /// - Returns: whether the act goes on.
    private func renew(_ act: Act, _ now: Timestamp) -> Bool {
        state.withLock { state in
            guard let last = state.acts[act], now >= last, now - last < Self.patience else { return false }
            state.acts[act] = now
            return true
        }
    }
}
