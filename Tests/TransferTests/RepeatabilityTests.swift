import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Transfer

/// libcurl itself repeats a request if a kept connection dies before an answer comes.
@Suite(.timeLimit(.minutes(20))) struct RepeatabilityTests {
    /// How often each path was requested.
    private final class Log: Sendable {
        private let counts = Mutex<[String: Int]>([:])

        func note(_ head: String) -> String {
            let path = String(head.split(separator: " ").dropFirst().first ?? "")
            counts.withLock { $0[path, default: 0] += 1 }
            return path
        }

        func count(_ path: String) -> Int { counts.withLock { $0[path] ?? 0 } }
    }

    @Test(arguments: [true, false])
    func `a request that must not be carried out twice is sent once, whatever becomes of its connection`(
        isRepeatable: Bool
    ) async throws {
        let log = Log()
        try await withServer { peer in
            while let head = peer.readHead() {
                // The change has been made, and the connection ends before the answer.
                if log.note(head) == "/change" { return }
                peer.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            }
        } _: { engine, server async throws in
            _ = try await engine.perform(HTTPRequest(.get, server.url("/first")))
            var request = HTTPRequest(.post, server.url("/change"))
            request.isRepeatable = isRepeatable
            await #expect(throws: TransferError.self) { _ = try await engine.perform(request) }
            #expect(log.count("/change") == (isRepeatable ? 2 : 1))
        }
    }
}
