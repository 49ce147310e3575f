import Foundation
import Simulator
import Testing

@testable import Service
@testable import Wiring

/// What many and slow clients can take from the service: each bound of `ServiceLimits`, with the others as they are.
@Suite struct `A bound` {
    private static let request = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"

    private func answer(of connection: Connection) async throws -> Int? {
        Reply(try await connection.receive())?.status
    }

    @Test func `on connections has further ones wait, and answers them when others end`() async throws {
        var limits = ServiceLimits()
        limits.connections = 3
        try await Office.with(isArchived: false, limits: limits) { office in
            var open: [Connection] = []
            for _ in 0..<limits.connections {
                let connection = try Connection(port: office.port)
                await connection.send(Array(Self.request.utf8))
                #expect(try await answer(of: connection) == 200)
                open.append(connection)
            }
            let more = try (0..<3).map { _ in try Connection(port: office.port) }
            for connection in more { await connection.send(Array(Self.request.utf8)) }
            // The first ones are still served, and their further requests too.
            let before = office.requests.all.count
            for connection in open {
                await connection.send(Array(Self.request.utf8))
                #expect(try await answer(of: connection) == 200)
            }
            #expect(office.requests.all.count == before + open.count)
            open.removeAll()
            for connection in more { #expect(try await answer(of: connection) == 200) }
        }
    }

    @Test func `on streams has further ones wait, while other requests are answered`() async throws {
        var (mix, limits) = (CallMix(), ServiceLimits())
        mix.firstRecordingBytes = 30_000_000
        limits.streams = 2
        try await Office.with(mix: mix, limits: limits) { office in
            let key = try await office.key(.reviewer)
            let held = try await Held(office, key: key, atLeast: 20_000_000)
            let request = "GET \(held.path) HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(key)\r\n\r\n"
            // Two that take nothing hold both streams.
            var idle: [Connection] = []
            for _ in 0..<limits.streams {
                let connection = try Connection(port: office.port)
                await connection.send(Array(request.utf8))
                #expect(try await answer(of: connection) == 200)
                idle.append(connection)
            }
            let third = try Connection(port: office.port)
            await third.send(Array(request.utf8))
            // It gets the head, and no byte of the body: the same as what is there after other requests were answered.
            let head = try await third.receive()
            for _ in 0..<20 { #expect(try await office.ask("/api/v1/me", key: key).status == 200) }
            #expect(Reply(head)?.body.isEmpty == true)
            idle.removeAll()
            let rest = try await third.receive()
            #expect(!rest.isEmpty)
        }
    }

    @Test func `on slowness ends an answer of which nothing is read, and frees its stream`() async throws {
        var (mix, limits) = (CallMix(), ServiceLimits())
        mix.firstRecordingBytes = 30_000_000
        limits.streams = 1
        limits.stall = .milliseconds(300)
        try await Office.with(mix: mix, limits: limits) { office in
            let key = try await office.key(.reviewer)
            let held = try await Held(office, key: key, atLeast: 20_000_000)
            let stalled = try Connection(port: office.port)
            let request = "GET \(held.path) HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(key)\r\n\r\n"
            await stalled.send(Array(request.utf8))
            let whole = try await office.ask(held.path, key: key)
            #expect(whole.isWhole && whole.body == held.bytes)
            #expect(office.requests.all.contains { $0.isCutShort })
        }
    }
}
