import DailyArchive
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
        case .usual: try await takeBeforeOthers(root, stop: stop, onWait: onWait)
        case .low: try await takeAfterOthers(root, stop: stop, onWait: onWait)
        }
    }

    private static func takeBeforeOthers(
        _ root: ArchiveRoot,
        stop: StopRequest,
        onWait: () -> Void
    ) async throws -> PassLock {
        do {
            return try PassLock.acquire(root)
        } catch  where error.code == .locked {
            guard PassLock.isOfLowPrecedence(root) else { throw error }
        }
        onWait()
        while true {
            if let claim = try PassClaim.make(root) {
                return try await wait(for: root, stop: stop, having: claim)
            }
            try await rest(stop)
        }
    }

    private static func wait(
        for root: ArchiveRoot,
        stop: StopRequest,
        having claim: consuming PassClaim
    ) async throws -> PassLock {
        while true {
            do {
                let lock = try PassLock.acquire(root)
                _ = consume claim
                return lock
            } catch  where error.code == .locked {
                guard PassLock.isOfLowPrecedence(root) else { throw error }
            }
            try await rest(stop)
        }
    }

    private static func takeAfterOthers(
        _ root: ArchiveRoot,
        stop: StopRequest,
        onWait: () -> Void
    ) async throws -> PassLock {
        var isTold = false
        while true {
            if !PassClaim.isMade(root) {
                do {
                    return try PassLock.acquire(root, precedence: .low)
                } catch  where error.code == .locked {}
            }
            if !isTold { onWait() }
            isTold = true
            try await rest(stop)
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
