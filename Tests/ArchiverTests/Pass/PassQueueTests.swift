import Files
import Foundation
import Recordings
import Synchronization
import TestSupport
import Testing

@testable import Archiver

@Suite struct `The queue of passes` {
    private let folder: TemporaryFolder
    private let root: ArchiveRoot

    init() throws {
        folder = try TemporaryFolder()
        root = ArchiveRoot(path: folder.path + "/archive")
        let id = try #require(CanonicalUUID("6f9619ff-8b86-4d01-b42d-00cf4fc964ff"))
        _ = try root.initialize(as: RootIdentity(id: id, createdTime: Timestamp(millisecondsSince1970: 0)))
        try root.prepare()
    }

    /// What happened, in order.
    private final class Record: Sendable {
        private let list = Mutex<[String]>([])
        var all: [String] { list.withLock(\.self) }
        func add(_ word: String) { list.withLock { $0.append(word) } }
    }

    private func eventually(_ condition: () -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(300)
        while !condition() {
            try #require(ContinuousClock.now < deadline)
            try await Task.sleep(for: .milliseconds(1))
        }
    }

    private func take(
        _ precedence: PassPrecedence,
        of queue: PassQueue,
        _ record: Record,
        _ name: String,
        stop: StopRequest = StopRequest()
    ) -> Task<Void, any Error> {
        Task {
            try await queue.withTurn(precedence, stop: stop, onWait: { record.add("\(name) waits for \($0)") }) {
                record.add(name)
            }
        }
    }

    @Test func `serves on demand first, then what is scheduled, then a backfill`() async throws {
        let (queue, record) = (PassQueue(for: root), Record())
        var tasks: [Task<Void, any Error>] = []
        try await queue.withTurn(.scheduled, stop: StopRequest(), onWait: { _ in }) {
            let others: [(PassPrecedence, String)] = [
                (.backfill, "backfill"), (.scheduled, "first"), (.scheduled, "second"), (.onDemand, "asked for"),
            ]
            for (precedence, name) in others {
                tasks.append(take(precedence, of: queue, record, name))
                let expected = tasks.count
                try await eventually { queue.waitingCount == expected }
            }
        }
        for task in tasks { try await task.value }
        let served = record.all.filter { !$0.contains("waits") }
        #expect(served == ["asked for", "first", "second", "backfill"])
    }

    @Test(arguments: [PassPrecedence.onDemand, .scheduled])
    func `has a backfill step aside at once`(precedence: PassPrecedence) async throws {
        let (queue, record) = (PassQueue(for: root), Record())
        let other = try await queue.withTurn(.backfill, stop: StopRequest(), onWait: { _ in }) {
            let other = take(precedence, of: queue, record, "other")
            await queue.waitUntilWanted()
            record.add("aside")
            return other
        }
        try await other.value
        #expect(record.all.filter { !$0.contains("waits") } == ["aside", "other"])
        #expect(record.all.contains("other waits for backfill"))
    }

    @Test func `lets one that is stopped or cancelled go, and the next one in`() async throws {
        let (queue, record) = (PassQueue(for: root), Record())
        let stop = StopRequest()
        var next: Task<Void, any Error>?
        try await queue.withTurn(.onDemand, stop: StopRequest(), onWait: { _ in }) {
            let stopped = take(.onDemand, of: queue, record, "stopped", stop: stop)
            let cancelled = take(.onDemand, of: queue, record, "cancelled")
            try await eventually { queue.waitingCount == 2 }
            next = take(.scheduled, of: queue, record, "next")
            stop.make()
            cancelled.cancel()
            let error = await #expect(throws: ArchiverError.self) { try await stopped.value }
            #expect(error?.code == .stopped)
            await #expect(throws: CancellationError.self) { try await cancelled.value }
        }
        try await next?.value
        #expect(record.all.filter { !$0.contains("waits") } == ["next"])
        #expect(try await queue.withTurn(.backfill, stop: StopRequest(), onWait: { _ in }) { true })
    }

    @Test func `gives the turn back whatever becomes of the work`() async throws {
        struct Failure: Error {}
        let queue = PassQueue(for: root)
        for precedence in PassPrecedence.allCases {
            await #expect(throws: Failure.self) {
                try await queue.withTurn(precedence, stop: StopRequest(), onWait: { _ in }) { throw Failure() }
            }
        }
        #expect(try PassLock.holder(of: root) == nil)
    }

    /// Two queues over one root behave like two processes.
    @Test func `keeps to the lock of another process, and has its backfill step aside`() async throws {
        let (here, there, record) = (PassQueue(for: root), PassQueue(for: root), Record())
        try await there.withTurn(.scheduled, stop: StopRequest(), onWait: { _ in }) {
            let error = await #expect(throws: ArchiveError.self) {
                try await here.withTurn(.onDemand, stop: StopRequest(), onWait: { _ in }) {}
            }
            #expect(error?.code == .locked)
        }
        let other = try await there.withTurn(.backfill, stop: StopRequest(), onWait: { _ in }) {
            let other = take(.scheduled, of: here, record, "other")
            await there.waitUntilWanted()
            record.add("aside")
            return other
        }
        try await other.value
        #expect(record.all == ["other waits for backfill", "aside", "other"])
    }

    @Test func `has a backfill wait for another process, and still step back for this one`() async throws {
        let (here, there, record) = (PassQueue(for: root), PassQueue(for: root), Record())
        let backfill = try await there.withTurn(.onDemand, stop: StopRequest(), onWait: { _ in }) {
            let backfill = take(.backfill, of: here, record, "backfill")
            try await eventually { record.all == ["backfill waits for pass"] }
            return backfill
        }
        try await here.withTurn(.onDemand, stop: StopRequest(), onWait: { _ in }) { record.add("asked for") }
        try await backfill.value
        #expect(Set(record.all) == ["backfill waits for pass", "asked for", "backfill"])
    }
}
