import Foundation
import HTTPTypes
import Recordings
import Testing

@testable import Service
@testable import Wiring

/// Rules that apply to every request, over the network.
@Suite struct `The front door` {
    @Test func `says without a key that the service lives, and no more`() async throws {
        try await Office.with(isArchived: false) { office in
            for (path, status) in [("/healthz", "ok"), ("/readyz", "ready")] {
                let reply = try await office.ask(path)
                #expect(reply.status == 200)
                #expect(try reply.json == .object(["status": .text(status)]))
            }
            for path in ["/", "/api/v1/me", "/metrics", "/nothing", "/healthz/"] {
                let reply = try await office.ask(path)
                #expect(reply.status == 401, "\(path)")
                #expect(reply.problem == "key_required")
                #expect(reply.headers["www-authenticate"] == #"Bearer realm="callark""#)
            }
        }
    }

    @Test func `opens for a valid key only`() async throws {
        try await Office.with(isArchived: false) { office in
            let now = office.installation.now
            let good = try await office.key()
            let expired = try await office.key(expires: now - .hours(1), now: now - .hours(2))
            let revoked = try await office.key(name: "revoked")
            _ = try await office.withKeys { registry in
                try await registry.revoke(
                    try #require(KeyName("revoked")),
                    by: Actor(name: "tester", uid: 1),
                    now: now
                )
            }
            // The path does not exist, but only a caller with a valid key may learn that.
            #expect(try await office.ask("/nothing", key: good).problem == "not_found")
            for (key, code) in [
                (expired, "key_expired"), (revoked, "key_revoked"), (KeySecret().text, "unknown_key"),
                ("nonsense", "unknown_key"), (good + "x", "unknown_key"),
            ] {
                let reply = try await office.ask("/nothing", key: key)
                #expect(reply.status == 401 && reply.problem == code)
                #expect(reply.headers["www-authenticate"] == #"Bearer realm="callark", error="invalid_token""#)
            }
            for value in ["Basic \(good)", good, "Bearer", "Bearer  "] {
                #expect(try await office.ask("/nothing", headers: [("Authorization", value)]).status == 401, "\(value)")
            }
            let twice = try await office.ask("/nothing", key: good, headers: [("Authorization", "Bearer \(good)")])
            #expect(twice.status == 401)
        }
    }

    @Test func `learns at once that a key is revoked`() async throws {
        try await Office.with(isArchived: false) { office in
            let key = try await office.key(name: "short")
            #expect(try await office.ask("/nothing", key: key).status == 404)
            _ = try await office.withKeys { registry in
                let name = try #require(KeyName("short"))
                return try await registry.revoke(name, by: Actor(name: "t", uid: 1), now: office.installation.now)
            }
            #expect(try await office.ask("/nothing", key: key).problem == "key_revoked")
        }
    }

    @Test func `answers who is wrong too often less and less, and the others as before`() async throws {
        try await Office.with(isArchived: false) { office in
            let good = try await office.key()
            var codes: [String?] = []
            for _ in 0..<(FailedLogins.most + 3) {
                codes.append(try await office.ask("/nothing", key: KeySecret().text).problem)
            }
            #expect(codes.first == "unknown_key" && codes.last == "too_many_attempts")
            let reply = try await office.ask("/nothing", key: KeySecret().text)
            #expect(reply.status == 429)
            #expect(reply.headers["retry-after"].flatMap { Int($0) }.map { (1...60).contains($0) } == true)
            #expect(try await office.ask("/nothing", key: good).status == 404)
        }
    }

    @Test func `tells browsers not to interpret its answers`() async throws {
        try await Office.with(isArchived: false) { office in
            for path in ["/healthz", "/nothing"] {
                let headers = try await office.ask(path).headers
                #expect(headers["x-content-type-options"] == "nosniff")
                #expect(headers["content-security-policy"]?.contains("default-src 'none'") == true)
                #expect(headers["cache-control"] == "no-store")
                #expect(headers["referrer-policy"] == "no-referrer")
                #expect(headers["cross-origin-resource-policy"] == "same-origin")
                #expect(headers["strict-transport-security"] == nil)
                #expect(headers["server"] == nil)
            }
        }
    }

    @Test func `notes a line of each request, without its path`() async throws {
        try await Office.with(isArchived: false) { office in
            let key = try await office.key(name: "ann")
            _ = try await office.ask("/api/v1/calls?number=5550100001", key: key)
            _ = try await office.ask("HEAD", "/healthz")
            _ = try await office.ask("/nothing?secret=1")
            let lines = office.requests.all
            #expect(lines.map(\.who) == ["ann", "-", "-"])
            #expect(lines.map(\.method) == ["GET", "HEAD", "GET"])
            #expect(lines[1].route == "/healthz" && lines[1].bytes == 0)
            #expect(lines[2].status == 401 && lines[2].route == "-" && lines[2].bytes > 0)
        }
    }
}

/// Connections that try to tie up the service, or do not speak HTTP.
@Suite struct `A connection` {
    private static let chunked =
        "POST /session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"

    private static var hasty: ServiceLimits {
        var limits = ServiceLimits()
        limits.idle = .milliseconds(1500)
        return limits
    }

    @Test(
        arguments: [
            ("nonsense\r\n\r\n", 400), ("GET / HTTP/9.9\r\n\r\n", 400), ("GET  HTTP/1.1\r\n\r\n", 400),
            ("GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
            ("GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400),
            ("GET /healthz HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400), (chunked + "ZZ\r\n", 400),
            (chunked + "5\r\n{\"key\r\n-1\r\n", 400), (chunked + "2\r\n{}}\r\n0\r\n\r\n", 400),
            ("GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + String(repeating: "a", count: 20_000) + "\r\n\r\n", 431),
            ("GET /healthz HTTP/1.1\r\n" + String(repeating: "X: a\r\n", count: 5000) + "\r\n", 431),
            ("GET /" + String(repeating: "a", count: 20_000) + " HTTP/1.1\r\n\r\n", 431),
        ] as [(String, Int)]
    )
    func `that does not speak HTTP gets an error, and is closed`(_ text: String, _ status: Int) async throws {
        try await Office.with(isArchived: false) { office in
            let connection = try Connection(port: office.port)
            await connection.send(Array(text.utf8))
            let reply = try #require(Reply(try await connection.receiveAll()))
            #expect(reply.status == status)
            #expect(reply.problem == (status == 431 ? "headers_too_large" : "malformed_request"))
            #expect(reply.headers["x-content-type-options"] == "nosniff")
            #expect(try await office.ask("/healthz").status == 200)
        }
    }

    @Test func `is ended if its headers do not come to an end, though bytes do come`() async throws {
        try await Office.with(isArchived: false, limits: Self.hasty) { office in
            let connection = try Connection(port: office.port)
            await connection.send(Array("GET /healthz HTTP/1.1\r\n".utf8))
            var isOpen = true
            let end = ContinuousClock.now + .seconds(300)
            while isOpen, ContinuousClock.now < end {
                isOpen = await connection.send(Array("X-Slow: 1\r\n".utf8))
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(!isOpen)
        }
    }

    @Test func `is ended if it asks for nothing, or its request does not come to an end`() async throws {
        try await Office.with(isArchived: false, limits: Self.hasty) { office in
            let silent = try Connection(port: office.port)
            #expect(try await silent.receiveAll() == [])
            let slow = try Connection(port: office.port)
            await slow.send(Array("POST /nothing HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n".utf8))
            #expect(Reply(try await slow.receiveAll())?.status == 401)
        }
    }

    @Test func `that goes away before its request is complete is no failure of the service`() async throws {
        try await Office.with(isArchived: false) { office in
            let head = Self.chunked.replacing("Transfer-Encoding: chunked", with: "Content-Length: 100")
            for _ in 0..<3 {
                let connection = try Connection(port: office.port)
                await connection.send(Array((head + "{").utf8))
            }
            try await eventually { office.requests.all.count == 3 }
            #expect(office.requests.all.allSatisfy { $0.status == 400 }, "\(office.requests.all)")
        }
    }

    @Test(arguments: ["close", "Close", "CLOSE", "keep-alive, close", "x,close\t"])
    func `is ended after the answer if the client wants that, however it says so`(_ words: String) async throws {
        var patient = ServiceLimits()
        patient.idle = .seconds(600)
        try await Office.with(isArchived: false, limits: patient) { office in
            let connection = try Connection(port: office.port)
            await connection.send(Array("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: \(words)\r\n\r\n".utf8))
            #expect(Reply(try await connection.receiveAll())?.status == 200)
        }
    }

    @Test func `answers one request after the other`() async throws {
        try await Office.with(isArchived: false) { office in
            let connection = try Connection(port: office.port)
            let request = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
            await connection.send(Array((request + request).utf8))
            await connection.send(Array("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".utf8))
            let text = String(decoding: try await connection.receiveAll(), as: UTF8.self)
            #expect(text.components(separatedBy: "HTTP/1.1 200 OK").count == 4)
        }
    }
}
