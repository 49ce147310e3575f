import DailyArchive
import Files
import Recordings

/// Who works on an archive next: a pass that somebody waits for goes before a step of a backfill, which ends early for it.
///
/// Two locks say it, and both end with their processes: that of the pass (``PassLock``), and that of whoever waits for a
/// step of a backfill to end (``PassClaim``).
enum PassTurn {
    /// How often those who wait look again.
    private static let patience = Duration.milliseconds(200)

    /// Takes the lock. A pass of usual precedence waits for one of low precedence only, which it has step aside; one of low
    /// precedence waits for all others.
    /// - Parameter onWait: called once where it has to wait.
    /// - Throws: `ArchiveError` with code `locked` where a pass of usual precedence is in the way of another;
    ///   ``ArchiverError`` with code `stopped`.
    static func take(
        _ root: ArchiveRoot,
        precedence: PassPrecedence,
        stop: StopRequest,
        onWait: () -> Void
    ) async throws -> PassLock {
        switch precedence {
        case .usual: return try await takeBeforeOthers(root, stop: stop, onWait: onWait)
        case .low: return try await takeAfterOthers(root, stop: stop, onWait: onWait)
        }
    }

    private static func takeBeforeOthers(
        _ root: ArchiveRoot,
        stop: StopRequest,
        onWait: () -> Void
    ) async throws -> PassLock {
        if let lock = try tryUsual(root) { return lock }
        onWait()
        // Held until this returns: the one that steps aside must not begin its next step before this one has the lock.
        let claim = PassClaim(root)
        defer { claim.withdraw() }
        while true {
            try claim.make()
            if let lock = try tryUsual(root) { return lock }
            try await rest(stop)
        }
    }

    /// - Returns: `nil` where a pass of low precedence has the lock.
    private static func tryUsual(_ root: ArchiveRoot) throws -> PassLock? {
        do {
            return try PassLock.acquire(root)
        } catch  where error.code == .locked {
            guard PassLock.isOfLowPrecedence(root) else { throw error }
            return nil
        }
    }

    private static func takeAfterOthers(
        _ root: ArchiveRoot,
        stop: StopRequest,
        onWait: () -> Void
    ) async throws -> PassLock {
        if let lock = try tryLow(root) { return lock }
        onWait()
        while true {
            try await rest(stop)
            if let lock = try tryLow(root) { return lock }
        }
    }

    /// - Returns: `nil` where another has the lock or wants it.
    private static func tryLow(_ root: ArchiveRoot) throws -> PassLock? {
        guard !PassClaim.isMade(root) else { return nil }
        do {
            return try PassLock.acquire(root, precedence: .low)
        } catch  where error.code == .locked {
            return nil
        }
    }

    /// Returns once somebody wants the archive, or when cancelled.
    static func waitForClaim(_ root: ArchiveRoot) async {
        while !Task.isCancelled, !PassClaim.isMade(root) { try? await Task.sleep(for: patience) }
    }

    private static func rest(_ stop: StopRequest) async throws {
        if stop.isMade { throw ArchiverError(.stopped, "stopped while waiting for another pass to end") }
        try await Task.sleep(for: patience)
    }
}
