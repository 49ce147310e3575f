import DailyArchive
import Files
import Recordings
import Waiting

/// Decides who works on an archive next. In this process, work on demand goes before scheduled work, and both go before
/// a step of a backfill, which ends early for them. Work of the same kind runs in order of arrival.
///
/// Other processes compete for the archive's lock (``PassLock``). A process that waits for a step of a backfill to end
/// makes a request (``StepAsideRequest``). The system releases both when a process ends. There is no order among
/// processes: a pass that finds the archive locked by another pass fails, and only a backfill steps aside.
package final class PassQueue: Sendable {
    private enum Holder: Sendable {
        case none
        case someone(PassPrecedence?)
    }

    /// How often a process that waits for another one looks again.
    private static let patience = Duration.milliseconds(200)

    private let root: ArchiveRoot
    /// Those waiting for their turn in this process.
    private let turns = WaitingLine<Holder, Void>(.none) { holder in
        guard case .none = holder else { return nil }
        holder = .someone(nil)
        return ()
    }
    /// How many in this process want to go before a backfill, and the backfill that waits until one does.
    private let wanting = WaitingLine<Int, Void>(0) { $0 > 0 ? () : nil }

    /// How many are waiting for their turn in this process.
    var waitingCount: Int { turns.count }

    /// No one waits yet.
    package init(for root: ArchiveRoot) {
        self.root = root
    }

    /// Waits for a turn and for the archive's lock, runs `work`, and releases both.
    /// - Parameter onWait: called once if it has to wait.
    /// - Throws: `ArchiveError` with code `locked` if another process runs a pass and this is not a backfill;
    ///   ``ArchiverError`` with code `stopped`; errors of `work`.
    func withTurn<Value>(
        _ precedence: PassPrecedence,
        stop: StopRequest,
        onWait: (PassWait) -> Void,
        _ work: () async throws -> Value
    ) async throws -> Value {
        if precedence == .backfill {
            return try await withTurnAfterOthers(stop, onWait, work)
        }
        wanting.change { $0 += 1 }
        let lock: PassLock
        do {
            try await enter(precedence, stop, onWait: onWait)
            do {
                lock = try await takeBeforeOthers(stop, onWait)
            } catch {
                leave()
                throw error
            }
            wanting.change { $0 -= 1 }
        } catch {
            wanting.change { $0 -= 1 }
            throw error
        }
        return try await holding(lock, work)
    }

    /// Returns when something that goes before a backfill wants the archive, here or in another process, or when
    /// cancelled.
    func waitUntilWanted() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { _ = await self.wanting.wait() }
            group.addTask { await self.waitForStepAsideRequest() }
            await group.next()
            group.cancelAll()
        }
    }

    private func withTurnAfterOthers<Value>(
        _ stop: StopRequest,
        _ onWait: (PassWait) -> Void,
        _ work: () async throws -> Value
    ) async throws -> Value {
        var hasWaited = false
        while true {
            try await enter(.backfill, stop) { obstruction in
                if !hasWaited { onWait(obstruction) }
                hasWaited = true
            }
            do {
                if let lock = try takeIfUnwanted() { return try await holding(lock, work) }
            } catch {
                leave()
                throw error
            }
            leave()
            if !hasWaited { onWait(.pass) }
            hasWaited = true
            try await pause(stop)
        }
    }

    /// Runs `work` with the lock, then releases the lock and the turn.
    private func holding<Value>(_ lock: PassLock, _ work: () async throws -> Value) async throws -> Value {
        defer {
            lock.release()
            leave()
        }
        return try await work()
    }
}

// MARK: - In this process

extension PassQueue {
    private func enter(
        _ precedence: PassPrecedence,
        _ stop: StopRequest,
        onWait: (PassWait) -> Void
    ) async throws {
        if turns.takeNow() == nil {
            onWait(turns.read { if case .someone(.backfill) = $0 { .backfill } else { .pass } })
            let turns = turns
            let isServed = try await stop.cancelling { await turns.wait(precedence: precedence.rank) != nil }
            guard isServed else {
                if stop.isMade { throw Self.stopped }
                throw CancellationError()
            }
        }
        turns.change { $0 = .someone(precedence) }
    }

    private func leave() { turns.change { $0 = .none } }
}

// MARK: - Among processes

extension PassQueue {
    private func takeBeforeOthers(_ stop: StopRequest, _ onWait: (PassWait) -> Void) async throws -> PassLock {
        if let lock = try takeUnlessBackfill() { return lock }
        onWait(.backfill)
        // Held until this returns: the backfill that steps aside must not begin its next step before this one has the
        // lock.
        let request = StepAsideRequest(root)
        defer { request.withdraw() }
        while true {
            try request.make()
            if let lock = try takeUnlessBackfill() { return lock }
            try await pause(stop)
        }
    }

    /// - Returns: `nil` if a backfill has the lock.
    private func takeUnlessBackfill() throws -> PassLock? {
        do {
            return try PassLock.acquire(root)
        } catch  where error.code == .locked {
            guard PassLock.isHeldAside(root) else { throw error }
            return nil
        }
    }

    /// - Returns: `nil` if another holder has the lock or wants it.
    private func takeIfUnwanted() throws -> PassLock? {
        guard !wanting.read({ $0 > 0 }), !StepAsideRequest.isMade(root) else { return nil }
        do {
            return try PassLock.acquire(root, stepsAside: true)
        } catch  where error.code == .locked {
            return nil
        }
    }

    private func waitForStepAsideRequest() async {
        while !Task.isCancelled, !StepAsideRequest.isMade(root) { try? await Task.sleep(for: Self.patience) }
    }

    private func pause(_ stop: StopRequest) async throws {
        if stop.isMade { throw Self.stopped }
        try await Task.sleep(for: Self.patience)
    }

    private static var stopped: ArchiverError {
        ArchiverError(.stopped, "stopped while waiting for another pass to end")
    }
}
