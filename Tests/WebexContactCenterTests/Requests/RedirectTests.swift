import Foundation
import Glibc
import Recordings
import TestSupport
import Testing

@testable import WebexContactCenter

@Suite struct RedirectTests {
    @Test(
        arguments: zip(
            ["http://localhost:8085/callark", "http://127.0.0.1", "http://[::1]:9/a/b?c=d", "HTTP://LOCALHOST:1/"],
            [("localhost", 8085, "/callark"), ("127.0.0.1", 80, "/"), ("::1", 9, "/a/b"), ("localhost", 1, "/")]
        )
    )
    func `a redirect to this machine can be waited for`(_ uri: String, _ parts: (String, Int, String)) throws {
        let place = try #require(RedirectPlace(redirectURI: uri))
        #expect((place.host, Int(place.port), place.path) == parts)
    }

    @Test(arguments: [
        "https://localhost/callark", "http://example.com/callark", "http://10.0.0.1:8085/", "http://localhost:0/",
        "urn:ietf:wg:oauth:2.0:oob", "", "http://127.0.0.1:99999/",
    ])
    func `a redirect to elsewhere cannot`(_ uri: String) {
        #expect(RedirectPlace(redirectURI: uri) == nil)
    }

    @Test(arguments: [
        ("GET /cb?a=b HTTP/1.1\r\nHost: x\r\n\r\n", RedirectRequest.redirect(query: "a=b")),
        ("GET /cb HTTP/1.0\n\n", .redirect(query: "")),
        ("GET /cb?a=b?c HTTP/1.1\r\n\r\n", .redirect(query: "a=b?c")),
        ("GET /favicon.ico HTTP/1.1\r\n\r\n", .other(404)), ("GET /cb/ HTTP/1.1\r\n\r\n", .other(404)),
        ("GET / HTTP/1.1\r\n\r\n", .other(404)), ("POST /cb?a=b HTTP/1.1\r\n\r\n", .other(405)),
        ("HEAD /cb?a=b HTTP/1.1\r\n\r\n", .other(405)), ("GET http://h/cb?a=b HTTP/1.1\r\n\r\n", .other(400)),
        ("GET /cb?a=b HTTP/2\r\n\r\n", .other(400)), ("GET  /cb HTTP/1.1\r\n\r\n", .other(400)),
        ("GET /cb?a=b\r\n\r\n", .other(400)), ("\r\n\r\n", .other(400)), ("", .other(400)),
        ("GET /cb?a=b HTTP/1.1\r\nHost: x\r\n", .other(400)), ("\u{16}\u{3}\u{1}", .other(400)),
    ])
    func `only a GET of the redirect's path is one`(_ head: String, _ expected: RedirectRequest) {
        #expect(RedirectRequest(head: Array(head.utf8), path: "/cb") == expected)
    }

    @Test func `a head without an end is refused at a limit`() {
        let head = Array("GET /cb?".utf8) + Array(repeating: UInt8(ascii: "a"), count: RedirectRequest.longestHead)
        #expect(RedirectRequest(head: head, path: "/cb") == .other(431))
    }

    /// A listener on a free port, and a request whose redirect goes there.
    private func listening(_ host: String = "127.0.0.1") throws -> (RedirectListener, AuthorizationRequest) {
        for _ in 0..<20 {
            let uri = "http://\(host):\(UInt16.random(in: 20000..<60000))/cb"
            guard let listener = try? RedirectListener(try #require(RedirectPlace(redirectURI: uri))) else { continue }
            var generator = SystemRandomNumberGenerator()
            let request = try AuthorizationRequest(
                oauthBaseURL: try #require(URL(string: "https://oauth.example.com/v1")),
                clientID: "c",
                redirectURI: uri,
                scopes: ["s"],
                usesProofKey: true,
                using: &generator
            )
            return (listener, request)
        }
        throw CancellationError()
    }

    /// The status that curl gets.
    private func curl(_ arguments: String...) async throws -> String {
        let all = ["-q", "-s", "--noproxy", "*", "--max-time", "150", "-o", "/dev/null", "-w", "%{http_code}"]
        return try await Tool.finish("curl", all + arguments).text
    }

    @Test(arguments: ["127.0.0.1", "localhost"])
    func `what is not the answer is turned away, and the answer ends the waiting`(_ host: String) async throws {
        let (listener, request) = try listening(host)
        async let answer = listener.answer(to: request, within: .seconds(300))
        let uri = request.redirectURI
        #expect(try await curl(uri + "?code=made-up&state=guessed") == "400")
        #expect(try await curl(uri.replacing("/cb", with: "/favicon.ico")) == "404")
        #expect(try await curl("-d", "code=x&state=\(request.state)", uri) == "405")
        #expect(try await curl("-H", "Cookie: " + String(repeating: "x", count: 40000), uri) == "431")
        #expect(try await curl(uri + "?code=the-code&state=\(request.state)") == "200")
        #expect(try await answer == .code(Secret("the-code")))
    }

    @Test func `a connection that brings nothing does not keep the browser out`() async throws {
        let (listener, request) = try listening()
        let port = try #require(URL(string: request.redirectURI)?.port)
        let idle = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(idle) }
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_port = UInt16(port).bigEndian
        place.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let connected = withUnsafePointer(to: &place) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(idle, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        #expect(connected == 0)
        async let answer = listener.answer(to: request, within: .seconds(300))
        #expect(try await curl("\(request.redirectURI)?code=c&state=\(request.state)") == "200")
        #expect(try await answer == .code(Secret("c")))
    }

    @Test func `an absent browser ends it too, and so does cancelling`() async throws {
        let (listener, request) = try listening()
        #expect(try await listener.answer(to: request, within: .milliseconds(1)) == nil)
        let waiting = Task { try await listener.answer(to: request, within: .seconds(600)) }
        waiting.cancel()
        await #expect(throws: ProviderError.self) { try await waiting.value }
    }

    @Test func `a port that is taken is an error that says what to do`() throws {
        let (listener, request) = try listening()
        let place = try #require(RedirectPlace(redirectURI: request.redirectURI))
        let error = #expect(throws: ProviderError.self) { _ = try RedirectListener(place) }
        #expect(error?.code == .redirectPort)
        #expect(error?.description.contains("--paste") == true)
        withExtendedLifetime(listener) {}
    }

    @Test func `the page has nothing in it that came from outside`() {
        for answer in [RedirectAnswer.code(Secret("S3CRET")), .refused("S3CRET"), .foreign("S3CRET")] {
            let page = String(decoding: RedirectPage(answer).bytes, as: UTF8.self)
            #expect(!page.contains("S3CRET"))
            #expect(page.contains("Content-Security-Policy: default-src 'none'\r\n"))
        }
    }
}
