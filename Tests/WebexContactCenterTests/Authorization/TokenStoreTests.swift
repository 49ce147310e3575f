import Foundation
import Glibc
import Recordings
import TestSupport
import Testing
import Transfer

@testable import WebexContactCenter

@Suite struct TokenStoreTests {
    private func content(_ access: String) throws -> TokenStore.Content {
        let pair = TokenPair(
            accessToken: Secret(access),
            refreshToken: Secret("r"),
            obtained: TestCenter.now,
            accessExpires: nil,
            refreshExpires: TestCenter.now + .hours(1)
        )
        return TokenStore.Content(pair: pair, origin: TokenStore.origin(Secret("first")))
    }

    private func mode(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return try #require(attributes[.posixPermissions] as? NSNumber).intValue
    }

    @Test func `what is saved is loaded again, and only its owner can read it`() async throws {
        try await withTemporaryFolder { folder in
            let store = TokenStore(path: folder + "/deep/down/acme.json")
            #expect(try await store.load() == nil)
            for name in ["a", "b"] {
                try await store.save(content(name))
                #expect(try await store.load() == content(name))
            }
            #expect(try mode(store.path) == 0o600)
            #expect(try mode(folder + "/deep/down") == 0o700)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/deep/down") == ["acme.json"])
        }
    }

    @Test func `the digest that a pair descends from is sha256sum's`() async throws {
        let outcome = try await Tool.finish("sha256sum", ["-"], input: Data("first".utf8))
        #expect(outcome.text.hasPrefix(try #require(TokenStore.origin(Secret("first"))).description))
    }

    @Test func `the configured token itself is not in the file`() async throws {
        try await withTemporaryFolder { folder in
            let store = TokenStore(path: folder + "/acme.json")
            try await store.save(content("a"))
            #expect(!(try String(contentsOfFile: store.path, encoding: .utf8)).contains("first"))
        }
    }

    @Test func `a left over temporary file does no harm`() async throws {
        try await withTemporaryFolder { folder in
            let store = TokenStore(path: folder + "/acme.json")
            try Data("half a".utf8).write(to: URL(fileURLWithPath: "\(store.path).new-\(getpid())"))
            try await store.save(content("a"))
            #expect(try await store.load() == content("a"))
            #expect(try mode(store.path) == 0o600)
        }
    }

    @Test(arguments: ["", "{", "[]", #"{"access_token":"a"}"#, "\u{0}\u{1}"])
    func `a file that is not of this making counts as none`(text: String) async throws {
        try await withTemporaryFolder { folder in
            let store = TokenStore(path: folder + "/acme.json")
            try Data(text.utf8).write(to: URL(fileURLWithPath: store.path))
            #expect(try await store.load() == nil)
        }
    }

    @Test func `a path that cannot be written is an error that names it, and no token is used`() async throws {
        try await withTemporaryFolder { folder in
            // A file instead of the folder stops even root.
            try Data().write(to: URL(fileURLWithPath: folder + "/tokens"))
            let endpoint = TokenEndpoint(accepting: "first")
            let credentials = Credentials.refreshing(
                clientID: "the client",
                clientSecret: Secret("p&ss=w+rd é%"),
                refreshToken: Secret("first"),
                store: folder + "/tokens/acme.json"
            )
            let test = try TestCenter(endpoint.exchange, credentials: credentials)
            let error = try await providerError { _ = try await test.center.probe() }
            #expect(error.code == .tokenStore)
            #expect(error.message.contains(folder + "/tokens/acme.json"))
            #expect(test.exchange.requests(ending: "tasks").isEmpty)
        }
    }

    @Test func `a pair that the disk did not take is saved before it is used`() async throws {
        try await withTemporaryFolder { folder in
            let endpoint = TokenEndpoint(accepting: "first")
            let path = folder + "/tokens/acme.json"
            let credentials = Credentials.refreshing(
                clientID: "the client",
                clientSecret: Secret("p&ss=w+rd é%"),
                refreshToken: Secret("first"),
                store: path
            )
            let exchange = endpoint.exchange
            let test = try TestCenter(
                ScriptedExchange { request, _ throws(TransferError) in
                    if request.url.path().hasSuffix("tasks") {
                        #expect((try? String(contentsOfFile: path, encoding: .utf8))?.contains("R1_P0A1") == true)
                    } else {
                        // A folder with that name appears while the provider answers, so the new file cannot be put in
                        // place.
                        try? FileManager.default.createDirectory(atPath: path + "/x", withIntermediateDirectories: true)
                    }
                    return try await exchange.perform(request)
                },
                credentials: credentials
            )
            for _ in 0..<2 {
                let error = try await providerError { _ = try await test.center.probe() }
                #expect(error.code == .tokenStore)
            }
            try FileManager.default.removeItem(atPath: path)
            _ = try await test.center.probe()
            #expect(endpoint.refreshes == 1)
        }
    }
}
