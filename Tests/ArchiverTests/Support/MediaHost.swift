import Crypto
import Foundation
import Recordings
import Synchronization
import TestSupport
import Testing

@testable import Archiver
@testable import Simulator

/// A media host that answers each request as the test says, right or wrong. It can serve recordings instead of the
/// simulator (``MediaHost/takeOver(_:of:)``).
final class MediaHost: Sendable {
    /// One request: the path, the first byte that its `Range` asks for, and its `If-Match`.
    struct Request: Sendable {
        var path: String
        var firstByte: Int?
        var entityTag: String?

        fileprivate init?(_ head: String) {
            let parts = head.split(separator: " ")
            guard parts.count > 1 else { return nil }
            path = String(parts[1])
            firstByte = head.firstMatch(of: /Range: bytes=(\d+)-/).flatMap { Int($0.1) }
            entityTag = head.firstMatch(of: /If-Match: (\S+)/).map { String($0.1) }
        }
    }

    private final class Log: Sendable {
        private let requests = Mutex<[Request]>([])
        func add(_ request: Request) { requests.withLock { $0.append(request) } }
        var all: [Request] { requests.withLock { $0 } }
    }

    private let server: RawServer
    private let log: Log

    /// - Parameter answer: writes an answer; returns whether the connection may be used again.
    init(_ answer: @escaping @Sendable (Request, Peer) -> Bool) throws {
        let log = Log()
        self.log = log
        server = try RawServer { peer in
            while let request = peer.readHead().flatMap(Request.init) {
                log.add(request)
                guard answer(request, peer) else { return }
            }
        }
    }

    deinit { server.stop() }

    var requests: [Request] { log.all }

    var origin: String { "http://127.0.0.1:\(server.port)" }

    /// Lists these recordings with this host's addresses from now on; without any, all of them.
    func takeOver(_ recordings: [String]? = nil, of here: Installation) {
        guard let recordings else {
            here.simulator.inject(FaultRule(.mediaOrigin(origin)))
            return
        }
        for id in recordings { here.simulator.inject(FaultRule(.mediaOrigin(origin), only: id)) }
    }

    /// A recording of this many bytes: a WAVE file with unique bytes.
    static func audio(_ byteCount: Int, seed: UInt8 = 1) -> [UInt8] {
        func number(_ value: Int, _ bytes: Int) -> [UInt8] { (0..<bytes).map { UInt8(value >> (8 * $0) & 0xff) } }
        let sound = (0..<byteCount - 44).map { UInt8(truncatingIfNeeded: ($0 &* 31) ^ ($0 >> 8)) &+ seed }
        return Array("RIFF".utf8) + number(byteCount - 8, 4) + Array("WAVEfmt ".utf8) + number(16, 4) + number(7, 2)
            + number(1, 2) + number(8000, 4) + number(8000, 4) + number(1, 2) + number(8, 2) + Array("data".utf8)
            + number(byteCount - 44, 4) + sound
    }

    static func sha256(_ bytes: [UInt8]) -> String {
        Hexadecimal.text(SHA256.hash(data: bytes))
    }
}

extension Peer {
    /// An answer with a declared length.
    @discardableResult
    func answer(_ status: Int, _ fields: [String] = [], _ body: [UInt8] = []) -> Bool {
        let lines = ["HTTP/1.1 \(status) X"] + fields + ["Content-Length: \(body.count)", "", ""]
        return write(Array(lines.joined(separator: "\r\n").utf8) + body)
    }
}
