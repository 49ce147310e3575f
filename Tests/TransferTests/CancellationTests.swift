import Foundation
import TestSupport
import Testing

@testable import Transfer

@Suite(.timeLimit(.minutes(20))) struct CancellationTests {
    /// Sends nothing to `/silent`; to everything else, an endless body.
    private static func serve(_ peer: Peer) {
        while let head = peer.readHead() {
            if head.hasPrefix("GET /silent ") { return peer.waitForEnd() }
            if head.hasPrefix("GET /short ") {
                peer.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n12345")
                continue
            }
            peer.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n")
            let block = [UInt8](repeating: 120, count: 64 << 10)
            while peer.write(block) {}
        }
    }

    /// Begins a download, waits until `stage` is reached, cancels, and checks how it ends.
    private func cancel(
        _ path: String,
        _ basket: Basket,
        engine: TransferEngine,
        server: RawServer,
        at stage: () async -> Void
    ) async {
        let task = Task {
            let error = await failure { _ = try await engine.download(DownloadRequest(server.url(path)), into: basket) }
            basket.close()
            return error
        }
        await stage()
        task.cancel()
        // The server never ends, so nothing else would end it but a stall, which has another code.
        let error = await task.value
        #expect(error?.code == .cancelled)
        // Whatever the engine still did for it would be visible by now.
        let answer = try? await engine.perform(HTTPRequest(.get, server.url("/short")))
        basket.resume()
        #expect(answer?.status == 200 && basket.callsAfterClosing == 0)
    }

    @Test func `a task that is cancelled already asks for nothing`() async throws {
        try await withServer(answer: Self.serve) { engine, server in
            let gate = AsyncStream<Void>.makeStream()
            let task = Task {
                for await _ in gate.stream {}
                #expect(Task.isCancelled)
                return await failure {
                    _ = try await engine.download(DownloadRequest(server.url("/endless")), into: Basket())
                }
            }
            task.cancel()
            #expect(await task.value?.code == .cancelled)
            #expect(server.connectionCount == 0)
        }
    }

    @Test func `a download ends at once while the server is silent`() async throws {
        try await withServer(answer: Self.serve) { engine, server in
            await cancel("/silent", Basket(), engine: engine, server: server) {
                while server.connectionCount == 0 { await Task.yield() }
            }
        }
    }

    @Test func `a download ends at once in the middle of its body`() async throws {
        try await withServer(answer: Self.serve) { engine, server in
            let basket = Basket()
            await cancel("/endless", basket, engine: engine, server: server) { await basket.reached(.received) }
        }
    }

    @Test func `a download ends at once while it is paused, at its head or within its body`() async throws {
        try await withServer(answer: Self.serve) { engine, server in
            for basket in [Basket(begin: { _ in .pause }), Basket(receive: { _ in .pause })] {
                await cancel("/endless", basket, engine: engine, server: server) { await basket.reached(.paused) }
            }
        }
    }

    @Test func `a download ends at once while it waits for its turn, and the next one has it`() async throws {
        try await withServer(connectionsPerHost: 1, answer: Self.serve) { engine, server in
            let first = Basket(begin: { _ in .pause })
            async let firstHead = engine.download(DownloadRequest(server.url("/short")), into: first)
            await first.reached(.paused)
            let second = Basket()
            await cancel("/short", second, engine: engine, server: server) {
                // An answer to a later call shows that the download has been queued.
                _ = try? await engine.perform(HTTPRequest(.get, server.url("/short")))
            }
            let third = Basket()
            async let thirdHead = engine.download(DownloadRequest(server.url("/short")), into: third)
            first.resume()
            let heads = try await [firstHead, thirdHead]
            #expect(heads.map(\.status) == [200, 200])
            #expect(second.heads.isEmpty && third.text == "12345")
        }
    }

    @Test func `a call ends at once`() async throws {
        try await withServer(answer: Self.serve) { engine, server in
            let task = Task {
                await failure { _ = try await engine.perform(HTTPRequest(.get, server.url("/silent"))) }
            }
            while server.connectionCount == 0 { await Task.yield() }
            task.cancel()
            #expect(await task.value?.code == .cancelled)
        }
    }

    @Test func `shutting down ends everything, and nothing begins after it`() async throws {
        let server = try RawServer(answer: Self.serve)
        defer { server.stop() }
        let engine = try TransferEngine(.init(userAgent: "callark-tests", maximumConnectionsPerHost: 2))
        let baskets = [Basket(), Basket(begin: { _ in .pause }), Basket(), Basket()]
        await withTaskGroup(of: TransferError?.self) { group in
            for basket in baskets {
                group.addTask {
                    let url = server.url("/endless")
                    let error = await failure { _ = try await engine.download(DownloadRequest(url), into: basket) }
                    basket.close()
                    return error
                }
            }
            group.addTask { await failure { _ = try await engine.perform(HTTPRequest(.get, server.url("/silent"))) } }
            while server.connectionCount < 3 { await Task.yield() }
            await engine.shutDown()
            for await error in group { #expect(error?.code == .cancelled) }
        }
        baskets.forEach { $0.resume() }
        await engine.shutDown()
        let late = await failure { _ = try await engine.perform(HTTPRequest(.get, server.url("/short"))) }
        #expect(late?.code == .cancelled && baskets.allSatisfy { $0.callsAfterClosing == 0 })
    }

    @Test(.timeLimit(.minutes(20)))
    func `an engine without references ends its connections`() async throws {
        let isOver = AsyncStream<Void>.makeStream()
        let server = try RawServer { peer in
            while peer.readHead() != nil { peer.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}") }
            isOver.continuation.finish()
        }
        defer { server.stop() }
        do {
            let engine = try TransferEngine(.init(userAgent: "callark-tests", maximumConnectionsPerHost: 2))
            _ = try await engine.perform(HTTPRequest(.get, server.url()))
        }
        for await _ in isOver.stream {}
    }

    @Test func `sixty-four tasks that are cancelled at any moment leave the engine sound`() async throws {
        try await withServer(connectionsPerHost: 24) { peer in
            while peer.readHead() != nil {
                peer.write("HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n")
                for _ in 0..<30 where !peer.write([UInt8](repeating: 1, count: 10_000)) { return }
            }
        } _: { engine, server in
            let ends = await withTaskGroup(of: [TransferError.Code?].self) { group in
                for number in 0..<64 {
                    group.addTask {
                        var ends: [TransferError.Code?] = []
                        // The last ones are beyond the end of the body.
                        for round in 0..<8 {
                            let chunk = (8 * round + 3 * number) % 40
                            ends.append(await attempt(engine, server.url("/\(number)"), cancelledAt: chunk))
                        }
                        return ends
                    }
                }
                return await group.reduce(into: []) { $0 += $1 }
            }
            #expect(ends.count == 512 && Set(ends).isSubset(of: [nil, .cancelled]))
            let basket = Basket()
            _ = try await engine.download(DownloadRequest(server.url()), into: basket)
            #expect(basket.bytes.count == 300_000)
        }
    }

    /// One download that pauses now and then, cancelled when that chunk arrives, or before it begins, or too late.
    /// - Returns: why it failed.
    private func attempt(_ engine: TransferEngine, _ url: URL, cancelledAt chunk: Int) async -> TransferError.Code? {
        let (moment, arrival) = AsyncStream<Void>.makeStream()
        if chunk == 0 { arrival.finish() }
        let basket = Basket(receive: { state in
            if state.chunks >= chunk { arrival.finish() }
            return (state.chunks + chunk) % 9 == 0 ? .pause : .proceed
        })
        async let resuming: Void = basket.keepResuming()
        let task = Task {
            let error = await failure { _ = try await engine.download(DownloadRequest(url), into: basket) }
            basket.close()
            arrival.finish()
            return error?.code
        }
        for await _ in moment {}
        task.cancel()
        let code = await task.value
        await resuming
        #expect(basket.callsAfterClosing == 0)
        #expect(code != nil || basket.bytes.count == 300_000)
        return code
    }
}
