import Files
import Foundation
import ObjectStore
import Recordings
import Synchronization
import Testing
import VaultSupport

@testable import Vault

@Suite struct WriterClaimTests {
    private let tar = "archives/acme/2026/11/acme-2026-11-20-001.tar"

    @Test func `the first root becomes the writer, and stays it`() async throws {
        let bench = try VaultBench()
        try await bench.vault.confirmWriter()
        try await bench.again().confirmWriter()
        let record = try await bench.vault.writerRecord()
        let id = try bench.root.identity().id.description
        #expect(record?.epoch == 1)
        #expect(record?.root == id)
        #expect(bench.versions("writer.json").count == 1)
        #expect(bench.versions("writer.json").first?.retention == nil)
    }

    @Test func `to ask whether a root may write makes it no writer`() async throws {
        let first = try VaultBench()
        #expect(try await first.vault.checkWriter() == nil)
        #expect(first.store.objects.isEmpty)
        try await first.vault.confirmWriter()
        let record = try await first.vault.checkWriter()
        #expect(record?.epoch == 1)
        let second = try VaultBench(store: first.store, clock: first.clock)
        let error = await #expect(throws: VaultError.self) { _ = try await second.vault.checkWriter() }
        #expect(error?.code == .notWriter)
        #expect(first.versions("writer.json").count == 1)
    }

    @Test func `another root may not write until it takes over, and then the first one may not`() async throws {
        let first = try VaultBench()
        let second = try VaultBench(store: first.store, clock: first.clock)
        let archive = try first.archive()
        try await first.vault.confirmWriter()
        for attempt in [second.vault, second.again()] {
            let error = await #expect(throws: VaultError.self) { try await attempt.confirmWriter() }
            #expect(error?.code == .notWriter)
        }
        let refused = await #expect(throws: VaultError.self) {
            try await second.vault.put(try second.archive())
        }
        #expect(refused?.code == .notWriter)
        first.clock.advance(by: .hours(1))
        let result = try await second.vault.takeOver()
        #expect(!result.wasWriter)
        let former = try first.root.identity().id.description
        #expect(result.former?.root == former)
        #expect(result.record.epoch == 2)
        #expect(try await second.vault.takeOver().wasWriter)
        try await second.vault.confirmWriter()
        let error = await #expect(throws: VaultError.self) { try await first.vault.confirmWriter() }
        #expect(error?.code == .notWriter)
        #expect(try await second.vault.put(archive).epoch == 2)
    }

    @Test
    func
        `a machine that is woken in the middle of an upload learns that it is no writer, and its archive does not count`()
        async throws
    {
        let clock = TestTime()
        let gate = Gate()
        let store = MemoryStore(pause: { key in
            if key.description.hasSuffix("001.tar") { await gate.pass() }
        }) { clock.now.date }
        let first = try VaultBench(store: store, clock: clock)
        let second = try VaultBench(store: store, clock: clock)
        try await first.vault.confirmWriter()
        let before = try first.archive("acme-2026-11-19-002")
        _ = try await first.vault.put(before)
        let archive = try first.archive()
        gate.close()
        let upload = Task { try await first.vault.put(archive) }
        await gate.arrival()
        // The machine is paused: it has sent everything and got no answer. Another one takes over.
        clock.advance(by: .hours(1))
        _ = try await second.vault.takeOver()
        clock.advance(by: .hours(1))
        gate.open()
        let late = try await upload.value
        #expect(late.epoch == 1)
        // Its pass asks once more before its manifest says so.
        let error = await #expect(throws: VaultError.self) { try await first.vault.confirmWriter() }
        #expect(error?.code == .notWriter)
        // The new writer's own archive of that name counts, and is another version.
        let own = try second.archive(archive.name.description, Array("what the second machine fetched".utf8))
        let copy = try await second.vault.put(own)
        #expect(copy.epoch == 2)
        #expect(first.versions(tar).count == 2)
        let inventory = try await VaultInventory.read(second.vault)
        #expect(inventory.archives.map(\.name) == [before.name, own.name])
        #expect(inventory.archives.map(\.copy.tarVersion).last == copy.tarVersion)
        #expect(inventory.leftOut == 1)
    }

    @Test func `two roots that begin at the same time are told apart by a store that ignores conditions`() async throws
    {
        let first = try VaultBench([.ignoresConditions])
        let second = try VaultBench(store: first.store, clock: first.clock)
        try await first.vault.confirmWriter()
        // The second looked before the first had put its record.
        let id = try second.root.identity().id
        let record = WriterRecord(root: id, epoch: 1, takenTime: first.clock.now)
        _ = try await first.store.put(
            .bytes(record.text),
            at: try unwrap(ObjectKey("writer.json")),
            PutOptions(onlyIfAbsent: true)
        )
        try await second.vault.confirmWriter()
        let error = await #expect(throws: VaultError.self) { try await first.vault.confirmWriter() }
        #expect(error?.code == .notWriter)
    }

    @Test func `deleting the record makes nobody the writer`() async throws {
        let first = try VaultBench()
        let second = try VaultBench(store: first.store, clock: first.clock)
        _ = try await first.vault.put(try first.archive())
        try await first.store.delete(try unwrap(ObjectKey("writer.json")), version: nil)
        var error = await #expect(throws: VaultError.self) { try await second.vault.confirmWriter() }
        #expect(error?.code == .notWriter)
        first.store.lose("writer.json")
        error = await #expect(throws: VaultError.self) { try await second.vault.confirmWriter() }
        #expect(error?.code == .notWriter)
        first.clock.advance(by: .seconds(5))
        #expect(try await second.vault.takeOver().record.epoch == 2)
        #expect(try await VaultInventory.read(second.vault).archives.count == 1)
    }

    @Test func `a take-over that ends before it is exact, on a machine whose clock is behind, leaves nothing out`()
        async throws
    {
        let first = try VaultBench()
        let second = try VaultBench(store: first.store)
        first.clock.advance(by: .hours(1))
        _ = try await first.vault.put(try first.archive())
        first.clock.advance(by: .seconds(5))
        // The record is looked for and read, put, looked at, and put again.
        first.store.fail(call: 5, .before)
        let error = await #expect(throws: VaultError.self) { try await second.vault.takeOver() }
        #expect(error?.code == .unreachable)
        #expect(try await second.vault.writerRecord()?.epoch == 2)
        #expect(try await VaultInventory.read(second.vault).archives.count == 1)
        first.clock.advance(by: .seconds(5))
        let again = try await second.vault.takeOver()
        #expect(again.wasWriter && again.record.epoch == 2)
        #expect(again.record.takenTime == first.clock.now)
        #expect(again.record.former.map(\.endedTime) == [first.clock.now])
        #expect(try await VaultInventory.read(second.vault).archives.count == 1)
    }

    @Test func `a record that cannot be read stops everything`() async throws {
        let bench = try VaultBench()
        _ = try await bench.store.put(
            .bytes(Array("{\"format\":2}".utf8)),
            at: try unwrap(ObjectKey("writer.json")),
            PutOptions()
        )
        let error = await #expect(throws: VaultError.self) { try await bench.vault.confirmWriter() }
        #expect(error?.code == .damaged)
    }

    @Test(arguments: [
        (Int?.none, 0, false), (3, 900, true), (2, 200, true), (2, 300, true), (2, 301, false), (1, 100, true),
        (1, 101, false), (1, 50, true), (4, 50, false),
    ])
    func `what was put under an epoch after its end does not count`(_ epoch: Int?, _ second: Int64, _ counts: Bool)
        throws
    {
        let ids = try (1...3).map { try unwrap(CanonicalUUID("00000000-0000-4000-8000-00000000000\($0)")) }
        var record = WriterRecord(root: ids[0], epoch: 1, takenTime: time(0))
        record = record.takenOver(by: ids[1], at: time(100))
        record = record.takenOver(by: ids[2], at: time(300))
        #expect(record.rule.counts(epoch: epoch, modified: time(second)) == counts)
        #expect(WriterRecord(record.text) == record)
    }

    private func time(_ second: Int64) -> Timestamp { Timestamp(millisecondsSince1970: second * 1000) }
}

/// A place where a task waits until it may go on.
final class Gate: Sendable {
    private struct State {
        var isClosed = false
        var waiting: [CheckedContinuation<Void, Never>] = []
        var arrivals: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    func close() { state.withLock { $0.isClosed = true } }

    /// Waits while it is closed.
    func pass() async {
        await withCheckedContinuation { continuation in
            let arrivals: [CheckedContinuation<Void, Never>]? = state.withLock { state in
                guard state.isClosed else { return nil }
                state.waiting.append(continuation)
                defer { state.arrivals = [] }
                return state.arrivals
            }
            guard let arrivals else { return continuation.resume() }
            arrivals.forEach { $0.resume() }
        }
    }

    /// Waits until somebody waits.
    func arrival() async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.waiting.isEmpty { state.arrivals.append(continuation) }
                return !state.waiting.isEmpty
            }
            if isThere { continuation.resume() }
        }
    }

    func open() {
        let waiting = state.withLock { state in
            defer { state.waiting = [] }
            state.isClosed = false
            return state.waiting
        }
        waiting.forEach { $0.resume() }
    }
}
