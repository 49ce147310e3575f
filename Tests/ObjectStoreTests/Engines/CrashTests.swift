import Foundation
import Recordings
import TestSupport
import Testing

@testable import ObjectStore

/// A store that is killed while something is put, and started again: each with a store of its own.
@Suite(
    .serialized,
    .timeLimit(.minutes(20)),
    .needs("a real store (make test-vault)", StoreEngine.Kind.tested.allSatisfy(\.isInstalled))
)
struct CrashTests {
    @Test(arguments: StoreEngine.Kind.tested)
    func `a store that is killed in the middle has the object once, whole, after the next put`(
        kind: StoreEngine.Kind
    ) async throws {
        let folder = try TemporaryFolder()
        let path = try folder.put("archive.tar", noise(13 << 20))
        let body = try await ObjectBody.hashing(path: path)
        let engine = try await StoreEngine(kind)
        let proxy = try await ChaosProxy(to: engine.port)
        let patience = StorePatience(request: .seconds(20), stall: .seconds(5), answer: .seconds(20))
        try await Bucket.with(engine, lock: true, behind: { _ in proxy.endpoint }, patience: patience) { bucket in
            let (store, name) = (bucket.store, try key("a"))
            let options = PutOptions(partBytes: 5 << 20, parallelParts: 1, resumeFile: folder.path + "/upload")
            let small = try await store.put(.bytes([1, 2, 3]), at: try key("before"), PutOptions())
            let before = try await proxy.counts()
            let put = Task { try await store.put(body, at: name, options) }
            while try await proxy.counts().up - before.up < 7 << 20 { try await Task.sleep(for: .milliseconds(5)) }
            try await engine.kill()
            let error = await failure { _ = try await put.value }
            #expect(error?.code == .unreachable)
            #expect(await failure { _ = try await store.list(below: "") }?.code == .unreachable)
            try await engine.start()
            let outcome = try await store.put(body, at: name, options)
            #expect(try await store.versions(of: name).map(\.version) == [outcome.version])
            #expect(try await store.digest(of: name, version: outcome.version).0 == body.digest)
            #expect(try await store.read(try key("before"), version: small.version, range: 0..<9) == [1, 2, 3])
        }
    }
}
