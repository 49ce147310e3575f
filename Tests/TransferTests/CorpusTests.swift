import Crypto
import FlyingFox
import FlyingSocks
import Foundation
import TestSupport
import Testing

@testable import Transfer

@Suite(.timeLimit(.minutes(20))) struct CorpusTests {
    @Test func `two hundred recordings arrive whole, sixteen at a time`() async throws {
        // Noise, so that a lost, doubled or exchanged stretch shows; from nothing to a megabyte, so that every buffer
        // boundary is crossed somewhere.
        let noise = (0..<131_072).reduce(into: Data(capacity: 1 << 20)) { data, _ in
            withUnsafeBytes(of: UInt64.random(in: 0...UInt64.max)) { data.append(contentsOf: $0) }
        }
        let corpus = (0..<200).map { noise[$0..<($0 + $0 * $0 * 26)] }
        let server = HTTPServer(address: try .inet(ip4: "127.0.0.1", port: 0), logger: .disabled)
        await server.appendRoute("GET /media/:number") { (number: Int) in
            FlyingFox.HTTPResponse(statusCode: .ok, body: corpus[number])
        }
        async let running: Void = server.run()
        try await server.waitUntilListening(timeout: 120)
        guard case .ip4(_, let port) = await server.listeningAddress else { throw RawServer.Failure() }

        try await withEngine { engine in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (number, expected) in corpus.enumerated() {
                    if number >= 16 { try await group.next() }
                    group.addTask {
                        let basket = Basket()
                        let url = try #require(URL(string: "http://127.0.0.1:\(port)/media/\(number)"))
                        let head = try await engine.download(DownloadRequest(url), into: basket)
                        #expect(head.status == 200 && head.contentLength == Int64(expected.count))
                        #expect(SHA256.hash(data: basket.bytes) == SHA256.hash(data: expected))
                    }
                }
                try await group.waitForAll()
            }
        }
        await server.stop()
        try? await running
    }
}
