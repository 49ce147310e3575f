import Foundation
import Recordings
import TestSupport
import Testing

@testable import Transfer

@Suite(.timeLimit(.minutes(20))) struct DownloadTests {
    @Test(arguments: [
        "/a?X-Amz-Credential=k%2F20251120%2Fus-east-1&X-Amz-Signature=ab%3D%3d+c&e=%20",
        "/a//b/./c/../d%2e%2E/%41?q=a+b&r=%2B&s=a/b?c&t=~*'()!",
        "/%E2%82%AC?x=%e2%82%ac&=&&empty=",
        "/?", "/a?b=c;d=e:@,f$",
    ])
    func `a URL reaches the server to the letter`(target: String) async throws {
        try await withServer { peer in
            guard let head = peer.readHead() else { return }
            let line = head.prefix { $0 != "\r\n" }
            peer.write("HTTP/1.1 200 OK\r\nContent-Length: \(line.utf8.count)\r\n\r\n\(line)")
        } _: { engine, server in
            let basket = Basket()
            let url = try #require(URL(string: "http://127.0.0.1:\(server.port)\(target)"))
            _ = try await engine.download(DownloadRequest(url), into: basket)
            #expect(basket.text == "GET \(target) HTTP/1.1")
            let answer = try await engine.perform(HTTPRequest(.get, url))
            #expect(String(decoding: answer.body, as: UTF8.self) == "GET \(target) HTTP/1.1")
        }
    }

    @Test func `a download asks for plain bytes and shows no credentials`() async throws {
        try await withServer { peer in
            guard let head = peer.readHead() else { return }
            peer.write("HTTP/1.1 200 OK\r\nContent-Length: \(head.utf8.count)\r\n\r\n\(head)")
        } _: { engine, server in
            let basket = Basket()
            let request = DownloadRequest(server.url("/a"), headers: ["Range": "bytes=5-", "If-Match": "\"e\""])
            _ = try await engine.download(request, into: basket)
            let lines = basket.text.components(separatedBy: "\r\n").map { $0.lowercased() }
            #expect(lines.contains("range: bytes=5-") && lines.contains("if-match: \"e\""))
            #expect(lines.contains("user-agent: callark-tests"))
            let names = lines.dropFirst().compactMap { $0.split(separator: ":").first }
            #expect(Set(names).isDisjoint(with: ["accept-encoding", "authorization", "cookie", "expect"]))
        }
    }

    /// Successful downloads leave their libcurl handle to the next one.
    @Test func `a download has nothing of those before it`() async throws {
        try await withServer { peer in
            while let head = peer.readHead() {
                if head.contains("/cut") {
                    peer.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort")
                    return
                }
                peer.write("HTTP/1.1 200 OK\r\nContent-Length: \(head.utf8.count)\r\n\r\n\(head)")
            }
        } _: { engine, server in
            let fields: [HTTPHeaders] = [["Range": "bytes=5-", "If-Match": "\"e\""], [:], ["Range": "bytes=7-"], [:]]
            for (place, headers) in fields.enumerated() {
                let basket = Basket()
                _ = try await engine.download(DownloadRequest(server.url("/\(place)"), headers: headers), into: basket)
                let lines = basket.text.components(separatedBy: "\r\n")
                #expect(lines.first == "GET /\(place) HTTP/1.1")
                for name in ["Range", "If-Match"] {
                    #expect(lines.first { $0.hasPrefix("\(name): ") } == headers[name].map { "\(name): \($0)" })
                }
                let error = await failure {
                    _ = try await engine.download(DownloadRequest(server.url("/cut")), into: Basket())
                }
                #expect(error?.isTransient == true)
                let called = try await engine.perform(HTTPRequest(.get, server.url("/call")))
                #expect(String(decoding: called.body, as: UTF8.self).hasPrefix("GET /call HTTP/1.1"))
            }
        }
    }

    @Test(arguments: ["Authorization", "authorization", "Cookie", "Proxy-Authorization"])
    func `a download with credentials is refused before it is sent`(name: String) async throws {
        try await withServer { _ in
        } _: { engine, server in
            let request = DownloadRequest(server.url(), headers: HTTPHeaders([(name, "Bearer t0ken")]))
            let error = await failure { _ = try await engine.download(request, into: Basket()) }
            #expect(error?.code == .refused && error?.message.contains("t0ken") == false)
            #expect(server.connectionCount == 0)
        }
    }

    /// An answer, whether the connection is reset after it, and the error that it must end with.
    struct Damage: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let answer: String
        var resets = false
        var code = TransferError.Code.cutShort

        static let all = [
            Damage(testDescription: "nothing at all", answer: ""),
            Damage(testDescription: "half a head", answer: "HTTP/1.1 200 OK\r\nContent-Le"),
            Damage(testDescription: "a head only", answer: "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"),
            Damage(testDescription: "half a body", answer: "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345"),
            Damage(
                testDescription: "half a body, reset",
                answer: "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345",
                resets: true
            ),
            Damage(
                testDescription: "half a range",
                answer: "HTTP/1.1 206 P\r\nContent-Range: bytes 0-9/20\r\nContent-Length: 10\r\n\r\n12345"
            ),
            Damage(
                testDescription: "no last chunk",
                answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n"
            ),
            Damage(
                testDescription: "half a chunk",
                answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n123"
            ),
            Damage(
                testDescription: "a last chunk without its end",
                answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n0\r\n"
            ),
            Damage(
                testDescription: "a chunk size that is none",
                answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n12345\r\n0\r\n\r\n"
            ),
            Damage(testDescription: "no HTTP", answer: "SSH-2.0-OpenSSH_9.2\r\n\r\n", code: .refused),
            Damage(testDescription: "bare bytes", answer: "RIFF....WAVEfmt ", code: .refused),
            Damage(
                testDescription: "a length that is none",
                answer: "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n12345",
                code: .refused
            ),
            Damage(
                testDescription: "two lengths",
                answer: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 3\r\n\r\n12345",
                code: .refused
            ),
            Damage(
                testDescription: "a length beyond all lengths",
                answer: "HTTP/1.1 200 OK\r\nContent-Length: 92233720368547758079\r\n\r\n12345",
                code: .refused
            ),
            Damage(
                testDescription: "a head without end",
                answer: "HTTP/1.1 200 OK\r\n"
                    + String(repeating: "X: \(String(repeating: "y", count: 80))\r\n", count: 9000),
                code: .refused
            ),
            Damage(
                testDescription: "interim answers without end",
                answer: String(repeating: "HTTP/1.1 103 Early Hints\r\nX: y\r\n\r\n", count: 20_000),
                code: .refused
            ),
        ]
    }

    @Test(arguments: Damage.all)
    func `a damaged answer is never a whole one`(damage: Damage) async throws {
        try await withServer { peer in
            _ = peer.readHead()
            peer.write(damage.answer)
            if damage.resets { peer.reset() }
        } _: { engine, server in
            let basket = Basket()
            let url = server.url("/a/b.wav?X-Amz-Signature=secret")
            let error = await failure { _ = try await engine.download(DownloadRequest(url), into: basket) }
            basket.close()
            #expect(error?.code == damage.code, "\(error?.message ?? "no error")")
            #expect(error?.message.hasPrefix("127.0.0.1:\(server.port)/a/b.wav: ") == true)
            #expect(error?.message.contains("secret") == false && error?.message.hasSuffix(".") == false)
            #expect(basket.callsAfterClosing == 0)
        }
    }

    @Test(arguments: [
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n12345", 200, "12345", true),
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\n12345", 200, "12345", true),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\n123\r\n2\r\n45\r\n0\r\nT: r\r\n\r\n", 200,
            "12345", true
        ),
        (
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nX: y\r\n\r\nHTTP/1.1 206 P\r\nContent-Length: 1\r\n\r\n1",
            206, "1", true
        ),
        ("HTTP/1.1 403 Forbidden\r\nContent-Length: 8\r\n\r\n<Error/>", 403, "<Error/>", true),
        ("HTTP/1.1 204 No Content\r\n\r\n", 204, "", true),
        ("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", 304, "", true),
        ("HTTP/1.1 416 R\r\nContent-Length: 0\r\nContent-Range: bytes */5\r\n\r\n", 416, "", true),
        ("HTTP/1.0 200 OK\r\n\r\n12345", 200, "12345", false),
        ("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n12345", 200, "12345", false),
        ("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\n12345", 200, "12345", true),
    ])
    func `a whole answer is given as it came`(answer: String, status: Int, body: String, marked: Bool) async throws {
        try await withServer { peer in
            _ = peer.readHead()
            peer.write(answer)
        } _: { engine, server in
            let basket = Basket()
            let head = try await engine.download(DownloadRequest(server.url()), into: basket)
            #expect(head.status == status && basket.text == body && head.endIsMarked == marked)
            #expect(basket.heads.map(\.status) == [status])
        }
    }

    @Test func `a sink that does not want the head, or the bytes, ends the download`() async throws {
        try await withServer { peer in
            _ = peer.readHead()
            peer.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n12345")
            peer.waitForEnd()
        } _: { engine, server in
            for basket in [Basket(begin: { _ in .refuse }), Basket(receive: { _ in .refuse })] {
                let error = await failure { _ = try await engine.download(DownloadRequest(server.url()), into: basket) }
                #expect(error?.code == .unwanted && basket.bytes.isEmpty)
            }
        }
    }

    @Test func `silence is a stall, before the head and within the body`() async throws {
        try await withServer { peer in
            guard let head = peer.readHead() else { return }
            if head.hasPrefix("GET /body") { peer.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n123") }
            peer.waitForEnd()
        } _: { engine, server in
            for path in ["/head", "/body"] {
                let request = DownloadRequest(server.url(path), stallTimeout: .milliseconds(200))
                let begin = ContinuousClock.now
                let error = await failure { _ = try await engine.download(request, into: Basket()) }
                #expect(error?.code == .stalled && error?.isTransient == true)
                #expect(ContinuousClock.now - begin >= .milliseconds(200))
            }
        }
    }

    @Test func `a slow drip is no stall, however long it lasts`() async throws {
        try await withServer { peer in
            let pause = peer.readHead()?.firstMatch(of: /(\d+) HTTP/).flatMap { UInt32($0.1) } ?? 0
            peer.write("HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n")
            for _ in 0..<12 {
                usleep(pause)
                peer.write("x")
            }
        } _: { engine, server in
            try await withPatience { timeout in
                let basket = Basket()
                let url = server.url("/\(timeout.milliseconds * 1000 / 8)")
                let error = await failure {
                    _ = try await engine.download(DownloadRequest(url, stallTimeout: timeout), into: basket)
                }
                return error == nil && basket.bytes.count == 12
            }
        }
    }

    @Test func `a trickle below the minimum speed is ended, in the head and in the body`() async throws {
        try await withServer { peer in
            guard let head = peer.readHead() else { return }
            if head.hasPrefix("GET /body") { peer.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n") }
            if head.hasPrefix("GET /head") { peer.write("HTTP/1.1 200 OK\r\n") }
            while peer.write(head.hasPrefix("GET /head") ? "X: y\r\n" : "x") { usleep(10_000) }
        } _: { engine, server in
            for path in ["/head", "/body"] {
                var request = DownloadRequest(server.url(path), stallTimeout: .milliseconds(800))
                request.leastBytesPerSecond = 10_000
                let error = await failure { _ = try await engine.download(request, into: Basket()) }
                #expect(error?.code == .tooSlow && error?.isTransient == true)
                #expect(error?.message.hasSuffix("fewer than 10000 bytes a second for 0.8 seconds") == true)
            }
        }
    }

    @Test func `what is fast enough may last as long as it likes`() async throws {
        try await withServer { peer in
            let pause = peer.readHead()?.firstMatch(of: /(\d+) HTTP/).flatMap { UInt32($0.1) } ?? 0
            peer.write("HTTP/1.1 200 OK\r\nContent-Length: 24000\r\n\r\n")
            for _ in 0..<24 {
                usleep(pause)
                peer.write([UInt8](repeating: 7, count: 1000))
            }
        } _: { engine, server in
            try await withPatience { timeout in
                let basket = Basket()
                let url = server.url("/\(timeout.milliseconds * 1000 / 8)")
                // Eight thousand bytes arrive in each span; half of that is required.
                var request = DownloadRequest(url, stallTimeout: timeout)
                request.leastBytesPerSecond = Int(4_000_000 / timeout.milliseconds)
                let error = await failure { [request] in _ = try await engine.download(request, into: basket) }
                return error == nil && basket.bytes.count == 24_000
            }
        }
    }

    @Test func `a redirect's body that drips does not hold the download up`() async throws {
        try await withServer { peer in
            guard let head = peer.readHead() else { return }
            guard head.hasPrefix("GET /away ") else {
                peer.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nhere")
                return
            }
            peer.write("HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 10000\r\n\r\n")
            while peer.write("x") { usleep(10_000) }
        } _: { engine, server in
            let basket = Basket()
            var request = DownloadRequest(server.url("/away"), stallTimeout: .milliseconds(500))
            request.leastBytesPerSecond = 10_000
            _ = try await engine.download(request, into: basket)
            #expect(basket.text == "here")
        }
    }
}
