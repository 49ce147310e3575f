import Foundation
import Recordings
import TestSupport
import Testing
import Transfer

@testable import ObjectStore

/// A real store behind a network that misbehaves.
@Suite(
    .timeLimit(.minutes(20)),
    .needs("a real store (make test-vault)", StoreEngine.Kind.tested.allSatisfy(\.isInstalled))
)
struct ChaosTests {
    private static let patience = StorePatience(
        request: .seconds(3),
        stall: .seconds(2),
        answer: .seconds(10)
    )

    private func withProxy(
        _ kind: StoreEngine.Kind,
        _ body: (Bucket, ChaosProxy) async throws -> Void
    ) async throws {
        let proxy = try await ChaosProxy(to: try await StoreEngine.shared(kind).port)
        try await Bucket.with(kind, lock: true, behind: { _ in proxy.endpoint }, patience: Self.patience) { bucket in
            try await body(bucket, proxy)
        }
    }

    @Test(arguments: StoreEngine.Kind.tested, [1000, 20 << 20])
    func `a put whose answer was lost is not put a second time`(kind: StoreEngine.Kind, size: Int) async throws {
        try await withProxy(kind) { bucket, proxy in
            let (store, name) = (bucket.store, try key("once"))
            let body = ObjectBody.bytes(noise(size))
            try await proxy.set("drop_answer times=1")
            let outcome = try await store.put(body, at: name, PutOptions(partBytes: 64 << 20))
            let versions = try await store.versions(of: name)
            #expect(versions.count == 1 && versions.first?.version == outcome.version)
            #expect(try await store.digest(of: name, version: outcome.version).0 == body.digest)
        }
    }

    @Test(arguments: StoreEngine.Kind.tested)
    func `whatever answer is lost while parts are sent, the object is there once`(kind: StoreEngine.Kind) async throws {
        try await withProxy(kind) { bucket, proxy in
            let body = ObjectBody.bytes(noise(11 << 20))
            // Each connection of the upload in turn loses its answer.
            for place in 0..<7 {
                let name = try key("parts-\(place)")
                try await proxy.set("drop_answer skip=\(place) times=1")
                let outcome = try await bucket.store.put(
                    body,
                    at: name,
                    PutOptions(partBytes: 5 << 20, parallelParts: 1)
                )
                try await proxy.set("")
                #expect(try await bucket.store.versions(of: name).map(\.version) == [outcome.version])
                #expect(try await bucket.store.digest(of: name, version: outcome.version).0 == body.digest)
            }
        }
    }

    @Test(
        arguments: StoreEngine.Kind.tested,
        ["refuse", "cut_up=100", "cut_up=300000", "stall_up=300000", "cut_down=10", "flip_up=500000", "stall_down=0"]
    )
    func `a put survives a fault on its way`(kind: StoreEngine.Kind, fault: String) async throws {
        try await withProxy(kind) { bucket, proxy in
            let (store, name) = (bucket.store, try key("a"))
            let body = ObjectBody.bytes(noise(900_000))
            try await proxy.set("\(fault) times=1")
            let outcome = try await store.put(body, at: name, PutOptions())
            try await proxy.set("")
            #expect(try await proxy.counts().faulted == 1)
            #expect(try await store.digest(of: name, version: outcome.version).0 == body.digest)
        }
    }

    @Test(
        arguments: StoreEngine.Kind.tested,
        ["refuse", "cut_down=10", "cut_down=400000", "end_down=400000", "stall_down=400000"]
    )
    func `reading goes on after a fault, with the next byte`(kind: StoreEngine.Kind, fault: String) async throws {
        try await withProxy(kind) { bucket, proxy in
            let (store, name) = (bucket.store, try key("a"))
            let body = ObjectBody.bytes(noise(3_000_000))
            _ = try await store.put(body, at: name, PutOptions())
            try await proxy.set("\(fault) times=2")
            let (digest, count) = try await store.digest(of: name, version: nil)
            #expect(digest == body.digest && count == body.byteCount)
            #expect(try await proxy.counts().faulted == 2)
        }
    }

    @Test(arguments: StoreEngine.Kind.tested)
    func `a store that is away for good is unreachable`(kind: StoreEngine.Kind) async throws {
        try await withProxy(kind) { bucket, proxy in
            try await proxy.set("refuse")
            let error = await failure { _ = try await bucket.store.put(.bytes([1]), at: try key("a"), PutOptions()) }
            #expect(error?.code == .unreachable && error?.isTransient == true)
            #expect(error?.message.contains("Signature") == false)
        }
    }
}
