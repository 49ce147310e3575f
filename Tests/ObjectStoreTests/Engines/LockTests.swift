import Foundation
import Recordings
import TestSupport
import Testing
import Transfer

@testable import ObjectStore

@Suite(
    .timeLimit(.minutes(20)),
    .needs("a real store (make test-vault)", StoreEngine.Kind.tested.allSatisfy(\.isInstalled))
)
struct LockTests {
    @Test(arguments: StoreEngine.Kind.tested)
    func `a bucket says whether it has versions and locks`(kind: StoreEngine.Kind) async throws {
        try await Bucket.with(kind, lock: true) { bucket in
            let status = try await bucket.store.bucketStatus()
            #expect(status == BucketStatus(versioning: .enabled, hasObjectLock: true))
        }
        try await Bucket.with(kind) { bucket in
            let status = try await bucket.store.bucketStatus()
            #expect(!status.hasObjectLock && status.versioning != .enabled && status.defaultRetention == nil)
        }
    }

    @Test(arguments: StoreEngine.Kind.tested)
    func `a version in compliance can be neither deleted nor unlocked`(kind: StoreEngine.Kind) async throws {
        try await Bucket.with(kind, lock: true) { bucket in
            let (store, name) = (bucket.store, try key("locked"))
            let until = Date(timeIntervalSince1970: (try await bucket.time().timeIntervalSince1970 + 600).rounded())
            let retention = ObjectRetention(mode: .compliance, until: until)
            let version = try await store.put(.bytes([1]), at: name, PutOptions(retention: retention)).version
            #expect(try await store.describe(name, version: version)?.retention == retention)
            #expect(try await store.retention(of: name, version: version) == retention)
            let shorter = ObjectRetention(mode: .compliance, until: until.addingTimeInterval(-300))
            let refusals = [
                await failure { try await store.delete(name, version: version) },
                await failure { try await store.delete(name, version: version, bypassingGovernance: true) },
                await failure { try await store.setRetention(shorter, of: name, version: version) },
                await failure {
                    try await store.setRetention(shorter, of: name, version: version, bypassingGovernance: true)
                },
            ]
            #expect(refusals.map { $0?.code } == [.locked, .locked, .locked, .locked])
            let longer = ObjectRetention(mode: .compliance, until: until.addingTimeInterval(300))
            try await store.setRetention(longer, of: name, version: version)
            #expect(try await store.retention(of: name, version: version) == longer)
            // A marker hides it, and does not touch it.
            try await store.delete(name, version: nil)
            #expect(try await store.read(name, version: version, range: 0..<9) == [1])
        }
    }

    @Test(arguments: StoreEngine.Kind.tested)
    func `a lock in governance and a hold can be lifted by those who may`(kind: StoreEngine.Kind) async throws {
        try await Bucket.with(kind, lock: true) { bucket in
            let (store, name) = (bucket.store, try key("held"))
            let retention = ObjectRetention(mode: .governance, until: try await bucket.time().addingTimeInterval(600))
            let version = try await store.put(.bytes([1]), at: name, PutOptions(retention: retention)).version
            #expect(await failure { try await store.delete(name, version: version) }?.code == .locked)
            try await store.delete(name, version: version, bypassingGovernance: true)
            #expect(try await store.describe(name, version: version) == nil)

            let held = try await store.put(.bytes([2]), at: name, PutOptions()).version
            #expect(try await store.retention(of: name, version: held) == nil)
            try await store.setLegalHold(true, of: name, version: held)
            #expect(try await store.describe(name, version: held)?.hasLegalHold == true)
            #expect(await failure { try await store.delete(name, version: held) }?.code == .locked)
            try await store.setLegalHold(false, of: name, version: held)
            try await store.delete(name, version: held)
        }
    }

    @Test(arguments: StoreEngine.Kind.tested)
    func `a version can be locked afterwards, in whatever way it was put`(kind: StoreEngine.Kind) async throws {
        try await Bucket.with(kind, lock: true) { bucket in
            let store = bucket.store
            let until = Date(timeIntervalSince1970: (try await bucket.time().timeIntervalSince1970 + 600).rounded())
            let retention = ObjectRetention(mode: .compliance, until: until)
            for (name, count) in [("whole", 10), ("parts", 6 << 20)] {
                let name = try key(name)
                let version = try await store.put(.bytes(noise(count)), at: name, PutOptions(partBytes: 5 << 20))
                    .version
                try await store.setRetention(retention, of: name, version: version)
                #expect(try await store.retention(of: name, version: version) == retention)
                #expect(await failure { try await store.delete(name, version: version) }?.code == .locked)
            }
        }
    }
}
