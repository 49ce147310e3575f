import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Transfer

@Suite(.timeLimit(.minutes(20))) struct UploadTests {
    private static let bytes = (0..<700_000).flatMap { number in
        withUnsafeBytes(of: UInt32(number).bigEndian) { Array($0) }
    }

    /// Answers each request with how many bytes its body had, and a sum that depends on their order.
    private static func count(_ peer: Peer) {
        while let head = peer.readHead() {
            let length = head.lowercased().firstMatch(of: /content-length: (\d+)/).flatMap { Int($0.1) } ?? 0
            if head.lowercased().contains("expect: 100-continue") { peer.write("HTTP/1.1 100 Continue\r\n\r\n") }
            guard let body = peer.read(length) else { return }
            let answer = "\(head.prefix { $0 != "\r\n" }) \(length) \(sum(body))"
            peer.write("HTTP/1.1 200 OK\r\nETag: \"e\"\r\nContent-Length: \(answer.utf8.count)\r\n\r\n\(answer)")
        }
    }

    private final class Counter: Sendable {
        private let count = Atomic(0)

        func add() { count.add(1, ordering: .relaxed) }
        var value: Int { count.load(ordering: .relaxed) }
    }

    private static func sum(_ bytes: some Sequence<UInt8>) -> UInt32 {
        bytes.reduce(1) { ($0 &* 31) &+ UInt32($1) }
    }

    private func text(_ answer: HTTPResponse) -> String { String(decoding: answer.body, as: UTF8.self) }

    @Test(arguments: [0..<0, 0..<1, 0..<2_800_000, 5..<1_000_005, 2_799_999..<2_800_000])
    func `a file, or a range of it, arrives as it is`(range: Range<Int64>) async throws {
        let folder = try TemporaryFolder()
        let path = try folder.put("body", Self.bytes)
        try await withServer(answer: Self.count) { engine, server in
            var request = UploadRequest(.put, server.url("/a?b=c"), body: .file(path: path, range: range))
            if range.count > 1_000_000 { request.headers["Expect"] = "100-continue" }
            let answer = try await engine.upload(request)
            let sum = Self.sum(Self.bytes[Int(range.lowerBound)..<Int(range.upperBound)])
            #expect(text(answer) == "PUT /a?b=c HTTP/1.1 \(range.count) \(sum)")
            #expect(answer.status == 200 && answer.headers["etag"] == "\"e\"")
        }
    }

    @Test func `bytes in memory arrive as they are, and connections are kept`() async throws {
        try await withServer(answer: Self.count) { engine, server in
            for count in [0, 1, 300_000] {
                let bytes = Data(Self.bytes.prefix(count))
                let answer = try await engine.upload(UploadRequest(.post, server.url("/a"), body: .bytes(bytes)))
                #expect(text(answer) == "POST /a HTTP/1.1 \(count) \(Self.sum(bytes))")
            }
            #expect(server.connectionCount == 1)
        }
    }

    @Test func `a refusal before the body's end is the answer`() async throws {
        try await withServer { peer in
            _ = peer.readHead()
            peer.write("HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno")
            peer.waitForEnd()
        } _: { engine, server in
            for expect in [true, false] {
                var request = UploadRequest(.put, server.url("/a"), body: .bytes(Data(Self.bytes)))
                if expect { request.headers["Expect"] = "100-continue" }
                let answer = try await engine.upload(request)
                #expect(answer.status == 403 && text(answer) == "no")
            }
        }
    }

    @Test func `a file that cannot be read, or is too short, is an error of this machine`() async throws {
        let folder = try TemporaryFolder()
        let path = try folder.put("body", [1, 2, 3])
        try await withServer(answer: Self.count) { engine, server in
            for (path, range) in [(path + "x", Int64(0)..<1), (path, 0..<4)] {
                let request = UploadRequest(.put, server.url("/a"), body: .file(path: path, range: range))
                let error = await failure { _ = try await engine.upload(request) }
                #expect(error?.code == .unreadable && error?.isTransient == false)
            }
            #expect(server.connectionCount == 0)
        }
    }

    @Test func `a file that becomes shorter while it is sent ends the upload`() async throws {
        let folder = try TemporaryFolder()
        let path = try folder.put("body", Self.bytes + Self.bytes + Self.bytes + Self.bytes)
        try await withServer { peer in
            _ = peer.readHead()
            truncate(path, 3_000_000)
            peer.waitForEnd()
        } _: { engine, server in
            let range = 0..<Int64(4 * Self.bytes.count)
            let request = UploadRequest(.put, server.url("/a"), body: .file(path: path, range: range))
            #expect(await failure { _ = try await engine.upload(request) }?.code == .unreadable)
        }
    }

    @Test func `a server that takes nothing, or answers nothing, stalls the upload`() async throws {
        try await withServer { peer in
            guard let head = peer.readHead() else { return }
            if head.hasPrefix("PUT /silent") { peer.waitForEnd() } else { sleep(20) }
        } _: { engine, server in
            for (path, body) in [("/silent", Data([1])), ("/deaf", Data(count: 64 << 20))] {
                var request = UploadRequest(.put, server.url(path), body: .bytes(body))
                request.stallTimeout = .milliseconds(700)
                request.answerTimeout = .milliseconds(700)
                let error = await failure { _ = try await engine.upload(request) }
                #expect(error?.code == .stalled)
            }
        }
    }

    @Test func `a body is not sent a second time by itself, if a kept connection ends behind it`() async throws {
        let requests = Counter()
        try await withServer { peer in
            while let head = peer.readHead() {
                if head.hasPrefix("PUT /lost") { requests.add() }
                guard peer.read(3) != nil, !head.hasPrefix("PUT /lost") else { return }
                peer.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            }
        } _: { engine, server in
            _ = try await engine.upload(UploadRequest(.put, server.url("/a"), body: .bytes(Data([1, 2, 3]))))
            let lost = UploadRequest(.put, server.url("/lost"), body: .bytes(Data([1, 2, 3])))
            #expect(await failure { _ = try await engine.upload(lost) }?.code == .cutShort)
            #expect(requests.value == 1)
        }
    }

    @Test func `uploads that share a limiter share its rate`() async throws {
        try await withServer(answer: Self.count) { engine, server in
            let limiter = UploadLimiter(bytesPerSecond: 2_000_000)
            let begin = ContinuousClock.now
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<3 {
                    group.addTask {
                        var request = UploadRequest(.put, server.url("/a"), body: .bytes(Data(count: 1_000_000)))
                        request.limiter = limiter
                        // Its own pauses are nobody's silence.
                        request.stallTimeout = .milliseconds(200)
                        let answer = try await engine.upload(request)
                        #expect(answer.status == 200)
                    }
                }
                try await group.waitForAll()
            }
            // Three million bytes, of which half a million may go at once.
            #expect(ContinuousClock.now - begin > .milliseconds(1200))
        }
    }

    @Test func `a limiter grants what is there, and says when there is more`() {
        let limiter = UploadLimiter(bytesPerSecond: 1000)
        let begin = ContinuousClock.now + .seconds(1)
        #expect(limiter.take(upTo: 100, now: begin) == .bytes(100))
        #expect(limiter.take(upTo: 1000, now: begin) == .bytes(150))
        #expect(limiter.take(upTo: 1000, now: begin) == .wait(until: begin + .milliseconds(125)))
        #expect(limiter.take(upTo: 1000, now: begin + .milliseconds(125)) == .bytes(125))
        // A long pause saves up no more than a quarter of a second.
        #expect(limiter.take(upTo: 1000, now: begin + .seconds(60)) == .bytes(250))
    }

    @Test func `a cancelled upload ends at once, also while it is paced`() async throws {
        try await withServer(answer: Self.count) { engine, server in
            var request = UploadRequest(.put, server.url("/a"), body: .bytes(Data(count: 1_000_000)))
            request.limiter = UploadLimiter(bytesPerSecond: 10)
            let upload = Task { [request] in try await engine.upload(request) }
            try await Task.sleep(for: .milliseconds(50))
            upload.cancel()
            #expect(await failure { _ = try await upload.value }?.code == .cancelled)
        }
    }

    @Test func `HEAD has no body, whatever its head says`() async throws {
        try await withServer { peer in
            while peer.readHead() != nil {
                peer.write("HTTP/1.1 200 OK\r\nContent-Length: 6000000000\r\nX: y\r\n\r\n")
            }
        } _: { engine, server in
            for _ in 0..<2 {
                let answer = try await engine.perform(HTTPRequest(.head, server.url("/a")))
                #expect(answer.headers["Content-Length"] == "6000000000" && answer.body.isEmpty)
            }
            #expect(server.connectionCount == 1)
        }
    }

    @Test func `a download that follows no redirects may carry credentials, and no other may`() async throws {
        try await withServer { peer in
            while let head = peer.readHead() {
                let isSigned = head.contains("Authorization: x")
                peer.write("HTTP/1.1 \(isSigned ? 307 : 200) No\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n")
            }
        } _: { engine, server in
            var request = DownloadRequest(server.url("/a"), headers: ["Authorization": "x"])
            #expect(await failure { _ = try await engine.download(request, into: Basket()) }?.code == .refused)
            request.followsRedirects = false
            let head = try await engine.download(request, into: Basket())
            #expect(head.status == 307)
        }
    }
}
