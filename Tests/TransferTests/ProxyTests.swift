import Foundation
import TestSupport
import Testing

@testable import Transfer

@Suite(.timeLimit(.minutes(20))) struct ProxyTests {
    @Test func `the environment's proxy is used, and not for the hosts that it excepts`() async throws {
        // In a process of its own, which shares its environment with no other test.
        await #expect(processExitsWith: .success) {
            try await withServer { peer in
                while let head = peer.readHead() {
                    let line = head.prefix { $0 != "\r\n" }
                    peer.write("HTTP/1.1 200 OK\r\nContent-Length: \(line.utf8.count)\r\n\r\n\(line)")
                }
            } _: { engine, server in
                setenv("http_proxy", "http://127.0.0.1:\(server.port)", 1)
                setenv("no_proxy", "127.0.0.1", 1)
                let far = try #require(URL(string: "http://gateway.invalid/a?b=%2F"))
                let proxied = try await engine.perform(HTTPRequest(.get, far))
                #expect(String(decoding: proxied.body, as: UTF8.self) == "GET http://gateway.invalid/a?b=%2F HTTP/1.1")
                var near = HTTPRequest(.get, far)
                near.usesProxies = false
                #expect(await failure { _ = try await engine.perform(near) }?.code == .unresolved)
                let direct = try await engine.perform(HTTPRequest(.get, server.url("/a")))
                #expect(String(decoding: direct.body, as: UTF8.self) == "GET /a HTTP/1.1")
            }
        }
    }
}
