import Logging
import Recordings
import Synchronization
import Transfer
import Waiting
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

    /// The host has asked to be left alone for longer than any download waits.
    struct Closed: Error {
        var reason: String
    }

    fileprivate struct Host {
        var concurrency: AdaptiveConcurrency
        var underWay = 0
        /// By the gate's stopwatch.
        var heldUntil: Duration?
    }

    /// What a download may do when it is its turn.
    fileprivate enum Turn {
        case begin(round: Int)
        case hold(for: Duration)
        case closed(Duration)
    }

    /// The downloads that wait for one host.
    private typealias Line = WaitingLine<Host, Turn>

    private let ceiling: Int
    /// The longest time that a download waits because the host asked for it.
    private let longestHold: Duration
    private let stopwatch: Stopwatch
    private let observer: PassObserver
    private let logger: Logger
    /// By their hosts.
    private let lines = Mutex<[String: Line]>([:])

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
        guard case .begin(let round) = line(of: host).takeNow() else { return nil }
        return Passage(host: host, round: round)
    }

    /// Waits until a download from `host` may begin. Each return is paired with one ``leave(_:_:because:)``.
    /// - Throws: `CancellationError`; ``Closed``.
    func enter(_ host: String) async throws -> Passage {
        while true {
            switch await line(of: host).wait() {
            case .begin(let round): return Passage(host: host, round: round)
            case .hold(let rest):
                do { try await stopwatch.sleep(for: rest) } catch { throw CancellationError() }
            case .closed(let rest):
                throw Closed(reason: "the media host asks for a pause of \(Int(rest.seconds)) s")
            case nil: throw CancellationError()
            }
        }
    }

    /// Returns the passage and records how the download went.
    /// - Parameter reason: the reason to report if this lowers the limit.
    func leave(_ passage: Passage, _ outcome: AdaptiveConcurrency.Outcome, because reason: String = "") {
        let (change, limit) = line(of: passage.host).change { host in
            host.underWay -= 1
            return (host.concurrency.note(outcome, begunIn: passage.round), host.concurrency.limit)
        }
        if let change { report(change, at: passage.host, limit: limit, because: reason) }
    }

    /// Lets no download from `host` begin for `duration`, because the host asked for that.
    func holdBack(_ passage: Passage, for duration: Duration) {
        let end = stopwatch.elapsed() + duration
        line(of: passage.host).change { $0.heldUntil = max(end, $0.heldUntil ?? end) }
        logger.info(
            "the media host asks for a pause",
            metadata: ["host": "\(passage.host)", "duration": "\(duration)"]
        )
    }

    /// How many downloads wait for a host at this moment.
    func waitingCount(_ host: String) -> Int { line(of: host).count }

    /// How much the downloads were held back.
    var pacing: DownloadPacing {
        let all = lines.withLock { Array($0.values) }.map { $0.read(\.concurrency) }
        return DownloadPacing(
            configured: ceiling,
            lowest: all.map(\.lowest).min() ?? ceiling,
            last: all.map(\.limit).min() ?? ceiling
        )
    }

    private func report(_ change: AdaptiveConcurrency.Change, at host: String, limit: Int, because reason: String) {
        let why =
            switch change {
            case .lowered: reason
            case .slowed: "it responds more slowly than usual"
            case .raised: "it responds normally again"
            }
        logger.info(
            "the limit of concurrent downloads has changed",
            metadata: ["host": "\(host)", "downloads": "\(limit)", "of": "\(ceiling)", "reason": "\(why)"]
        )
        observer(.paced(host: host, downloads: limit, of: ceiling, reason: why))
    }

    private func line(of host: String) -> Line {
        lines.withLock { lines in
            if let line = lines[host] { return line }
            let line = Line(Host(concurrency: AdaptiveConcurrency(ceiling: ceiling))) { [stopwatch, longestHold] in
                $0.turn(at: stopwatch.elapsed(), longestHold: longestHold)
            }
            lines[host] = line
            return line
        }
    }
}

extension DownloadGate.Host {
    /// What the next download may do now; `nil` if as many are in progress as the host can take.
    fileprivate mutating func turn(at now: Duration, longestHold: Duration) -> DownloadGate.Turn? {
        if let rest = heldUntil.map({ $0 - now }), rest > .zero {
            return rest > longestHold ? .closed(rest) : .hold(for: rest)
        }
        heldUntil = nil
        guard underWay < concurrency.limit else { return nil }
        underWay += 1
        return .begin(round: concurrency.round)
    }
}
