import Foundation
import TestSupport
import Testing

@testable import Transfer

@Suite(.timeLimit(.minutes(20))) struct RedirectTests {
    /// Answers `/hop/N` with a redirect to `/hop/(N-1)`, and everything else with its own request line and fields.
    private static func serve(_ peer: Peer) {
        while let head = peer.readHead() {
            let target = head.split(separator: " ").dropFirst().first.map(String.init) ?? "/"
            if target.hasPrefix("/hop/"), let count = Int(target.dropFirst(5)), count > 0 {
                peer.write("HTTP/1.1 302 Found\r\nLocation: /hop/\(count - 1)\r\nContent-Length: 4\r\n\r\nGone")
            } else if target.hasPrefix("/to?") {
                peer.write("HTTP/1.1 307 T\r\nLocation: \(target.dropFirst(4))\r\nContent-Length: 0\r\n\r\n")
            } else {
                peer.write("HTTP/1.1 200 OK\r\nContent-Length: \(head.utf8.count)\r\n\r\n\(head)")
            }
        }
    }

    @Test(arguments: [301, 302, 303, 307, 308])
    func `a redirect is followed, and its body is discarded`(status: Int) async throws {
        try await withServer { peer in
            while let head = peer.readHead() {
                if head.hasPrefix("GET /a/b?s=1 ") {
                    peer.write("HTTP/1.1 \(status) Away\r\nLocation: c?q=%2F+%3D\r\nContent-Length: 4\r\n\r\nAway")
                } else {
                    peer.write("HTTP/1.1 200 OK\r\nContent-Length: \(head.utf8.count)\r\n\r\n\(head)")
                }
            }
        } _: { engine, server in
            let basket = Basket()
            let request = DownloadRequest(server.url("/a/b?s=1"), headers: ["Range": "bytes=0-"])
            let head = try await engine.download(request, into: basket)
            #expect(head.status == 200 && basket.heads.count == 1)
            #expect(basket.text.hasPrefix("GET /a/c?q=%2F+%3D HTTP/1.1\r\n"))
            #expect(basket.text.contains("Range: bytes=0-") && !basket.text.contains("Referer"))
            #expect(server.connectionCount == 1)
        }
    }

    @Test func `five redirects are followed, and a sixth is not`() async throws {
        try await withServer(answer: Self.serve) { engine, server in
            _ = try await engine.download(DownloadRequest(server.url("/hop/5")), into: Basket())
            let basket = Basket()
            let error = await failure {
                _ = try await engine.download(DownloadRequest(server.url("/hop/6")), into: basket)
            }
            #expect(error?.code == .refused && basket.heads.isEmpty)
        }
    }

    @Test(arguments: [
        "http://media.invalid/", "file:///etc/passwd", "ftp://127.0.0.1/", "http://127.0.0.1@media.invalid/",
        "http://user:word@127.0.0.1/", "https://not-listed.invalid/", "//not-listed.invalid/", "https://",
        "http://[::g]/",
    ])
    func `a redirect that leads out of bounds is refused`(location: String) async throws {
        try await withServer(answer: Self.serve) { engine, server in
            let basket = Basket()
            let request = DownloadRequest(
                url: server.url("/to?\(location)"),
                hosts: HostPolicy(allowedHosts: ["127.0.0.1", "localhost"])
            )
            let error = await failure { _ = try await engine.download(request, into: basket) }
            #expect(error?.code == .refused, "\(error?.message ?? "no error")")
            #expect(basket.heads.isEmpty && server.connectionCount == 1)
        }
    }

    @Test func `a redirect to another host of this machine is followed if the policy allows it`() async throws {
        try await withServer(answer: Self.serve) { engine, server in
            let basket = Basket()
            let request = DownloadRequest(server.url("/to?http://localhost:\(server.port)/there"))
            _ = try await engine.download(request, into: basket)
            #expect(basket.text.contains("Host: localhost:\(server.port)"))
        }
    }

    @Test(arguments: ["HTTP/1.1 302 Found", "HTTP/1.1 304 Not Modified", "HTTP/1.1 300 Multiple Choices"])
    func `an answer that leads nowhere is the answer`(line: String) async throws {
        try await withServer { peer in
            _ = peer.readHead()
            let location = line.contains("302") ? "" : "Location: /b\r\n"
            peer.write("\(line)\r\n\(location)Content-Length: 0\r\n\r\n")
        } _: { engine, server in
            let basket = Basket()
            let head = try await engine.download(DownloadRequest(server.url()), into: basket)
            #expect((300...304).contains(head.status) && basket.heads.count == 1)
        }
    }

    @Test(arguments: ["Content-Length: 100000000", "Transfer-Encoding: chunked", "Content-Length: 9"])
    func `a redirect's body, endless or cut short, does not hold the download up`(framing: String) async throws {
        try await withServer { peer in
            guard let head = peer.readHead() else { return }
            guard head.hasPrefix("GET /away ") else {
                peer.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nhere")
                return
            }
            peer.write("HTTP/1.1 302 Found\r\nLocation: /b\r\n\(framing)\r\n\r\n")
            guard framing != "Content-Length: 9" else { return }
            let block =
                framing.contains("chunked") ? "1000\r\n" + String(repeating: "x", count: 4096) + "\r\n" : "xxxxxxxx"
            while peer.write(block) {}
        } _: { engine, server in
            let basket = Basket()
            _ = try await engine.download(DownloadRequest(server.url("/away")), into: basket)
            #expect(basket.text == "here")
        }
    }

    @Test func `an API call takes a redirect for the answer`() async throws {
        try await withServer(answer: Self.serve) { engine, server in
            let request = HTTPRequest(.get, server.url("/hop/1"), headers: ["Authorization": "Bearer t0ken"])
            let answer = try await engine.perform(request)
            #expect(answer.status == 302 && answer.headers["location"] == "/hop/0")
            #expect(String(decoding: answer.body, as: UTF8.self) == "Gone")
        }
    }

    /// The second part of a location, and the bytes that have to arrive.
    @Test(arguments: [
        (
            Array(#"/b c/"<d>"?e= f&g={h}|^`\&s=ab%2Fcd%3d+i"#.utf8),
            "/b%20c/%22%3Cd%3E%22?e=%20f&g=%7Bh%7D%7C%5E%60%5C&s=ab%2Fcd%3d+i"
        ),
        (Array("/Gr".utf8) + [0xfc, 0xdf] + Array("e?ü=%C3%BC&p=100%".utf8), "/Gr%FC%DFe?%C3%BC=%C3%BC&p=100%25"),
        (Array("http://HOST/d e?f=%20".utf8), "/d%20e?f=%20"),
        (Array("//HOST/d//e f".utf8), "/d//e%20f"),
        (Array("?q=a b".utf8), "/a?q=a%20b"),
    ])
    func `a location has only those bytes encoded that a URL may not contain`(location: [UInt8], target: String)
        async throws
    {
        try await withServer { peer in
            while let head = peer.readHead() {
                guard head.hasPrefix("GET /a?first ") else {
                    let line = head.prefix { $0 != "\r\n" }
                    peer.write("HTTP/1.1 200 OK\r\nContent-Length: \(line.utf8.count)\r\n\r\n\(line)")
                    continue
                }
                let host = head.firstMatch(of: /Host: (\S+)/).map { Array($0.1.utf8) } ?? []
                var there = location
                if let place = there.firstRange(of: Array("HOST".utf8)) { there.replaceSubrange(place, with: host) }
                peer.write(
                    Array("HTTP/1.1 307 T\r\nLocation: ".utf8) + there + Array("\r\nContent-Length: 0\r\n\r\n".utf8)
                )
            }
        } _: { engine, server in
            let basket = Basket()
            _ = try await engine.download(DownloadRequest(server.url("/a?first")), into: basket)
            #expect(basket.text == "GET \(target) HTTP/1.1")
        }
    }
}
