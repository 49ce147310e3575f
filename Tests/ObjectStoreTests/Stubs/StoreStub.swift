import Foundation
import Recordings
import Synchronization
import TestSupport
import Testing
import Transfer

@testable import ObjectStore

/// A store that answers as a test says, and remembers what it was asked.
final class StoreStub: Sendable {
    /// A request as it arrived.
    struct Request: Sendable {
        var method: String
        /// Path and query.
        var target: String
        /// Names in lower case.
        var fields: [String: String]
        var body: [UInt8]
    }

    struct Answer: Sendable {
        var status: Int
        var fields: [String: String] = [:]
        var body = ""
        /// Whether the connection ends instead.
        var isLost = false

        static let lost = Answer(status: 0, isLost: true)

        /// A refusal as S3 words it.
        static func refusal(_ status: Int, _ code: String, _ message: String = "No.") -> Answer {
            let body = "<Error><Code>\(code)</Code><Message>\(message)</Message><RequestId>R1</RequestId></Error>"
            return Answer(status: status, body: body)
        }
    }

    private let server: RawServer
    private let log: Log

    private final class Log: Sendable {
        let requests = Mutex<[Request]>([])
    }

    /// - Parameter answer: gets a request and how many there were before it.
    init(_ answer: @escaping @Sendable (Request, Int) -> Answer) throws {
        let log = Log()
        self.log = log
        server = try RawServer { peer in
            while let request = Self.read(peer) {
                let count = log.requests.withLock { requests in
                    requests.append(request)
                    return requests.count - 1
                }
                let answer = answer(request, count)
                guard !answer.isLost else { return peer.reset() }
                var head = "HTTP/1.1 \(answer.status) Said\r\n"
                for (name, value) in answer.fields { head += "\(name): \(value)\r\n" }
                if answer.fields["Content-Length"] == nil { head += "Content-Length: \(answer.body.utf8.count)\r\n" }
                peer.write(head + "\r\n" + (request.method == "HEAD" ? "" : answer.body))
            }
        }
    }

    deinit { server.stop() }

    var requests: [Request] { log.requests.withLock { $0 } }
    var endpoint: String { "http://127.0.0.1:\(server.port)" }

    private static func read(_ peer: Peer) -> Request? {
        guard let head = peer.readHead() else { return nil }
        let lines = head.components(separatedBy: "\r\n")
        let words = lines[0].components(separatedBy: " ")
        var fields: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            fields[line[..<colon].lowercased()] =
                line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
        }
        if fields["expect"] != nil { peer.write("HTTP/1.1 100 Continue\r\n\r\n") }
        guard let body = peer.read(Int(fields["content-length"] ?? "0") ?? 0) else { return nil }
        return Request(method: words[0], target: words[1], fields: fields, body: body)
    }

    /// Runs `body` with a store that talks to this.
    func with(
        credentials: any CredentialSource = StaticCredentials(
            ObjectCredentials(accessKeyID: "AK", secretAccessKey: "top-secret", sessionToken: "session-secret")
        ),
        attempts: Int = 3,
        onRetry: @escaping @Sendable (StoreRetry) -> Void = { _ in },
        now: @escaping @Sendable () -> Date = { Date() },
        _ body: (ObjectStore) async throws -> Void
    ) async throws {
        let engine = try TransferEngine(.init(userAgent: "callark-tests", maximumConnectionsPerHost: 8))
        let store = try ObjectStore(
            at: ObjectStoreLocation(endpoint: endpoint, region: "r-1", bucket: "bucket", pathStyle: true),
            credentials: credentials,
            engine: engine,
            retry: RetryPolicy(attempts: attempts, baseDelay: .zero),
            patience: StorePatience(request: .seconds(20), stall: .seconds(10), answer: .seconds(20)),
            onRetry: onRetry,
            now: now
        )
        do {
            try await body(store)
            await engine.shutDown()
        } catch {
            await engine.shutDown()
            throw error
        }
    }
}
