import Files
import Foundation
import ObjectStore
import Recordings
import Testing
import VaultSupport

@testable import Vault

@Suite struct LockProofTests {
    @Test(arguments: VaultLock.allCases)
    func `a store that keeps its locks is proven`(_ lock: VaultLock) async throws {
        let bench = try VaultBench(lock: lock)
        let check = try await bench.vault.checkLock()
        #expect(check.breaches == [] && check.doubt == nil)
        #expect(check.lock == lock)
        #expect(check.refusesWrongChecksums)
        #expect(check.proves(lock))
        #expect(try bench.vault.lastLockCheck() == check)
    }

    @Test func `a root in which nothing has run yet can be used`() async throws {
        let bench = try VaultBench()
        try FileManager.default.removeItem(atPath: bench.root.spoolPath)
        let check = try await bench.vault.checkLock()
        #expect(check.proves(.compliance))
        #expect(try bench.vault.lastLockCheck() == check)
        // A disk that is not mounted stays as it is.
        try FileManager.default.removeItem(atPath: bench.root.path)
        let error = await #expect(throws: VaultError.self) { _ = try await bench.vault.checkLock() }
        #expect(error?.code == .local)
        #expect(!FileManager.default.fileExists(atPath: bench.root.path))
    }

    @Test(arguments: [-3600, -240, 3600])
    func `a machine whose clock is off tries the same lock`(_ seconds: Int) async throws {
        let clock = TestTime()
        let store = MemoryStore(now: { (clock.now + .seconds(-seconds)).date })
        let bench = try VaultBench(store: store, clock: clock)
        let check = try await bench.vault.checkLock()
        #expect(check.breaches == [])
        let canary = try #require(store.objects.first { $0.key.hasSuffix("-locked") }?.value.last)
        let locked = try #require(canary.retention?.until).timeIntervalSince(canary.modified)
        #expect((200...301).contains(locked))
    }

    @Test(arguments: [
        (MemoryStore.Lie.dropsLocks, VaultLock.compliance, "it took a locked object, and did not lock it"),
        (.deletesLocked, .compliance, "it deleted a version that was locked in compliance mode"),
        (.deletesLocked, .governance, "delete a locked version"),
        (.shortensLocks, .compliance, "it shortened a lock in compliance mode"),
        (.shortensLocks, .governance, "it shortened a lock in governance mode"),
        (.bypassesGovernance, .governance, "bypass governance mode and shorten a lock"),
        (.refusesAndDeletes, .compliance, "does not have it any more"),
        (.keepsNoVersions, .compliance, "the bucket keeps no versions"),
    ])
    func `a store that lies about its locks is told what it did`(
        _ lie: MemoryStore.Lie,
        _ lock: VaultLock,
        _ breach: String
    ) async throws {
        let bench = try VaultBench([lie], lock: lock)
        let check = try await bench.vault.checkLock()
        #expect(check.breaches.contains { $0.contains(breach) }, "\(check.breaches)")
        #expect(!check.proves(lock))
        #expect(try bench.vault.lastLockCheck() == check)
    }

    @Test(arguments: [VaultLock.compliance, .governance])
    func `a policy that forbids to delete anything is not taken for a lock`(_ lock: VaultLock) async throws {
        let bench = try VaultBench([.refusesDeletes], lock: lock)
        let check = try await bench.vault.checkLock()
        #expect(check.breaches == [])
        #expect(try #require(check.doubt).contains("s3:DeleteObjectVersion"))
        #expect(!check.proves(lock))
        #expect(try bench.vault.lastLockCheck() == check)
        // Nor does it hide what a lock has to refuse besides.
        let shortening = try VaultBench([.refusesDeletes, .shortensLocks], lock: lock)
        let other = try await shortening.vault.checkLock()
        #expect(!other.breaches.isEmpty && other.doubt == nil)
        // Without a lock there is nothing to tell.
        let none = try VaultBench([.refusesDeletes], lock: .none)
        #expect(try await none.vault.checkLock().proves(.none))
    }

    @Test func `bypassing governance mode breaks no lock in compliance mode`() async throws {
        let bench = try VaultBench([.bypassesGovernance])
        #expect(try await bench.vault.checkLock().breaches == [])
    }

    @Test(arguments: [MemoryStore.Lie.takesWrongChecksums, .echoesChecksums, .keepsNoChecksums])
    func `a store that takes wrong checksums, or keeps none, is not trusted with them`(_ lie: MemoryStore.Lie)
        async throws
    {
        // One that echoes what it is given refuses nothing either.
        let lies: Set<MemoryStore.Lie> = lie == .echoesChecksums ? [lie, .takesWrongChecksums] : [lie]
        let bench = try VaultBench(lies)
        let check = try await bench.vault.checkLock()
        #expect(!check.refusesWrongChecksums)
        #expect(check.breaches == [])
    }

    @Test func `no answer proves nothing, and keeps what was proven`() async throws {
        let bench = try VaultBench()
        let known = try await bench.vault.checkLock()
        bench.store.failAll(with: ObjectStoreError(.credentials, "the key is refused"))
        let error = await #expect(throws: VaultError.self) { try await bench.vault.checkLock() }
        #expect(error?.code == .refused)
        #expect(try bench.vault.lastLockCheck() == known)
    }

    @Test func `the objects of earlier checks go when their lock is over`() async throws {
        let bench = try VaultBench()
        _ = try await bench.vault.checkLock()
        #expect(bench.store.objects.keys.filter { $0.hasPrefix("canary/") }.count == 1)
        bench.clock.advance(by: .hours(1))
        _ = try await bench.vault.checkLock()
        #expect(bench.store.objects.keys.filter { $0.hasPrefix("canary/") }.count == 1)
    }

    @Test func `a check of another vault says nothing about this one`() async throws {
        let bench = try VaultBench()
        _ = try await bench.vault.checkLock()
        let other = StoreVault(bench.store, place: "elsewhere", root: bench.root, setup: bench.vault.setup)
        #expect(try other.lastLockCheck() == nil)
    }
}
