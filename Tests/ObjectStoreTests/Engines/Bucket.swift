import Foundation
import Recordings
import TestSupport
import Testing
import Transfer

@testable import ObjectStore

/// A bucket of a real store, for one test.
struct Bucket {
    let engine: StoreEngine
    let name: String
    let transfer: TransferEngine
    let store: ObjectStore

    /// Runs `body` with a bucket of its own.
    /// - Parameters:
    ///   - endpoint: something in front of the store.
    static func with(
        _ kind: StoreEngine.Kind,
        lock: Bool = false,
        prefix: String = "",
        behind endpoint: ((StoreEngine) async throws -> String)? = nil,
        patience: StorePatience = StorePatience(),
        _ body: (Bucket) async throws -> Void
    ) async throws {
        let engine = try await StoreEngine.shared(kind)
        try await with(engine, lock: lock, prefix: prefix, behind: endpoint, patience: patience, body)
    }

    /// The same with a store that the test may kill.
    static func with(
        _ engine: StoreEngine,
        lock: Bool = false,
        prefix: String = "",
        behind endpoint: ((StoreEngine) async throws -> String)? = nil,
        patience: StorePatience = StorePatience(),
        _ body: (Bucket) async throws -> Void
    ) async throws {
        let name = try await engine.makeBucket(lock: lock)
        let transfer = try TransferEngine(.init(userAgent: "callark-tests", maximumConnectionsPerHost: 16))
        let address = if let endpoint { try await endpoint(engine) } else { engine.endpoint }
        let store = try ObjectStore(
            at: ObjectStoreLocation(
                endpoint: address,
                region: engine.region,
                bucket: name,
                prefix: prefix,
                pathStyle: true
            ),
            credentials: StaticCredentials(
                ObjectCredentials(accessKeyID: engine.accessKeyID, secretAccessKey: engine.secretAccessKey)
            ),
            engine: transfer,
            retry: RetryPolicy(attempts: 5, baseDelay: .milliseconds(20)),
            patience: patience
        )
        do {
            try await body(Bucket(engine: engine, name: name, transfer: transfer, store: store))
            await transfer.shutDown()
        } catch {
            await transfer.shutDown()
            throw error
        }
    }

    /// The store's own time: the tests may run on another day.
    func time() async throws -> Date {
        let url = try #require(URL(string: engine.endpoint))
        return try #require(try await transfer.perform(HTTPRequest(.get, url)).headers.date)
    }
}

/// Bytes in which no stretch repeats soon.
func noise(_ count: Int) -> [UInt8] {
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    return (0..<count).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return UInt8(truncatingIfNeeded: state >> 33)
    }
}

func key(_ text: String) throws -> ObjectKey { try #require(ObjectKey(text)) }

/// The error that `body` ends with.
func failure(_ body: () async throws -> Void) async -> ObjectStoreError? {
    do {
        try await body()
        return nil
    } catch {
        return error as? ObjectStoreError
    }
}
