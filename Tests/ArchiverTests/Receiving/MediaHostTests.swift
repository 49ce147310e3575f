import DailyArchive
import Files
import Foundation
import Manifest
import Recordings
import Synchronization
import TestSupport
import Testing
import Transfer

@testable import Archiver
@testable import Simulator

/// What a media host may do to downloads that the simulator's does not: its connections, its ranges, its numbers. The
/// limit is long because waiting for a turn counts.
@Suite(.timeLimit(.minutes(20))) struct `A media host of another kind` {
    private static let patient = RetryPolicy(attempts: 3, baseDelay: .milliseconds(5))

    /// The row of one recording.
    private func row(_ here: Installation, _ id: String) async throws -> RecordingRow {
        try #require(try await here.recordings().first { $0.key.recordingID.description == id })
    }

    private func others(than id: String, _ here: Installation) -> [Evidence] {
        here.offered().filter { $0.recording != id }
    }

    private func isHeld(_ bytes: [UInt8], as id: String, _ here: Installation) async throws -> Bool {
        try await here.held().contains { $0.recording == id && $0.sha256 == MediaHost.sha256(bytes) }
    }

    @Test func `that ends every connection after half a megabyte brings a large recording all the same`() async throws {
        let audio = MediaHost.audio(6 << 20)
        let host = try MediaHost { request, peer in
            let first = request.firstByte ?? 0
            let range = "Content-Range: bytes \(first)-\(audio.count - 1)/\(audio.count)"
            peer.write(
                "HTTP/1.1 \(first == 0 ? 200 : 206) X\r\nETag: \"a\"\r\n\(first == 0 ? "" : range + "\r\n")"
                    + "Content-Length: \(audio.count - first)\r\n\r\n"
            )
            peer.write(Array(audio[first..<min(first + 512 << 10, audio.count)]))
            return false
        }
        for memory in [64 << 20, 8 << 20] {
            try await Installation.with(.small(calls: 1, mix: .plain)) { here in
                let id = try #require(here.offered().first?.recording)
                host.takeOver([id], of: here)
                let before = host.requests.count
                let result = try await here.pass {
                    $0.rules.downloads.retry = Self.patient
                    $0.rules.downloads.memoryBytes = memory
                }
                #expect(result.isComplete)
                #expect(try await isHeld(audio, as: id, here))
                #expect(host.requests.count - before == 12)
                #expect(try await row(here, id).attempts == 12)
                #expect(result.pacing.lowest == result.pacing.configured)
            }
        }
    }

    @Test func `that breaks off and then fails leaves the next pass the rest only`() async throws {
        let audio = MediaHost.audio(400_000)
        let isBroken = Mutex(true)
        let host = try MediaHost { request, peer in
            let first = request.firstByte ?? 0
            guard isBroken.withLock(\.self) else {
                #expect(request.firstByte == 300_000 && request.entityTag == "\"a\"")
                let range = "Content-Range: bytes \(first)-\(audio.count - 1)/\(audio.count)"
                return peer.answer(206, ["ETag: \"a\"", range], Array(audio[first...]))
            }
            guard first == 0 else { return peer.answer(503) }
            peer.write("HTTP/1.1 200 X\r\nETag: \"a\"\r\nContent-Length: \(audio.count)\r\n\r\n")
            peer.write(Array(audio[..<300_000]))
            return false
        }
        try await Installation.with(.small(calls: 1, mix: .plain)) { here in
            let id = try #require(here.offered().first?.recording)
            host.takeOver([id], of: here)
            #expect(try await !here.pass { $0.rules.downloads.retry = Self.patient }.isComplete)
            #expect(try await row(here, id).state == .failed)
            isBroken.withLock { $0 = false }
            #expect(try await here.pass().isComplete)
            #expect(try await isHeld(audio, as: id, here))
            #expect(try here.root.parts().isEmpty)
        }
    }

    @Test func `that begins anew each time, or with another object, is given up after the tries that there are`()
        async throws
    {
        for tags in [["\"a\"", "\"b\"", "\"c\"", "\"d\"", "\"e\"", "\"f\""], ["W/\"a\""], [""]] {
            let audio = MediaHost.audio(400_000)
            let count = Mutex(0)
            let host = try MediaHost { request, peer in
                let tag = tags[
                    count.withLock {
                        $0 += 1; return $0
                    } % tags.count
                ]
                if let wanted = request.entityTag, wanted != tag { return peer.answer(412) }
                peer.write("HTTP/1.1 200 X\r\n\(tag.isEmpty ? "" : "ETag: \(tag)\r\n")")
                peer.write("Content-Length: \(audio.count)\r\n\r\n")
                peer.write(Array(audio[..<300_000]))
                return false
            }
            try await Installation.with(.small(calls: 1, mix: .plain)) { here in
                let id = try #require(here.offered().first?.recording)
                host.takeOver([id], of: here)
                #expect(try await !here.pass { $0.rules.downloads.retry = Self.patient }.isComplete)
                #expect(try await row(here, id).state == .failed)
                #expect(host.requests.count <= 8)
            }
        }
    }

    @Test(arguments: [true, false]) func `that answers with an unrequested range gives the whole recording, or none`(
        isWhole: Bool
    ) async throws {
        let audio = MediaHost.audio(50_000)
        let host = try MediaHost { _, peer in
            let count = isWhole ? audio.count : audio.count - 1
            let range = "Content-Range: bytes 0-\(count - 1)/\(audio.count)"
            return peer.answer(206, [range], Array(audio[..<count]))
        }
        try await Installation.with(.small(calls: 1, mix: .plain)) { here in
            let id = try #require(here.offered().first?.recording)
            host.takeOver([id], of: here)
            let result = try await here.pass { $0.rules.downloads.retry = Self.patient }
            #expect(result.isComplete == isWhole)
            #expect(try await isHeld(audio, as: id, here) == isWhole)
            // The first attempt brings new bytes, and does not count as one of the three.
            #expect(host.requests.count == (isWhole ? 1 : 4))
            if !isWhole { #expect(try await row(here, id).reason == "the server sent only part of the recording") }
        }
    }

    /// Header lines that determine how much follows, and a part of the reason.
    @Test(arguments: [
        ("Content-Length: 9223372036854775807", "9223372036854775807 bytes, which no recording has"),
        ("Content-Length: 4611686018427387904", "which no recording has"),
        ("Content-Length: 1099511627776", "which no recording has"),
        ("Content-Length: 18446744073709551616", "Content-Length"), ("Content-Length: -1", "not acceptable"),
        ("Content-Length: 12abc", "127.0.0.1"), ("Content-Length: 500\r\nContent-Length: 501", "Content-Length"),
    ])
    func `with an absurd length costs one recording, and no other`(lines: String, reason: String) async throws {
        let host = try MediaHost { _, peer in
            peer.write("HTTP/1.1 200 X\r\n\(lines)\r\n\r\n")
            peer.write([UInt8](repeating: 7, count: 100))
            return false
        }
        try await Installation.with(.small(calls: 5, mix: .plain)) { here in
            let id = try #require(here.offered().first?.recording)
            host.takeOver([id], of: here)
            let result = try await here.pass { $0.rules.downloads.retry = Self.patient }
            #expect(result.failure == nil)
            #expect(try await here.held() == others(than: id, here))
            let row = try await row(here, id)
            #expect(row.state == .failed)
            #expect(row.reason?.contains(reason) == true, "\(row.reason ?? "")")
        }
    }

    @Test func `with a range of absurd length costs one recording, and no other`() async throws {
        let host = try MediaHost { _, peer in
            peer.answer(206, ["Content-Range: bytes 0-99/9223372036854775807"], [UInt8](repeating: 7, count: 100))
        }
        try await Installation.with(.small(calls: 5, mix: .plain)) { here in
            let id = try #require(here.offered().first?.recording)
            host.takeOver([id], of: here)
            let result = try await here.pass { $0.rules.downloads.retry = Self.patient }
            #expect(result.failure == nil)
            #expect(try await here.held() == others(than: id, here))
            #expect(try await row(here, id).reason?.contains("which no recording has") == true)
        }
    }

    /// As many trickling recordings as there may be downloads at once, ahead of the others.
    @Test(arguments: [1, 4]) func `that lets recordings trickle holds no others up, and the pass ends`(concurrency: Int)
        async throws
    {
        try await Installation.with(.small(calls: 12, mix: .plain)) { here in
            let trickling = here.offered().map(\.recording).prefix(concurrency)
            for id in trickling {
                here.simulator.inject(FaultRule(.media, .always, .slow(bytesPerSecond: 60), pathContains: id))
            }
            let result = try await here.pass {
                $0.rules.downloads.concurrency = concurrency
                $0.rules.downloads.stallTimeout = .milliseconds(1500)
                $0.rules.downloads.leastBytesPerSecond = 10_000
                $0.rules.downloads.retry = Self.patient
            }
            #expect(result.failure == nil)
            let held = Set(try await here.held().map(\.recording))
            #expect(held == Set(here.offered().map(\.recording)).subtracting(trickling))
            for id in trickling {
                let row = try await row(here, id)
                #expect(row.state == .failed && row.attempts == 3)
                #expect(row.reason?.contains("fewer than 10000 bytes a second") == true, "\(row.reason ?? "")")
            }
            here.simulator.clearFaults()
            #expect(try await here.pass().isComplete)
            try await here.expectWhole()
        }
    }

    @Test(arguments: ["gzip", "GZIP, aws-chunked", "x-gzip"])
    func `that sends a recording compressed has it decoded, resumed where it broke off, and named so`(
        encoding: String
    ) async throws {
        let audio = MediaHost.audio(300_000)
        let sent = [UInt8](Gzip.wrap(Data(audio)))
        let host = try MediaHost { request, peer in
            let first = request.firstByte ?? 0
            let fields = ["ETag: \"a\"", "Content-Encoding: \(encoding)"]
            if first > 0 {
                let range = "Content-Range: bytes \(first)-\(sent.count - 1)/\(sent.count)"
                return peer.answer(206, fields + [range], Array(sent[first...]))
            }
            let head = ["HTTP/1.1 200 X"] + fields + ["Content-Length: \(sent.count)", "", ""]
            peer.write(head.joined(separator: "\r\n"))
            peer.write(Array(sent[..<200_000]))
            return false
        }
        try await Installation.with(.small(calls: 1, mix: .plain)) { here in
            let id = try #require(here.offered().first?.recording)
            host.takeOver([id], of: here)
            #expect(try await here.pass { $0.rules.downloads.retry = Self.patient }.isComplete)
            #expect(host.requests.map(\.firstByte) == [nil, 200_000])
            #expect(try await isHeld(audio, as: id, here))
            #expect(try here.root.parts().isEmpty)
            #expect(try await here.verify() == [])
            let lines = try await entries(here)
            let entry = try #require(lines.first { $0.key.recordingID.description == id })
            #expect(entry.stored.byteCount == Int64(audio.count) && entry.audio?.codec == "mulaw")
            let sentForm = try #require(entry.sent)
            #expect(sentForm.contentEncoding == encoding.lowercased())
            #expect(sentForm.byteCount == Int64(sent.count))
            #expect(sentForm.digest.description == MediaHost.sha256(sent))
        }
    }

    /// The metadata lines of all sealed archives.
    private func entries(_ here: Installation) async throws -> [RecordingEntry] {
        try here.root.archives.list().flatMap { name -> [RecordingEntry] in
            let tar = [UInt8](try Data(contentsOf: URL(filePath: here.root.archivePath(name))))
            let start = Array(#"{"attempts":"#.utf8)
            return tar.split(separator: UInt8(ascii: "\n")).compactMap { line in
                line.firstRange(of: start).flatMap { try? RecordingEntry(jsonLine: Array(line[$0.lowerBound...])) }
            }
        }
    }

    /// The codings, the bytes that are sent, and a part of the reason.
    @Test(arguments: [
        ("gzip", false, "its Content-Encoding gzip does not hold: damaged or cut short"),
        ("br", true, "it comes with the Content-Encoding br, which is not decoded"),
        ("gzip, gzip", true, "it comes with the Content-Encoding gzip, gzip, which is not decoded"),
    ])
    func `that sends undecodable bytes is reported, and nothing false is held`(
        encoding: String,
        isWhole: Bool,
        reason: String
    ) async throws {
        let sent = [UInt8](Gzip.wrap(Data(MediaHost.audio(30_000))))
        let host = try MediaHost { _, peer in
            peer.answer(200, ["Content-Encoding: \(encoding)"], isWhole ? sent : Array(sent.dropLast(9)))
        }
        try await Installation.with(.small(calls: 4, mix: .plain)) { here in
            let id = try #require(here.offered().first?.recording)
            host.takeOver([id], of: here)
            let result = try await here.pass { $0.rules.downloads.retry = Self.patient }
            #expect(result.failure == nil)
            #expect(try await here.held() == others(than: id, here))
            let row = try await row(here, id)
            #expect(row.state == .failed && row.reason == reason)
            #expect(try here.root.parts().isEmpty)
        }
    }
}

/// The same refusal of everything is one trouble. The limit is long because waiting for a turn counts.
@Suite(.timeLimit(.minutes(20))) struct `A media host that refuses everything` {
    @Test(arguments: ["RequestTimeTooSkewed", "AccessDenied", "SignatureDoesNotMatch", "ExpiredToken", ""])
    func `is reported once, with what to do, and costs few requests`(code: String) async throws {
        try await Installation.with(.small(calls: 40, mix: .plain)) { here in
            let recordings = here.offered().count
            let body = code.isEmpty ? "" : "<Error><Code>\(code)</Code></Error>"
            here.simulator.inject(FaultRule(.media, .always, .status(403, body: body)))
            let told = Mutex<[String]>([])
            let result = try await here.pass {
                $0.rules.downloads.retry = RetryPolicy(attempts: 8, baseDelay: .milliseconds(5))
            } observer: { event in
                if case .mediaTrouble(_, let reason) = event { told.withLock { $0.append(reason) } }
            }
            #expect(result.failure == nil)
            #expect(result.summary.recordings.failed == recordings)
            let notices = told.withLock(\.self)
            #expect(notices.count == 1)
            #expect(notices.first?.contains("answered 403\(code.isEmpty ? "" : " (\(code))")") == true)
            #expect(here.simulator.counters.requests(to: .captures) <= 30)
            let reasons = Set(try await here.recordings().compactMap(\.reason))
            #expect(reasons.contains { $0.contains("to one recording after the other: ") }, "\(reasons)")
            here.simulator.clearFaults()
            #expect(try await here.pass().isComplete)
            try await here.expectWhole()
        }
    }

    @Test func `for a while is got through`() async throws {
        try await Installation.with(.small(calls: 40, mix: .plain)) { here in
            let body = "<Error><Code>RequestTimeTooSkewed</Code></Error>"
            here.simulator.inject(FaultRule(.media, .first(30), .status(403, body: body)))
            let result = try await here.pass {
                $0.rules.downloads.retry = RetryPolicy(attempts: 20, baseDelay: .milliseconds(5))
            }
            #expect(result.isComplete)
            try await here.expectWhole()
        }
    }

    @Test func `but for some gives those, in whichever order they come`() async throws {
        try await Installation.with(.small(calls: 40, mix: .plain)) { here in
            let offered = here.offered()
            let good = offered.indices.filter { $0 % 8 == 7 }.map { offered[$0] }
            for evidence in offered where !good.contains(evidence) {
                let refusal = Fault.status(403, body: "<Error><Code>AccessDenied</Code></Error>")
                here.simulator.inject(FaultRule(.media, .always, refusal, pathContains: evidence.recording))
            }
            let result = try await here.pass {
                $0.rules.downloads.retry = RetryPolicy(attempts: 3, baseDelay: .milliseconds(5))
            }
            #expect(result.failure == nil)
            #expect(try await here.held() == good)
        }
    }

    @Test func `by failing for too long is left alone for this pass`() async throws {
        try await Installation.with(.small(calls: 40, mix: .plain)) { here in
            let recordings = here.offered().count
            here.simulator.inject(FaultRule(.media, .always, .xmlSlowDown))
            let result = try await here.pass {
                $0.rules.downloads.hostPatience = .milliseconds(300)
                $0.rules.downloads.retry = RetryPolicy(attempts: 1000, baseDelay: .milliseconds(20))
            }
            #expect(result.failure == nil)
            #expect(result.summary.recordings.failed == recordings)
            let reasons = Set(try await here.recordings().compactMap(\.reason))
            #expect(
                reasons == [
                    "the media host answered 503 (SlowDown); nothing has come from the media host for 0 min: run it again later"
                ]
            )
            here.simulator.clearFaults()
            #expect(try await here.pass().isComplete)
            try await here.expectWhole()
        }
    }
}
