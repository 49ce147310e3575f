import Logging
import Recordings
import Synchronization
import Transfer
import WebexContactCenter

/// How many downloads from one host a pass had in progress at most: as configured, at the lowest, and at the end. The
/// last two are the smallest among all hosts.
package struct DownloadPacing: Sendable, Hashable {
    package var configured: Int
    package var lowest: Int
    package var last: Int
}

/// The gate that each download passes before it begins. It admits as many at a time as their host can take now
/// (``AdaptiveConcurrency``), and none while the host has asked to be left alone. What one download learns in this way
/// applies to all others from that host.
final class DownloadGate: Sendable {
    /// The right to one download, returned with ``DownloadGate/leave(_:_:because:)``.
    struct Passage: Sendable {
        fileprivate var host: String
        fileprivate var round: Int
    }

    /// The host asks to be left alone for longer than any download waits.
    struct Closed: Error {
        var reason: String
    }

    fileprivate struct Host {
        var concurrency: AdaptiveConcurrency
        var underWay = 0
        /// By the gate's stopwatch.
        var heldUntil: Duration?
        /// In the order in which they came. Each is resumed once.
        var waiting: [(ticket: UInt64, continuation: CheckedContinuation<Turn, Never>)] = []
    }

    fileprivate struct State {
        var hosts: [String: Host] = [:]
        var nextTicket: UInt64 = 0
        /// Tickets that were cancelled before their task had joined the line.
        var cancelled: Set<UInt64> = []
    }

    /// A download that waited and may begin now.
    fileprivate struct Admitted {
        var continuation: CheckedContinuation<Turn, Never>
        var round: Int
    }

    /// The outcome of asking for a turn.
    fileprivate enum Turn {
        case begin(round: Int)
        /// Something has changed: ask again.
        case askAgain
        case hold(for: Duration)
        case closed(Duration)
    }

    private let ceiling: Int
    /// The longest time that a download waits because the host asked for it.
    private let longestHold: Duration
    private let stopwatch: Stopwatch
    private let observer: PassObserver
    private let logger: Logger
    /// Locked for a few instructions only, and never while a continuation is resumed.
    private let state = Mutex(State())

    init(
        ceiling: Int,
        longestHold: Duration,
        stopwatch: Stopwatch,
        observer: @escaping PassObserver,
        logger: Logger
    ) {
        self.ceiling = max(1, ceiling)
        self.longestHold = longestHold
        self.stopwatch = stopwatch
        self.observer = observer
        self.logger = logger
    }

    /// The right to begin at once, to be paired with one ``leave(_:_:because:)`` too; `nil` if the download has to
    /// wait.
    func enterNow(_ host: String) -> Passage? {
        state.withLock { $0.joinNow(host, ceiling: ceiling, now: stopwatch.elapsed()) }.map {
            Passage(host: host, round: $0)
        }
    }

    /// Waits until a download from `host` may begin. Each return is paired with one ``leave(_:_:because:)``.
    /// - Throws: `CancellationError`; ``Closed``.
    func enter(_ host: String) async throws -> Passage {
        while true {
            try Task.checkCancellation()
            switch await turn(at: host) {
            case .begin(let round): return Passage(host: host, round: round)
            case .askAgain: continue
            case .hold(let rest):
                do { try await stopwatch.sleep(for: rest) } catch { throw CancellationError() }
            case .closed(let rest):
                throw Closed(reason: "the media host asks to be left alone for \(Int(rest.seconds)) s")
            }
        }
    }

    /// Returns the passage and notes how the download went.
    /// - Parameter reason: the reason to report if this lowers the limit.
    func leave(_ passage: Passage, _ outcome: AdaptiveConcurrency.Outcome, because reason: String = "") {
        var change: AdaptiveConcurrency.Change?
        var limit = ceiling
        let admitted = state.withLock { state in
            guard var host = state.hosts[passage.host] else { return [DownloadGate.Admitted]() }
            host.underWay -= 1
            change = host.concurrency.note(outcome, begunIn: passage.round)
            limit = host.concurrency.limit
            defer { state.hosts[passage.host] = host }
            return host.admit()
        }
        admitted.forEach { $0.continuation.resume(returning: .begin(round: $0.round)) }
        if let change { tell(change, at: passage.host, limit: limit, because: reason) }
    }

    /// Lets nothing begin at `host` for `duration`, because it has asked for that.
    func holdBack(_ passage: Passage, for duration: Duration) {
        let waiting = state.withLock { state in
            let end = stopwatch.elapsed() + duration
            let present = state.hosts[passage.host]?.heldUntil
            state.hosts[passage.host]?.heldUntil = max(end, present ?? end)
            defer { state.hosts[passage.host]?.waiting = [] }
            return state.hosts[passage.host]?.waiting ?? []
        }
        waiting.forEach { $0.continuation.resume(returning: .askAgain) }
        logger.info(
            "the media host asks to be left alone",
            metadata: ["host": "\(passage.host)", "duration": "\(duration)"]
        )
    }

    /// How many downloads wait for a host at this moment.
    func waitingCount(_ host: String) -> Int { state.withLock { $0.hosts[host]?.waiting.count ?? 0 } }

    /// How much the downloads were held back.
    var pacing: DownloadPacing {
        state.withLock { state in
            let all = state.hosts.values.map(\.concurrency)
            return DownloadPacing(
                configured: ceiling,
                lowest: all.map(\.lowest).min() ?? ceiling,
                last: all.map(\.limit).min() ?? ceiling
            )
        }
    }

    private func tell(_ change: AdaptiveConcurrency.Change, at host: String, limit: Int, because reason: String) {
        let why =
            switch change {
            case .lowered: reason
            case .slowed: "it answers later than usual"
            case .raised: "it answers again as it should"
            }
        logger.info(
            "the number of downloads at once has changed",
            metadata: ["host": "\(host)", "downloads": "\(limit)", "of": "\(ceiling)", "reason": "\(why)"]
        )
        observer(.paced(host: host, downloads: limit, of: ceiling, reason: why))
    }

    private func turn(at host: String) async -> Turn {
        let ticket = state.withLock { state in
            state.nextTicket += 1
            return state.nextTicket
        }
        let turn = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let turn = state.withLock {
                    $0.join(host, ticket, continuation, ceiling: ceiling, longestHold, now: stopwatch.elapsed())
                }
                if let turn { continuation.resume(returning: turn) }
            }
        } onCancel: {
            state.withLock { $0.cancel(ticket, at: host) }?.resume(returning: .askAgain)
        }
        state.withLock { _ = $0.cancelled.remove(ticket) }
        return turn
    }
}

extension DownloadGate.Host {
    /// The waiters that may begin now, already counted as in progress.
    fileprivate mutating func admit() -> [DownloadGate.Admitted] {
        let count = min(waiting.count, max(0, concurrency.limit - underWay))
        let admitted = waiting.prefix(count).map {
            DownloadGate.Admitted(continuation: $0.continuation, round: concurrency.round)
        }
        waiting.removeFirst(count)
        underWay += count
        return admitted
    }
}

extension DownloadGate.State {
    /// - Returns: the round in which the download begins; `nil` if it may not begin now.
    fileprivate mutating func joinNow(_ name: String, ceiling: Int, now: Duration) -> Int? {
        var host = hosts[name] ?? DownloadGate.Host(concurrency: AdaptiveConcurrency(ceiling: ceiling))
        guard host.heldUntil.map({ $0 <= now }) ?? true, host.underWay < host.concurrency.limit,
            host.waiting.isEmpty
        else { return nil }
        host.heldUntil = nil
        host.underWay += 1
        hosts[name] = host
        return host.concurrency.round
    }

    /// - Returns: `nil` if the continuation waits from now on.
    fileprivate mutating func join(
        _ name: String,
        _ ticket: UInt64,
        _ continuation: CheckedContinuation<DownloadGate.Turn, Never>,
        ceiling: Int,
        _ longestHold: Duration,
        now: Duration
    ) -> DownloadGate.Turn? {
        if cancelled.contains(ticket) { return .askAgain }
        let host = hosts[name] ?? DownloadGate.Host(concurrency: AdaptiveConcurrency(ceiling: ceiling))
        if let end = host.heldUntil {
            let rest = end - now
            if rest > longestHold { return .closed(rest) }
            if rest > .zero { return .hold(for: rest) }
        }
        hosts[name] = host
        if let round = joinNow(name, ceiling: ceiling, now: now) { return .begin(round: round) }
        hosts[name]?.waiting.append((ticket, continuation))
        return nil
    }

    fileprivate mutating func cancel(
        _ ticket: UInt64,
        at name: String
    ) -> CheckedContinuation<DownloadGate.Turn, Never>? {
        guard let place = hosts[name]?.waiting.firstIndex(where: { $0.ticket == ticket }) else {
            cancelled.insert(ticket)
            return nil
        }
        return hosts[name]?.waiting.remove(at: place).continuation
    }
}
