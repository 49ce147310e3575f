import Foundation
import TestSupport
import Testing

@testable import Transfer

@Suite(.timeLimit(.minutes(20))) struct CallTests {
    /// Answers with the request's head and its body, if it has one.
    private static func echo(_ peer: Peer) {
        while let head = peer.readHead() {
            let length = head.lowercased().firstMatch(of: /content-length: (\d+)/).flatMap { Int($0.1) } ?? 0
            guard let body = peer.read(length) else { return }
            let answer = "\(head)\r\n\r\n\(String(decoding: body, as: UTF8.self))"
            peer.write("HTTP/1.1 200 OK\r\nTrackingID: t\r\nContent-Length: \(answer.utf8.count)\r\n\r\n\(answer)")
        }
    }

    private func text(_ answer: HTTPResponse) -> String { String(decoding: answer.body, as: UTF8.self) }

    @Test func `a body and its fields arrive as they are, and nothing is added that matters`() async throws {
        try await withServer(answer: Self.echo) { engine, server in
            let body = Data((0..<100_000).map { UInt8(97 + $0 % 26) })
            let request = HTTPRequest(
                .post,
                server.url("/captures/query?orgId=1"),
                headers: ["Content-Type": "application/json", "Authorization": "Bearer x", "X-Empty": ""],
                body: body
            )
            let answer = try await engine.perform(request)
            let parts = text(answer).components(separatedBy: "\r\n\r\n")
            let lines = parts[0].components(separatedBy: "\r\n")
            #expect(answer.status == 200 && answer.headers["trackingid"] == "t")
            #expect(lines[0] == "POST /captures/query?orgId=1 HTTP/1.1")
            #expect(
                Set(lines.dropFirst()) == [
                    "Host: 127.0.0.1:\(server.port)", "User-Agent: callark-tests", "Accept: */*",
                    "Content-Type: application/json", "Authorization: Bearer x", "X-Empty:", "Content-Length: 100000",
                ]
            )
            #expect(Data(parts[1].utf8) == body)
        }
    }

    @Test(arguments: HTTPRequest.Method.all)
    func `every method is sent as it is called, with or without a body`(method: HTTPRequest.Method) async throws {
        try await withServer(answer: Self.echo) { engine, server in
            for body in [nil, Data(), Data("{}".utf8)] {
                let answer = try await engine.perform(HTTPRequest(method, server.url("/a"), body: body))
                #expect(text(answer).hasPrefix("\(method.rawValue) /a HTTP/1.1\r\n"))
                #expect(
                    text(answer).hasSuffix(body.map { "\r\n\r\n" + String(decoding: $0, as: UTF8.self) } ?? "\r\n\r\n")
                )
                #expect(!text(answer).contains("Content-Type"))
            }
        }
    }

    @Test(arguments: [400, 401, 404, 429, 500, 503])
    func `an error's status is an answer`(status: Int) async throws {
        try await withServer { peer in
            _ = peer.readHead()
            peer.write("HTTP/1.1 \(status) No\r\nRetry-After: 3\r\nContent-Length: 2\r\n\r\n{}")
        } _: { engine, server in
            let answer = try await engine.perform(HTTPRequest(.get, server.url()))
            #expect(answer.status == status && answer.headers.retryAfter(now: .now) == .seconds(3))
        }
    }

    @Test func `compression is used if it is asked for, and only there`() async throws {
        let long = Data(String(repeating: "{}", count: 50_000).utf8)
        let zipped = try await Tool.finish("gzip", ["-c"], input: long).output
        try await withServer { peer in
            while let head = peer.readHead() {
                let isAsked = head.contains("Accept-Encoding: gzip")
                peer.write("HTTP/1.1 200 OK\r\n\(isAsked ? "Content-Encoding: gzip\r\n" : "")")
                let body = isAsked ? Array(zipped) : Array("plain".utf8)
                peer.write("Content-Length: \(body.count)\r\n\r\n")
                peer.write(body)
            }
        } _: { engine, server in
            let headers: HTTPHeaders = ["Accept-Encoding": "gzip"]
            let unzipped = try await engine.perform(HTTPRequest(.get, server.url(), headers: headers))
            #expect(text(unzipped) == String(repeating: "{}", count: 50_000))
            let plain = try await engine.perform(HTTPRequest(.get, server.url()))
            #expect(text(plain) == "plain")
            // A small answer that decompresses to a large one is limited by its decompressed size.
            let bomb = HTTPRequest(.get, server.url(), headers: headers, maximumResponseBytes: 99_999)
            #expect(await failure { _ = try await engine.perform(bomb) }?.code == .tooLong)
        }
    }

    @Test(arguments: ["Content-Length: 11\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\nb\r\n"])
    func `an answer longer than allowed is an error`(framing: String) async throws {
        try await withServer { peer in
            _ = peer.readHead()
            peer.write("HTTP/1.1 200 OK\r\n\(framing)12345678901")
            peer.waitForEnd()
        } _: { engine, server in
            let error = await failure {
                _ = try await engine.perform(HTTPRequest(.get, server.url(), maximumResponseBytes: 10))
            }
            #expect(error?.code == .tooLong)
        }
    }

    @Test func `an answer that is cut short is no answer`() async throws {
        try await withServer { peer in
            _ = peer.readHead()
            peer.write("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{}")
        } _: { engine, server in
            let error = await failure { _ = try await engine.perform(HTTPRequest(.get, server.url())) }
            #expect(error?.code == .cutShort)
        }
    }

    @Test func `the whole exchange has a deadline, even while bytes arrive`() async throws {
        try await withServer { peer in
            _ = peer.readHead()
            peer.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
            while peer.write("x") { usleep(20_000) }
        } _: { engine, server in
            let request = HTTPRequest(.get, server.url("/p?q=secret"), totalTimeout: .milliseconds(300))
            let error = await failure { _ = try await engine.perform(request) }
            #expect(error?.code == .timedOut)
            #expect(error?.message == "127.0.0.1:\(server.port)/p: took longer than allowed")
        }
    }

    @Test func `a port without a listener is unreachable`() async throws {
        let server = try RawServer { _ in }
        let url = server.url("/p?q=secret")
        server.stop()
        try await withEngine { engine in
            let error = await failure { _ = try await engine.perform(HTTPRequest(.get, url)) }
            #expect(error?.code == .unreachable && error?.message.contains("secret") == false)
        }
    }

    @Test func `an unknown host name is unresolved`() async throws {
        try await withEngine { engine in
            let url = try #require(URL(string: "http://callark.invalid/p?q=secret"))
            let error = await failure { _ = try await engine.perform(HTTPRequest(.get, url)) }
            #expect(error?.code == .unresolved && error?.message.contains("secret") == false)
        }
    }

    @Test(arguments: [
        ("X", "a\r\nEvil: b"), ("X", "a\nb"), ("X", "a\u{0}b"), ("X\r\nEvil", "b"), ("", "b"), ("A B", "c"),
        ("A:", "c"),
        ("É", "c"),
    ])
    func `a field that would become another is not sent`(name: String, value: String) async throws {
        try await withServer(answer: Self.echo) { engine, server in
            let request = HTTPRequest(.get, server.url(), headers: HTTPHeaders([(name, value)]))
            #expect(await failure { _ = try await engine.perform(request) }?.code == .refused)
            #expect(server.connectionCount == 0)
        }
    }

    @Test func `what is neither http nor https is refused`() async throws {
        try await withEngine { engine in
            for text in ["file:///etc/passwd", "ftp://127.0.0.1/", "http://u:p@127.0.0.1/", "relative/path"] {
                let url = try #require(URL(string: text))
                #expect(await failure { _ = try await engine.perform(HTTPRequest(.get, url)) }?.code == .refused)
            }
        }
    }

    @Test func `calls and downloads use kept connections again`() async throws {
        try await withServer(answer: Self.echo) { engine, server in
            for _ in 0..<20 {
                _ = try await engine.perform(HTTPRequest(.get, server.url()))
                _ = try await engine.download(DownloadRequest(server.url()), into: Basket())
            }
            #expect(server.connectionCount == 1)
        }
    }

    @Test func `a kept connection that the server has closed is replaced`() async throws {
        try await withServer { peer in
            _ = peer.readHead()
            peer.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        } _: { engine, server in
            for _ in 0..<5 {
                let answer = try await engine.perform(HTTPRequest(.get, server.url()))
                #expect(answer.status == 200)
            }
            #expect(server.connectionCount == 5)
        }
    }

    @Test(arguments: [(connections: 3, threads: 1), (8, 2), (13, 3)])
    func `downloads wait for their turn at a host, and API calls do not`(connections: Int, threads: Int) async throws {
        try await withServer(connectionsPerHost: connections, threads: threads) { peer in
            while let head = peer.readHead() {
                guard head.hasPrefix("GET /held ") else {
                    peer.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
                    continue
                }
                peer.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n12345")
            }
        } _: { engine, server in
            let baskets = (0..<30).map { _ in Basket(begin: { _ in .pause }) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for basket in baskets {
                    group.addTask { _ = try await engine.download(DownloadRequest(server.url("/held")), into: basket) }
                }
                // All that may have a connection have one, and keep it.
                while baskets.count(where: { !$0.heads.isEmpty }) < connections { await Task.yield() }
                for _ in 0..<20 { _ = try await engine.perform(HTTPRequest(.get, server.url())) }
                #expect(baskets.count { !$0.heads.isEmpty } == connections)
                #expect(server.connectionCount == connections + 1)
                for basket in baskets {
                    group.addTask {
                        await basket.reached(.paused)
                        basket.resume()
                    }
                }
                try await group.waitForAll()
            }
            #expect(baskets.allSatisfy { $0.text == "12345" })
            // Each thread keeps its own.
            #expect(server.connectionCount <= connections * threads + 1)
        }
    }
}

extension HTTPRequest.Method {
    static let all: [Self] = [.get, .post, .put, .delete]
}
