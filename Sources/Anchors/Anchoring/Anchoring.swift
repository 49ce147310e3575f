import Evidence
import Files
import Foundation
import Recordings
import Transfer

/// Gives the newest checkpoint of a log to all anchors, and keeps their answers.
package struct Anchoring: Sendable {
    private let log: EvidenceLog
    private let anchors: [Anchor]
    private let exchange: AnchorExchange
    private let patience: AnchorPatience
    private let actor: Actor
    private let now: @Sendable () -> Timestamp

    /// How long a log without new entries goes without being anchored again.
    private static let longestPause = Duration.hours(20)

    /// - Parameters:
    ///   - anchors: the anchors; those reached by hand are skipped.
    ///   - actor: the actor of the log entries.
    ///   - now: the machine's clock.
    package init(
        _ log: EvidenceLog,
        anchors: [Anchor],
        exchange: any HTTPExchange,
        patience: AnchorPatience = AnchorPatience(),
        actor: Actor,
        now: @escaping @Sendable () -> Timestamp = { Timestamp(Date()) }
    ) {
        self.log = log
        self.anchors = anchors.filter { !$0.isReachedByHand }
        self.exchange = AnchorExchange(exchange: exchange, patience: patience)
        self.patience = patience
        self.actor = actor
        self.now = now
    }

    /// Publishes accepted entries, and gives the checkpoint to all anchors at the same time. An anchor that already has
    /// the newest state is not asked again.
    /// - Returns: the outcome for each, in their order.
    /// - Throws: ``EvidenceError`` if the log cannot be used.
    package func run() async throws(EvidenceError) -> [AnchorOutcome] {
        guard !anchors.isEmpty else { return [] }
        let lock = try await Self.blocking { () throws(EvidenceError) in try log.anchoringLock() }
        defer { lock.release() }
        return try await anchorAll()
    }

    private func anchorAll() async throws(EvidenceError) -> [AnchorOutcome] {
        let state = try await Self.blocking { () throws(EvidenceError) in try log.stateToAnchor() }
        return await withTaskGroup(of: (Int, AnchorOutcome).self) { group in
            for (place, anchor) in anchors.enumerated() {
                group.addTask { (place, await outcome(of: anchor, state)) }
            }
            var outcomes: [(Int, AnchorOutcome)] = []
            for await outcome in group { outcomes.append(outcome) }
            return outcomes.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    /// The same, if something happened that an anchor lacks, or if an anchor has seen nothing for almost a day. The
    /// entries that anchors themselves cause are no reason to ask them again.
    /// - Returns: `nil` if nothing was due.
    package func runIfDue() async throws(EvidenceError) -> [AnchorOutcome]? {
        guard !anchors.isEmpty else { return nil }
        let lock = try await Self.blocking { () throws(EvidenceError) in try log.anchoringLock() }
        defer { lock.release() }
        guard try await Self.blocking({ () throws(EvidenceError) in try isDue() }) else { return nil }
        return try await anchorAll()
    }

    private func isDue() throws(EvidenceError) -> Bool {
        var oldest = Int64.max
        for standing in try AnchorStanding.all(of: anchors, in: log.folder) {
            guard let newest = standing.newest, now() - newest.time < Self.longestPause else { return true }
            oldest = min(oldest, newest.size)
        }
        let reader = try LogReader(log.folder, key: log.key)
        var index = oldest
        while index < reader.position.size {
            guard try Self.isOfAnchor(reader.entry(index)) else { return true }
            index += 1
        }
        for entry in try reader.acceptedEntries() where !Self.isOfAnchor(entry) { return true }
        return false
    }

    private static func isOfAnchor(_ entry: [UInt8]) -> Bool { (try? LogEntry(entry))?.type == .anchorAdded }

    // MARK: - One anchor

    private func outcome(of anchor: Anchor, _ state: AnchoredState) async -> AnchorOutcome {
        do throws(AnchorError) {
            let time = try await time(of: anchor, state)
            return AnchorOutcome(anchor: anchor.identity, size: state.position.size, result: .success(time))
        } catch {
            return AnchorOutcome(anchor: anchor.identity, size: state.position.size, result: .failure(error))
        }
    }

    private func time(of anchor: Anchor, _ state: AnchoredState) async throws(AnchorError) -> Timestamp {
        let standing = try await Self.local { () throws(EvidenceError) in
            try AnchorStanding.all(of: [anchor], in: log.folder).first
        }
        if let newest = standing?.newest, newest.size == state.position.size { return newest.time }
        let (token, time) = try await token(of: anchor, state, lastSize: standing?.newest?.size ?? 0)
        try AnchorError.requirePast(time, of: anchor.name, now: now())
        try await Self.local { () throws(EvidenceError) in
            _ = try log.keep(token, of: state, by: actor, now: now())
        }
        return time
    }

    private func token(
        of anchor: Anchor,
        _ state: AnchoredState,
        lastSize: Int64
    ) async throws(AnchorError) -> (token: AnchorToken, time: Timestamp) {
        switch anchor.kind {
        case .timestamp(let url, let certificates):
            let client = TimeStampClient(
                name: anchor.name,
                url: url,
                certificates: certificates,
                exchange: exchange
            )
            return try await client.stamp(state.checkpoint)
        case .witness(let url?, let key):
            let client = WitnessClient(name: anchor.name, url: url, key: key, exchange: exchange)
            let cosignature = try await client.cosignature(of: state, from: lastSize)
            let token = AnchorToken(.witness, name: anchor.name, Array(cosignature.line.utf8), key: key)
            return (token, cosignature.time)
        case .witness(nil, _):
            throw AnchorError(.refused, "the witness \(anchor.name) is reached by hand")
        case .command(let words):
            let command = OperatorCommand(name: anchor.name, words: words, limit: patience.command)
            let ending = try await Self.blocking { () throws(AnchorError) in try command.run(state.checkpoint) }
            let record = CommandRecord(
                time: now(),
                exit: Int64(ending.status),
                output: String(decoding: ending.output, as: UTF8.self)
            )
            return (AnchorToken(.command, name: anchor.name, record.bytes), record.time)
        }
    }

    // MARK: - Threads

    /// Runs work that blocks on disks or programs on a thread that may block.
    private static func blocking<Value: Sendable, Failure: Error>(
        _ body: @escaping @Sendable () throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let result: Result<Value, Failure> = await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: Result(catching: body)) }
        }
        return try result.get()
    }

    private static func local<Value: Sendable>(
        _ body: @escaping @Sendable () throws(EvidenceError) -> Value
    ) async throws(AnchorError) -> Value {
        do throws(EvidenceError) {
            return try await blocking(body)
        } catch {
            throw AnchorError(error)
        }
    }
}
