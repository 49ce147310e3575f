import Foundation
import HTTPTypes
import Logging
import Recordings
import Synchronization
import TestSupport
import Testing

@testable import Service

/// The life of a session, on a clock of the test's own.
@Suite struct `A session` {
    /// An authenticator with a database and a clock.
    private final class Gate: Sendable {
        let database: ServiceDatabase
        let key: AccessKey
        private let time = Mutex(Timestamp(millisecondsSince1970: 1_763_625_600_000))
        private let folder: TemporaryFolder

        init() async throws {
            folder = try TemporaryFolder()
            database = try ServiceDatabase(path: "\(folder.path)/service.sqlite")
            key = AccessKey(
                name: try #require(KeyName("ann")),
                role: .reviewer,
                organizations: nil,
                createdTime: time.withLock(\.self),
                createdBy: "root"
            )
            try await database.add(key, KeySecret())
        }

        var now: Timestamp { time.withLock(\.self) }

        func pass(_ duration: Duration) { time.withLock { $0 = $0 + duration } }

        func authenticator() -> Authenticator {
            Authenticator(
                database,
                cookie: SessionCookie(isSecure: true),
                ownPages: OwnPages(publicURL: URL(string: "https://archive.example"), isSecure: true),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            ) { self.now }
        }

        /// Begins a session.
        /// - Returns: the text of its cookie.
        func logIn() async throws -> String {
            let admission = try await authenticator().begin(.key(key), for: [:], from: "192.0.2.1")
            return try #require(admission.setCookie.flatMap(Self.value))
        }

        /// Sends a GET request with a cookie.
        /// - Returns: the problem's code, and the text of a replacement cookie.
        func ask(_ cookie: String) async throws -> (code: String?, cookie: String?) {
            let visitor = Authenticator.Visitor(
                method: .get,
                authority: "archive.example",
                headers: [.cookie: "a=b; __Host-callark=\(cookie)"],
                address: "192.0.2.1"
            )
            do {
                return (nil, try await authenticator().admit(visitor).setCookie.flatMap(Self.value))
            } catch let problem as Problem {
                #expect(problem.headers[.setCookie]?.hasPrefix("__Host-callark=; Max-Age=0;") == true)
                return (problem.code, nil)
            }
        }

        private static func value(_ setCookie: String) -> String? {
            setCookie.split(separator: ";").first.map { String($0.dropFirst("__Host-callark=".count)) }
        }
    }

    @Test func `replaces its token, and accepts the one before for a minute`() async throws {
        let gate = try await Gate()
        let first = try await gate.logIn()
        gate.pass(BrowserSession.tokenLife - .seconds(1))
        #expect(try await gate.ask(first) == (nil, nil))
        gate.pass(.seconds(1))
        let second = try #require(try await gate.ask(first).cookie)
        // Requests that were sent meanwhile get no other token.
        #expect(try await gate.ask(first) == (nil, nil))
        gate.pass(.seconds(10))
        #expect(try await gate.ask(second) == (nil, nil))
        #expect(try await gate.ask(first) == (nil, nil))
        gate.pass(BrowserSession.overlap)
        #expect(try await gate.ask(second) == (nil, nil))
        #expect(try await gate.ask(first) == ("session_ended", nil))
    }

    @Test func `is ended for both if a replaced token is used`() async throws {
        let gate = try await Gate()
        let first = try await gate.logIn()
        gate.pass(BrowserSession.tokenLife)
        let second = try #require(try await gate.ask(first).cookie)
        #expect(try await gate.ask(second) == (nil, nil))
        gate.pass(.minutes(2))
        #expect(try await gate.ask(first).code == "session_ended")
        #expect(try await gate.ask(second).code == "session_ended")
    }

    @Test func `continues if the answer with the new token is lost`() async throws {
        let gate = try await Gate()
        let first = try await gate.logIn()
        gate.pass(BrowserSession.tokenLife)
        let lost = try #require(try await gate.ask(first).cookie)
        gate.pass(BrowserSession.overlap)
        let second = try #require(try await gate.ask(first).cookie)
        #expect(second != lost)
        gate.pass(.minutes(5))
        #expect(try await gate.ask(second) == (nil, nil))
        // Both were issued for the same turn. If the answer came late, this one is as good.
        #expect(try await gate.ask(lost) == (nil, nil))
    }

    @Test func `expires unused after an hour, and used after twelve`() async throws {
        let gate = try await Gate()
        var cookie = try await gate.logIn()
        gate.pass(.minutes(59))
        if let next = try await gate.ask(cookie).cookie { cookie = next }
        gate.pass(.minutes(61))
        #expect(try await gate.ask(cookie).code == "session_expired")

        cookie = try await gate.logIn()
        let end = gate.now + BrowserSession.lifetime
        while gate.now + .minutes(30) < end {
            gate.pass(.minutes(30))
            let answer = try await gate.ask(cookie)
            #expect(answer.code == nil)
            if let next = answer.cookie { cookie = next }
        }
        gate.pass(.minutes(30))
        #expect(try await gate.ask(cookie).code == "session_expired")
    }

    @Test func `ends the oldest if there are too many of one key`() async throws {
        let gate = try await Gate()
        let first = try await gate.logIn()
        let second = try await gate.logIn()
        for _ in 2..<BrowserSession.maxCount { _ = try await gate.logIn() }
        #expect(try await gate.ask(first).code == nil)
        _ = try await gate.logIn()
        #expect(try await gate.ask(first).code == "session_ended")
        #expect(try await gate.ask(second).code == nil)
    }

    @Test func `is not known by a text that only looks like its token`() async throws {
        let gate = try await Gate()
        let cookie = try await gate.logIn()
        let other = (cookie.hasPrefix("A") ? "B" : "A") + cookie.dropFirst()
        for text in [other, "", String(cookie.dropLast()), cookie + "A", SessionToken().text] {
            #expect(try await gate.ask(text).code == "unknown_session", "\(text)")
        }
        // Another program on the host set a cookie with the same name.
        #expect(try await gate.ask("\(cookie); __Host-callark=x").code == "unknown_session")
    }
}

@Suite struct `Own pages` {
    private func code(
        _ method: HTTPRequest.Method,
        _ headers: HTTPFields,
        authority: String? = "archive.example",
        isSecure: Bool = true,
        publicURL: String? = "https://archive.example"
    ) -> String? {
        let pages = OwnPages(publicURL: publicURL.flatMap { URL(string: $0) }, isSecure: isSecure)
        let visitor = Authenticator.Visitor(method: method, authority: authority, headers: headers, address: "-")
        do {
            try pages.require(visitor)
            return nil
        } catch {
            return error.code
        }
    }

    @Test(arguments: ["cross-site", "same-site", "nonsense", ""])
    func `are not those of another site`(_ site: String) {
        for method in [HTTPRequest.Method.get, .post, .delete] {
            #expect(code(method, [.secFetchSite: site]) == "cross_site")
        }
    }

    @Test func `are the service's own, and what no browser sent`() {
        #expect(code(.post, [.secFetchSite: "same-origin", .origin: "https://archive.example"]) == nil)
        #expect(code(.get, [.secFetchSite: "none"]) == nil)
        #expect(code(.post, [.secFetchSite: "none"]) == "cross_site")
        #expect(code(.post, [:]) == nil)
    }

    @Test(arguments: [
        "https://evil.example", "http://archive.example", "https://archive.example:8443", "null", "",
        "https://archive.example.evil.example", "https://evil.example/https://archive.example",
    ])
    func `have no other origin`(_ origin: String) {
        #expect(code(.post, [.origin: origin]) == "cross_site")
    }

    @Test func `have the origin of the address that they were asked at`() {
        #expect(code(.post, [.origin: "http://127.0.0.1:8080"], authority: "127.0.0.1:8080", isSecure: false) == nil)
        #expect(code(.post, [.origin: "https://archive.example"], authority: "10.0.0.5:8080") == nil)
        #expect(code(.post, [.origin: "https://archive.example"], authority: "archive.example:443") == nil)
        #expect(code(.post, [.origin: "https://a.example"], authority: "a.example", publicURL: nil) == nil)
        #expect(code(.post, [.origin: "http://a.example"], authority: "a.example", publicURL: nil) == "cross_site")
    }
}
