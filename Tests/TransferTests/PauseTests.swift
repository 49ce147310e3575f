import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Transfer

@Suite(.timeLimit(.minutes(20))) struct PauseTests {
    /// Bytes in which no stretch repeats soon, so that a lost or doubled one shows.
    private static let body = (0..<700_000).flatMap { number in
        withUnsafeBytes(of: UInt32(number).bigEndian) { Array($0) }
    }

    private static func serveBody(_ peer: Peer) {
        while peer.readHead() != nil {
            peer.write("HTTP/1.1 200 OK\r\nContent-Length: \(body.count)\r\n\r\n")
            peer.write(body)
        }
    }

    @Test func `a sink that pauses at the head is given no byte until it resumes`() async throws {
        try await withServer(answer: Self.serveBody) { engine, server in
            let basket = Basket(begin: { _ in .pause })
            async let head = engine.download(DownloadRequest(server.url()), into: basket)
            await basket.reached(.paused)
            // Another answer on the same thread shows that the engine had time to make the mistake.
            _ = try await engine.perform(HTTPRequest(.get, server.url()))
            #expect(basket.chunks == 0)
            basket.resume()
            #expect(try await head.status == 200)
            #expect(Array(basket.bytes) == Self.body)
        }
    }

    @Test func `a sink that pauses at every other chunk misses nothing and gets nothing twice`() async throws {
        try await withServer(answer: Self.serveBody) { engine, server in
            let basket = Basket(receive: { $0.chunks.isMultiple(of: 2) ? .pause : .proceed })
            async let resuming: Void = basket.keepResuming()
            _ = try await engine.download(DownloadRequest(server.url()), into: basket)
            basket.close()
            await resuming
            #expect(Array(basket.bytes) == Self.body)
        }
    }

    @Test func `chunks survive pauses too`() async throws {
        try await withServer { peer in
            _ = peer.readHead()
            peer.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            for start in stride(from: 0, to: Self.body.count, by: 10_007) {
                let chunk = Self.body[start..<min(start + 10_007, Self.body.count)]
                peer.write("\(String(chunk.count, radix: 16))\r\n")
                peer.write(Array(chunk))
                peer.write("\r\n")
            }
            peer.write("0\r\n\r\n")
        } _: { engine, server in
            let basket = Basket(receive: { $0.chunks % 5 == 3 ? .pause : .proceed })
            async let resuming: Void = basket.keepResuming()
            _ = try await engine.download(DownloadRequest(server.url()), into: basket)
            basket.close()
            await resuming
            #expect(Array(basket.bytes) == Self.body)
        }
    }

    @Test func `a pause longer than the stall timeout is not a stall, and silence after it is`() async throws {
        try await withServer { peer in
            _ = peer.readHead()
            peer.write("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n123")
            peer.waitForEnd()
        } _: { engine, server in
            try await withPatience { stall in
                let basket = Basket(receive: { $0.chunks == 1 ? .pause : .proceed })
                async let ended = failure {
                    defer { basket.close() }
                    _ = try await engine.download(DownloadRequest(server.url(), stallTimeout: stall), into: basket)
                }
                await basket.reached(.paused)
                guard basket.chunks == 1 else { return false }
                let begin = ContinuousClock.now
                // A second download that does stall shows that the pause lasted long enough.
                let other = await failure {
                    _ = try await engine.download(
                        DownloadRequest(server.url(), stallTimeout: stall * 2),
                        into: Basket()
                    )
                }
                #expect(other?.code == .stalled && basket.bytes.isEmpty)
                basket.resume()
                #expect(await ended?.code == .stalled)
                #expect(basket.text == "123" && ContinuousClock.now - begin >= stall * 3)
                return true
            }
        }
    }

    @Test func `resuming at the wrong times, from many threads, does no harm`() async throws {
        try await withServer(answer: Self.serveBody) { engine, server in
            let basket = Basket(receive: { $0.chunks.isMultiple(of: 7) ? .pause : .proceed })
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        while !Task.isCancelled {
                            basket.resume()
                            await Task.yield()
                        }
                    }
                }
                _ = try await engine.download(DownloadRequest(server.url()), into: basket)
                group.cancelAll()
            }
            basket.resume()
            #expect(Array(basket.bytes) == Self.body)
            #expect(try await engine.perform(HTTPRequest(.get, server.url())).status == 200)
        }
    }

    @Test func `a sink that refuses after a pause ends the download`() async throws {
        try await withServer(answer: Self.serveBody) { engine, server in
            let basket = Basket(receive: { $0.chunks == 1 ? .pause : .refuse })
            async let ended = failure { _ = try await engine.download(DownloadRequest(server.url()), into: basket) }
            await basket.reached(.paused)
            basket.resume()
            #expect(await ended?.code == .unwanted)
        }
    }
}
