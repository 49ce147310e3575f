import Files
import Foundation
import ObjectStore
import Recordings
import Synchronization
import Testing
import VaultSupport

@testable import Vault

@Suite struct ObjectSourceTests {
    private let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 9) }

    private func source(_ store: MemoryStore, saying count: Int? = nil) async throws -> ObjectSource {
        let key = try unwrap(ObjectKey("archives/a.tar"))
        let version = try await store.put(.bytes(bytes), at: key, PutOptions()).version
        return ObjectSource(store, key, version: version, byteCount: Int64(count ?? bytes.count), in: "memory")
    }

    /// Reads a range in pieces, on a thread that may block.
    private func read(_ source: ObjectSource, _ range: Range<Int>, pieces: Int) async throws -> [UInt8] {
        try await BlockingWork.run { _ throws(ArchiveError) in
            var found: [UInt8] = []
            var position = range.lowerBound
            while position < range.upperBound {
                let count = min(pieces, range.upperBound - position)
                var piece = [UInt8](repeating: 0, count: count)
                var done = 0
                var failure: ArchiveError?
                piece.withUnsafeMutableBytes { buffer in
                    do throws(ArchiveError) {
                        done = try source.read(into: buffer, at: Int64(position))
                    } catch {
                        failure = error
                    }
                }
                if let failure { throw failure }
                found += piece.prefix(done)
                if done < count { break }
                position += count
            }
            return found
        }
    }

    @Test(arguments: [0..<1, 511..<1_025, 0..<3_000_000, 2_999_999..<3_000_000])
    func `any range gives its bytes`(_ range: Range<Int>) async throws {
        let source = try await source(MemoryStore())
        #expect(try await read(source, range, pieces: 70_000) == Array(bytes[range]))
    }

    @Test func `a recording that is announced takes one request, and not a byte more`() async throws {
        let source = try await source(MemoryStore())
        source.expect(.soon(100_000..<2_100_000))
        #expect(try await read(source, 100_000..<2_100_000, pieces: 256 << 10) == Array(bytes[100_000..<2_100_000]))
        #expect(source.cost == VaultCost(requests: 1, byteCount: 2_000_000))
    }

    @Test func `what is read from the beginning to the end takes few requests`() async throws {
        let source = try await source(MemoryStore())
        #expect(try await read(source, 0..<3_000_000, pieces: 64 << 10) == bytes)
        #expect(source.cost.requests == 4)
        #expect(source.cost.byteCount == 3_000_000)
    }

    @Test func `headers here and there take little`() async throws {
        let source = try await source(MemoryStore())
        source.expect(.scattered)
        for place in [0, 1_000_000, 2_000_000] {
            #expect(try await read(source, place..<(place + 512), pieces: 512) == Array(bytes[place..<(place + 512)]))
        }
        #expect(source.cost == VaultCost(requests: 3, byteCount: 3 * 16 << 10))
    }

    @Test func `beyond its end there is nothing`() async throws {
        let source = try await source(MemoryStore())
        #expect(try await read(source, 2_999_990..<3_000_010, pieces: 20) == Array(bytes[2_999_990...]))
        #expect(try await read(source, 3_000_000..<3_000_010, pieces: 10) == [])
    }

    @Test(arguments: [
        (ObjectStoreError.Code.unreachable, ArchiveError.Code.unreachable), (.credentials, .unauthorized),
        (.notFound, .missing), (.damaged, .unreachable),
    ])
    func `what the store says becomes an error of reading`(
        _ code: ObjectStoreError.Code,
        _ expected: ArchiveError.Code
    ) async throws {
        let store = MemoryStore()
        let source = try await source(store)
        store.failAll(with: ObjectStoreError(code, "the store says so"))
        let error = await #expect(throws: ArchiveError.self) { try await read(source, 0..<10, pieces: 10) }
        #expect(error?.code == expected)
        #expect(error?.path == "memory/archives/a.tar")
    }

    /// A request that has no end until it is cancelled.
    @Test(.timeLimit(.minutes(20))) func `a read that nobody waits for any more ends its request`() async throws {
        let asked = Mutex(false)
        let reading = Task {
            try await BlockingWork.run { _ throws(ObjectStoreError) -> Int in
                try Blocking.wait { () async throws(ObjectStoreError) -> Int in
                    asked.withLock { $0 = true }
                    while !Task.isCancelled { await Task.yield() }
                    throw ObjectStoreError(.cancelled, "cancelled")
                }
            }
        }
        while !asked.withLock(\.self) { await Task.yield() }
        reading.cancel()
        let error = await #expect(throws: ObjectStoreError.self) { try await reading.value }
        #expect(error?.code == .cancelled)
    }

    @Test func `an object that is shorter than it should be is damaged`() async throws {
        let source = try await source(MemoryStore(), saying: 3_000_100)
        let error = await #expect(throws: ArchiveError.self) {
            try await read(source, 2_999_990..<3_000_100, pieces: 110)
        }
        #expect(error?.code == .damaged)
    }
}
