import Files
import Foundation
import ObjectStore
import Recordings
import Synchronization
import Testing
import VaultSupport

@testable import Vault

@Suite struct ArchivePutTests {
    private let tar = "archives/acme/2026/11/acme-2026-11-20-001.tar"
    private let side = "archives/acme/2026/11/acme-2026-11-20-001.tar.sha256"

    @Test func `an archive and its side file are put, locked until seven years after its day`() async throws {
        let bench = try VaultBench()
        let archive = try bench.archive()
        let copy = try await bench.vault.put(archive)
        let end = try unwrap(ISO8601DateFormatter().date(from: "2033-11-21T00:00:00Z"))
        for key in [tar, side] {
            let versions = bench.versions(key)
            #expect(versions.count == 1)
            #expect(versions.first?.retention == ObjectRetention(mode: .compliance, until: end))
            #expect(versions.first?.metadata["organization"] == "acme")
            #expect(versions.first?.metadata["day"] == "2026-11-20")
            #expect(versions.first?.metadata["class"] == "default")
            #expect(versions.first?.metadata["epoch"] == "1")
            #expect(versions.first?.tags == ["class": "default"])
        }
        #expect(bench.versions(tar).first?.metadata["sha256"] == archive.digest.description)
        #expect(bench.versions(tar).first?.metadata["metadata-offset"] == "4")
        #expect(bench.versions(side).first?.bytes == Array("\(archive.digest)  acme-2026-11-20-001.tar\n".utf8))
        #expect(copy.tarVersion == bench.versions(tar).first?.id)
        #expect(copy.sideVersion == bench.versions(side).first?.id)
        #expect(copy.retainedUntil == Timestamp(end))
        #expect(copy.digest == archive.digest && copy.byteCount == archive.byteCount && copy.epoch == 1)
        #expect(bench.store.calls.contains("digest \(tar)"))
    }

    /// The calls of one undisturbed put, each a place where a process can die or a network can fail.
    private func callCount(_ lies: Set<MemoryStore.Lie>) async throws -> Int {
        let bench = try VaultBench(lies)
        let archive = try bench.archive()
        try await bench.vault.confirmWriter()
        let before = bench.store.calls.count
        _ = try await bench.vault.put(archive)
        return bench.store.calls.count - before
    }

    @Test(arguments: [MemoryStore.Failing.before, .after], [Set<MemoryStore.Lie>(), [.dropsLocksOfParts]])
    func `an end before or after any request is repaired by the next run, and nothing is there twice`(
        _ failing: MemoryStore.Failing,
        _ lies: Set<MemoryStore.Lie>
    ) async throws {
        let calls = try await callCount(lies)
        #expect(calls > 5)
        for number in 1...calls {
            let bench = try VaultBench(lies)
            let archive = try bench.archive()
            try await bench.vault.confirmWriter()
            bench.store.fail(call: number, failing)
            let error = await #expect(throws: VaultError.self) { try await bench.vault.put(archive) }
            #expect(error?.code == .unreachable)
            let copy = try await bench.again().put(archive)
            for key in [tar, side] {
                #expect(bench.versions(key).count == 1, "call \(number)")
                #expect(bench.versions(key).first?.retention != nil)
                #expect(bench.versions(key).first?.tags == ["class": "default"])
            }
            #expect(copy.tarVersion == bench.versions(tar).first?.id)
            #expect(try await bench.again().put(archive).tarVersion == copy.tarVersion)
        }
    }

    @Test func `a lock that an upload in parts loses is set again, on that version`() async throws {
        let bench = try VaultBench([.dropsLocksOfParts])
        let archive = try bench.archive()
        _ = try await bench.vault.put(archive)
        let put = ObjectPut(store: bench.store, readBack: .whole, rule: EpochRule(), now: { bench.clock.now })
        let wanted = ObjectRetention(mode: .compliance, until: bench.clock.now.date.addingTimeInterval(86_400))
        // As if it had been sent in parts.
        let key = try unwrap(ObjectKey("log/acme/tile/0/000"))
        let body = ObjectBody.bytes([1, 2, 3, 4, 5])
        _ = try await bench.store.put(
            body,
            at: key,
            PutOptions(metadata: ["sha256": "\(body.digest)", "epoch": "1"], partBytes: 1)
        )
        #expect(bench.versions(key.description).first?.retention == nil)
        let order = ObjectPut.Order(
            key: key,
            body: body,
            metadata: ["sha256": "\(body.digest)", "epoch": "1"],
            retention: wanted
        )
        let outcome = try await put.run(order)
        #expect(!outcome.isNew)
        #expect(bench.versions(key.description).map(\.retention) == [wanted])
        #expect(bench.versions(key.description).map(\.tags) == [["class": "default"]])
    }

    @Test func `a store without tags gets archives all the same`() async throws {
        let bench = try VaultBench([.dropsLocksOfParts, .knowsNoTags])
        _ = try await bench.vault.put(try bench.archive())
        #expect(bench.versions(tar).map(\.tags) == [[:]] && bench.versions(tar).first?.retention != nil)
        // No one is asked about tags that cannot have been lost.
        let whole = try VaultBench()
        _ = try await whole.vault.put(try whole.archive())
        #expect(!whole.store.calls.contains { $0.hasPrefix("tag") })
    }

    @Test func `a store that drops every lock is refused`() async throws {
        let bench = try VaultBench([.dropsLocks])
        let archive = try bench.archive()
        let error = await #expect(throws: VaultError.self) { try await bench.vault.put(archive) }
        #expect(error?.code == .lock)
    }

    @Test func `without a lock nothing is locked`() async throws {
        let bench = try VaultBench([.keepsNoVersions], lock: .none)
        let copy = try await bench.vault.put(try bench.archive())
        #expect(copy.retainedUntil == nil && copy.tarVersion == nil)
        #expect(bench.versions(tar).count == 1)
    }

    @Test func `bytes that changed on their way are refused, and put again by the next run`() async throws {
        let bench = try VaultBench()
        let archive = try bench.archive()
        let copy = try await bench.vault.put(archive)
        bench.store.damage(tar)
        // Nobody knows yet that the version is damaged: reading it back shows it.
        let again = try await bench.again().put(archive)
        #expect(again.tarVersion != copy.tarVersion)
        #expect(bench.versions(tar).count == 2)
        #expect(bench.versions(tar).last?.bytes == Array("an archive".utf8))

        let flipping = try VaultBench([.flipsBits])
        let other = try flipping.archive()
        let error = await #expect(throws: VaultError.self) { try await flipping.vault.put(other) }
        #expect(error?.code == .damaged)
    }

    @Test(arguments: [1, 2, 3, 4, 5])
    func `a line that changes bytes damages no archive, and the next run goes on`(_ call: Int) async throws {
        let bench = try VaultBench()
        let archive = try bench.archive()
        try await bench.vault.confirmWriter()
        bench.store.fail(call: call, .before, with: ObjectStoreError(.damaged, "bytes changed or were lost on the way"))
        let error = await #expect(throws: VaultError.self) { try await bench.vault.put(archive) }
        #expect(error?.code == .disturbed)
        #expect(error?.isPassing == true)
        _ = try await bench.again().put(archive)
        #expect(bench.versions(tar).count == 1)
    }

    @Test func `another archive does not take the place of one that this root has put`() async throws {
        let bench = try VaultBench()
        let copy = try await bench.vault.put(try bench.archive())
        // As after a backup was restored that is older than the archive.
        let other = try bench.archive("acme-2026-11-20-001", Array("sealed once more".utf8))
        let error = await #expect(throws: VaultError.self) { try await bench.again().put(other) }
        #expect(error?.code == .damaged)
        #expect(bench.versions(tar).map(\.id) == [copy.tarVersion])
    }

    @Test func `a version that is known to be damaged is not taken for the copy`() async throws {
        let bench = try VaultBench()
        var archive = try bench.archive()
        let copy = try await bench.vault.put(archive)
        archive.damagedVersions = [try unwrap(copy.tarVersion)]
        let again = try await bench.vault.put(archive)
        #expect(again.tarVersion != copy.tarVersion)
        #expect(again.sideVersion == copy.sideVersion)
    }

    @Test func `the store's checksum is enough only where a check has shown that wrong ones are refused`() async throws
    {
        let bench = try VaultBench(trustsChecksums: true)
        _ = try await bench.vault.put(try bench.archive())
        #expect(bench.store.calls.contains("digest \(tar)"))
        #expect(try await bench.vault.checkLock().refusesWrongChecksums)
        let before = bench.store.calls.count
        _ = try await bench.vault.put(try bench.archive("acme-2026-11-21-001"))
        #expect(!bench.store.calls[before...].contains { $0.hasPrefix("digest") })

        let silent = try VaultBench([.keepsNoChecksums], trustsChecksums: true)
        #expect(try await !silent.vault.checkLock().refusesWrongChecksums)
        _ = try await silent.vault.put(try silent.archive())
        #expect(silent.store.calls.contains("digest \(tar)"))
    }

    @Test func `the checksum of an object without versions is not believed again`() async throws {
        let bench = try VaultBench([.keepsNoVersions], lock: .none, trustsChecksums: true)
        #expect(try await bench.vault.checkLock().refusesWrongChecksums)
        let archive = try bench.archive()
        _ = try await bench.vault.put(archive)
        #expect(!bench.store.calls.contains("digest \(tar)"))
        // The store goes on saying the checksum of what it had.
        bench.store.damage(tar)
        _ = try await bench.again().put(archive)
        #expect(bench.versions(tar).map(\.bytes) == [Array("an archive".utf8)])
    }

    @Test func `an archive whose lock would be over already is put without one`() async throws {
        let bench = try VaultBench()
        let copy = try await bench.vault.put(try bench.archive("acme-2015-11-20-001"))
        #expect(copy.retainedUntil == nil)
    }

    @Test func `a clock that is years ahead loses no lock`() async throws {
        let clock = TestTime()
        let store = MemoryStore(now: { clock.now.date.addingTimeInterval(-10 * 365 * 86_400) })
        let bench = try VaultBench(store: store, clock: clock)
        // By this machine's clock, its lock would have ended years ago.
        let copy = try await bench.vault.put(try bench.archive("acme-2017-11-20-001"))
        let end = try unwrap(ISO8601DateFormatter().date(from: "2024-11-21T00:00:00Z"))
        #expect(copy.retainedUntil == Timestamp(end))
        for key in [
            "archives/acme/2017/11/acme-2017-11-20-001.tar", "archives/acme/2017/11/acme-2017-11-20-001.tar.sha256",
        ] {
            #expect(bench.versions(key).map(\.retention) == [ObjectRetention(mode: .compliance, until: end)])
        }
    }

    /// The last day of an archive's lock is that day so many years later, also around 29 February.
    @Test(arguments: [
        ("2027-02-28", 7, "2034-03-01"), ("2028-02-27", 7, "2035-02-28"), ("2028-02-28", 7, "2035-03-01"),
        ("2028-02-29", 7, "2035-03-01"), ("2028-02-28", 4, "2032-02-29"), ("2028-02-29", 4, "2032-03-01"),
        ("2028-12-31", 10, "2039-01-01"),
    ])
    func `a lock lasts whole years from the end of the day`(_ day: String, _ years: Int, _ end: String) throws {
        for zone in ["GMT", "Europe/Berlin", "America/New_York", "Asia/Kolkata"] {
            let zone = try unwrap(TimeZone(identifier: zone))
            let layout = VaultLayout(lock: .compliance, retainYears: years, timeZone: zone)
            let wanted = try unwrap(ArchiveDay(end)).interval(in: zone).lowerBound
            #expect(Timestamp(layout.retainUntil(try unwrap(ArchiveDay(day)))) == wanted, "\(zone)")
        }
    }

    @Test(arguments: [Set<MemoryStore.Lie>(), [.ignoresConditions]])
    func `a request of an earlier run that arrives late makes no second version where the store can tell`(
        _ lies: Set<MemoryStore.Lie>
    ) async throws {
        let clock = TestTime()
        let late = Mutex<(store: MemoryStore, options: PutOptions)?>(nil)
        let store = MemoryStore(
            lies,
            pause: { [tar] key in
                guard key.description == tar,
                    let arrival = late.withLock({ late in
                        defer { late = nil }; return late
                    })
                else { return }
                _ = try? await arrival.store.put(.bytes(Array("an archive".utf8)), at: key, arrival.options)
            }
        ) { clock.now.date }
        let bench = try VaultBench(store: store, clock: clock)
        let archive = try bench.archive()
        try await bench.vault.confirmWriter()
        let options = PutOptions(metadata: ["sha256": "\(archive.digest)", "epoch": "1"])
        late.withLock { $0 = (store, options) }
        let copy = try await bench.vault.put(archive)
        let versions = bench.versions(tar)
        #expect(versions.count == (lies.isEmpty ? 1 : 2))
        let own = versions.first { $0.id == copy.tarVersion }
        #expect(own?.retention != nil)
        #expect(try await VaultInventory.read(bench.vault).archives.map(\.copy.digest) == [archive.digest])
    }

    @Test func `an archive that somebody has hidden is put again`() async throws {
        let bench = try VaultBench()
        let archive = try bench.archive()
        _ = try await bench.vault.put(archive)
        try await bench.store.delete(try unwrap(ObjectKey(tar)), version: nil)
        // Whoever asks for the latest version is told that there is none.
        let again = try await bench.again().put(archive)
        #expect(bench.versions(tar).last?.id == again.tarVersion)
    }

    @Test func `a full store is named as such`() async throws {
        let bench = try VaultBench()
        let archive = try bench.archive()
        try await bench.vault.confirmWriter()
        bench.store.setFull(true)
        let error = await #expect(throws: VaultError.self) { try await bench.vault.put(archive) }
        #expect(error?.code == .full)
        bench.store.setFull(false)
        _ = try await bench.vault.put(archive)
        #expect(bench.versions(tar).count == 1)
    }

    @Test func `a copy is inspected whole, and a copy that is gone is not there`() async throws {
        let bench = try VaultBench()
        let archive = try bench.archive()
        let copy = try await bench.vault.put(archive)
        let found = try await bench.vault.inspect(archive.name, copy)
        #expect(found?.digest == archive.digest && found?.recordedDigest == archive.digest)
        #expect(found?.retainedUntil == copy.retainedUntil)
        bench.store.lose(tar)
        #expect(try await bench.vault.inspect(archive.name, copy) == nil)
    }

    @Test func `a bucket that is gone says nothing about a copy`() async throws {
        let bench = try VaultBench()
        let archive = try bench.archive()
        let copy = try await bench.vault.put(archive)
        bench.store.lose(tar)
        // The answer to HEAD has no body that would say so; the one to GET has.
        bench.store.fail(call: 2, .before, with: ObjectStoreError(.noBucket, "there is no such bucket"))
        let error = await #expect(throws: VaultError.self) { try await bench.vault.inspect(archive.name, copy) }
        #expect(error?.code == .unusable)
    }
}
