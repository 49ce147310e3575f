import Files
import Foundation
import ObjectStore
import Recordings
import Testing
import VaultSupport

@testable import Vault

/// Whether a copy still holds, and how it is locked again.
@Suite struct VaultCopyTests {
    private let tar = "archives/acme/2026/11/acme-2026-11-20-001.tar"
    private let side = "archives/acme/2026/11/acme-2026-11-20-001.tar.sha256"

    @Test(arguments: VaultLock.allCases)
    func `a copy that is there as it was put holds, for one request`(_ lock: VaultLock) async throws {
        let bench = try VaultBench(lock: lock)
        let archive = try bench.archive()
        let copy = try await bench.vault.put(archive)
        let before = bench.store.calls.count
        #expect(try await bench.vault.fault(of: archive.name, copy) == nil)
        #expect(bench.store.calls.count == before + 1)
        // Its lock has been over for a while.
        bench.clock.advance(by: .hours(24 * 366 * 8))
        #expect(try await bench.vault.fault(of: archive.name, copy) == nil)
    }

    @Test func `a copy that is gone does not hold, and one whose whole bucket is gone cannot be judged`() async throws {
        let bench = try VaultBench()
        let archive = try bench.archive()
        let copy = try await bench.vault.put(archive)
        // Whoever hides it behind a delete marker has changed nothing.
        try await bench.store.delete(try unwrap(ObjectKey(tar)), version: nil)
        #expect(try await bench.vault.fault(of: archive.name, copy) == nil)
        bench.store.lose(tar)
        let fault = try unwrap(try await bench.vault.fault(of: archive.name, copy))
        #expect(fault.isDamaged && fault.message.contains("has no copy of acme-2026-11-20-001 any more"))
        bench.store.fail(call: 2, .before, with: ObjectStoreError(.noBucket, "there is no such bucket"))
        let error = await #expect(throws: VaultError.self) { try await bench.vault.fault(of: archive.name, copy) }
        #expect(error?.code == .unusable)
    }

    @Test func `another object under the name of a copy is no copy`() async throws {
        let bench = try VaultBench([.keepsNoVersions], lock: .none)
        let archive = try bench.archive()
        let copy = try await bench.vault.put(archive)
        let other = ObjectBody.bytes(Array("something else".utf8))
        _ = try await bench.store.put(other, at: try unwrap(ObjectKey(tar)), PutOptions())
        #expect(try await bench.vault.fault(of: archive.name, copy)?.isDamaged == true)
    }

    @Test func `a copy that was put without a lock is locked once one is configured, with its side file`() async throws
    {
        let lax = try VaultBench(lock: .none)
        let archive = try lax.archive()
        let copy = try await lax.vault.put(archive)
        #expect(copy.retainedUntil == nil)
        let strict = try VaultBench(store: lax.store, clock: lax.clock)
        let fault = try unwrap(try await strict.vault.fault(of: archive.name, copy))
        #expect(!fault.isDamaged && fault.message.contains("is locked not at all, and has to be in COMPLIANCE mode"))
        let locked = try await strict.vault.lockAgain(archive.name, copy)
        let end = try unwrap(ISO8601DateFormatter().date(from: "2033-11-21T00:00:00Z"))
        #expect(locked.retainedUntil == Timestamp(end) && locked.tarVersion == copy.tarVersion)
        for key in [tar, side] {
            #expect(lax.versions(key).map(\.retention) == [ObjectRetention(mode: .compliance, until: end)], "\(key)")
        }
        #expect(try await strict.vault.fault(of: archive.name, locked) == nil)
        // Once more changes nothing.
        #expect(try await strict.vault.lockAgain(archive.name, locked) == locked)
    }

    @Test func `a lock that is set again lasts as long as was promised`() async throws {
        let bench = try VaultBench(lock: .none)
        let archive = try bench.archive()
        var copy = try await bench.vault.put(archive)
        let promised = bench.clock.now + .hours(24 * 365 * 20)
        copy.retainedUntil = promised
        let strict = try VaultBench(lock: .governance, store: bench.store, clock: bench.clock)
        #expect(try await strict.vault.fault(of: archive.name, copy)?.isDamaged == false)
        _ = try await strict.vault.lockAgain(archive.name, copy)
        #expect(bench.versions(tar).first?.retention == ObjectRetention(mode: .governance, until: promised.date))
    }

    @Test func `a store that does not keep the lock says so, and a copy that is gone is not locked`() async throws {
        let bench = try VaultBench([.dropsLocks], lock: .none)
        let archive = try bench.archive()
        let copy = try await bench.vault.put(archive)
        let strict = try VaultBench(store: bench.store, clock: bench.clock)
        var error = await #expect(throws: VaultError.self) { try await strict.vault.lockAgain(archive.name, copy) }
        #expect(error?.code == .lock)
        bench.store.lose(tar)
        error = await #expect(throws: VaultError.self) { try await strict.vault.lockAgain(archive.name, copy) }
        #expect(error?.code == .missing)
    }
}
