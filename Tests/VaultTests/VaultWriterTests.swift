import Files
import Foundation
import ObjectStore
import Recordings
import Synchronization
import Testing
import VaultSupport

@testable import Vault

@Suite struct VaultWriterTests {
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

    @Test func `who only asks who may write claims nothing`() async throws {
        let first = try VaultBench()
        let second = try VaultBench(store: first.store, clock: first.clock)
        #expect(try await first.vault.ownWriterRecord() == nil)
        #expect(first.store.objects.isEmpty)
        try await first.vault.confirmWriter()
        #expect(try await first.vault.ownWriterRecord()?.epoch == 1)
        let error = await #expect(throws: VaultError.self) { try await second.vault.ownWriterRecord() }
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

    @Test func `of two roots that take over at the same time, the second one gets an epoch of its own`() async throws {
        let clock = TestTime()
        let gate = Gate()
        let isSlow = Mutex(false)
        let store = MemoryStore(pause: { key in
            let waits = key.description == "writer.json" && isSlow.withLock { $0 }
            guard waits else { return }
            isSlow.withLock { $0 = false }
            await gate.pass()
        }) { clock.now.date }
        let first = try VaultBench(store: store, clock: clock)
        let (second, third) = (
            try VaultBench(store: store, clock: clock), try VaultBench(store: store, clock: clock)
        )
        try await first.vault.confirmWriter()
        clock.advance(by: .hours(1))
        // The second one has looked who writes, and its record is on its way.
        gate.close()
        isSlow.withLock { $0 = true }
        let slow = Task { try await second.vault.takeOver() }
        await gate.arrival()
        #expect(try await third.vault.takeOver().record.epoch == 2)
        _ = try await third.vault.put(try third.archive("acme-2026-11-19-001"))
        clock.advance(by: .hours(1))
        gate.open()
        let taken = try await slow.value
        let former = try third.root.identity().id.description
        #expect(taken.record.epoch == 3 && taken.former?.root == former && taken.record.former.count == 2)
        // The third one has not asked since, and finishes an upload.
        clock.advance(by: .hours(1))
        #expect(try await third.vault.put(try third.archive()).epoch == 2)
        let inventory = try await VaultInventory.read(second.vault)
        #expect(inventory.archives.map(\.name.description) == ["acme-2026-11-19-001"])
        #expect(inventory.leftOut == 1)
        let error = await #expect(throws: VaultError.self) { try await third.vault.confirmWriter() }
        #expect(error?.code == .notWriter)
        #expect(try await second.vault.confirmWriter() == 3)
    }

    @Test func `who hides archives and deletes the record makes no one the writer of an empty vault`() async throws {
        let first = try VaultBench()
        let second = try VaultBench(store: first.store, clock: first.clock)
        _ = try await first.vault.put(try first.archive())
        first.clock.advance(by: .hours(1))
        _ = try await second.vault.takeOver()
        _ = try await second.vault.put(try second.archive("acme-2026-11-21-001"))
        guard case .named(_, let isDeleted) = try await second.vault.writerStanding() else { throw Missing() }
        #expect(!isDeleted)
        for key in first.store.objects.keys where key.hasPrefix("archives/") {
            try await first.store.delete(try unwrap(ObjectKey(key)), version: nil)
        }
        first.store.lose("writer.json")
        #expect(try await first.vault.writerStanding() == .lost)
        let error = await #expect(throws: VaultError.self) { try await first.vault.confirmWriter() }
        #expect(error?.code == .notWriter && error?.message.contains("somebody has deleted it") == true)
        first.clock.advance(by: .seconds(5))
        // Above all epochs that there were.
        #expect(try await first.vault.takeOver().record.epoch == 3)
        #expect(try await VaultInventory.read(first.vault).archives.count == 2)
    }

    @Test func `a vault says whether it ever had a writer, and whether what names it was deleted`() async throws {
        let bench = try VaultBench()
        #expect(try await bench.vault.writerStanding() == .unclaimed)
        try await bench.vault.confirmWriter()
        let record = try unwrap(try await bench.vault.writerRecord())
        #expect(try await bench.vault.writerStanding() == .named(record, isDeleted: false))
        try await bench.store.delete(try unwrap(ObjectKey("writer.json")), version: nil)
        #expect(try await bench.vault.writerStanding() == .named(record, isDeleted: true))
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
