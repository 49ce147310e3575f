import Foundation
import Simulator
import Synchronization
import TestSupport
import Testing

/// Problems that users of other tools have reported in public, as a user of Callark would meet them.
@Suite struct `As in a public report` {
    /// As many trickling recordings as downloads may run at once (rclone 9841).
    @Test func `a trickle holds no other recording up, and the pass ends`() async throws {
        try await Desk.with(calls: 8, mix: .recorded) { desk in
            // The largest, which do not end before anyone looks at how fast they come.
            let slow = desk.simulator.servedRecordings().sorted { $0.byteCount > $1.byteCount }.prefix(2)
                .map(\.recording.id)
            for id in slow {
                desk.simulator.inject(FaultRule(.media, .always, .slow(bytesPerSecond: 60), pathContains: id))
            }
            let patience = [
                "CALLARK_DOWNLOADS_CONCURRENCY": "2", "CALLARK_DOWNLOADS_STALL_SECONDS": "3",
                "CALLARK_DOWNLOADS_LEAST_BYTES_PER_SECOND": "10000",
            ]
            let pass = try await desk.run("archive", "--day", desk.day, environment: patience)
            #expect(pass.status == 75, "\(pass.errors)")
            let rows = try await desk.run("list", "--json").objects.filter { $0["type"]?.text == "recording" }
            let failed = rows.filter { $0["state"]?.text == "failed" }
            #expect(Set(failed.compactMap { $0["recording_id"]?.text }) == Set(slow))
            #expect(failed.allSatisfy { $0["reason"]?.text?.contains("fewer than 10000 bytes a second") == true })
            #expect(try await desk.archived().count == desk.offered.count - 2)
            desk.simulator.clearFaults()
            #expect(try await desk.run("archive", "--day", desk.day).status == 0)
            #expect(try await desk.archived() == desk.offered)
        }
    }

    /// A short WAVE file, whose samples begin with one of `number`.
    private static func sound(_ number: UInt8) -> [UInt8] {
        func little(_ number: Int, _ width: Int) -> [UInt8] { (0..<width).map { UInt8(number >> (8 * $0) & 0xff) } }
        let samples = [number] + (0..<8000).map { UInt8($0 * 37 % 251) }
        let format = little(16, 4) + little(1, 2) + little(1, 2) + little(8000, 4) + little(8000, 4) + little(1, 2)
        let body = Array("WAVEfmt ".utf8) + format + little(8, 2) + Array("data".utf8) + little(8001, 4) + samples + [0]
        return Array("RIFF".utf8) + little(body.count, 4) + body
    }

    /// Lists the first recording of each task twice, with the URLs in `queries`, on a media host that serves what each
    /// query asks for.
    private static func listTwice(_ recording: String, at host: URL, _ queries: [String])
        -> @Sendable (Endpoint, Data) -> Data
    {
        { endpoint, body in
            guard endpoint == .captures, var answer = try? JSONSerialization.jsonObject(with: body) as? [String: Any],
                var tasks = answer["data"] as? [[String: Any]]
            else { return body }
            for place in tasks.indices {
                guard let listed = tasks[place]["recording"] as? [[String: Any]] else { continue }
                tasks[place]["recording"] = listed.flatMap { row in
                    guard row["id"] as? String == recording, let attributes = row["attributes"] as? [String: Any] else {
                        return [row]
                    }
                    return queries.map { query in
                        var (row, attributes) = (row, attributes)
                        attributes["filePath"] = "\(host)?\(query)"
                        row["attributes"] = attributes
                        return row
                    }
                }
            }
            answer["data"] = tasks
            return (try? JSONSerialization.data(withJSONObject: answer)) ?? body
        }
    }

    private static func serveVersions() throws -> RawServer {
        try RawServer { peer in
            while let head = peer.readHead() {
                let body = sound(head.contains("=2") || head.contains("=blue") ? 2 : 1)
                let tag = body[44]
                peer.write(
                    "HTTP/1.1 200 OK\r\nContent-Type: audio/wav\r\nContent-Length: \(body.count)\r\nETag: \"\(tag)\"\r\n\r\n"
                )
                peer.write(body)
            }
        }
    }

    /// Two files of a task with the same ID, start and name, whose addresses differ only in their query
    /// (zoom-recording-downloader 10).
    @Test func `two versions of a file are both held`() async throws {
        try await Desk.with(calls: 4, mix: .recorded) { desk in
            let host = try Self.serveVersions()
            defer { host.stop() }
            let first = try #require(desk.simulator.servedRecordings().first)
            let queries = ["versionId=1", "versionId=2"]
            desk.simulator.rewrite(Self.listTwice(first.recording.id, at: host.url("/a.wav"), queries))
            let pass = try await desk.run("archive", "--day", desk.day)
            #expect(pass.status == 0, "\(pass.output) \(pass.errors)")
            #expect(try await desk.archived().count == desk.offered.count + 1)
            let out = "\(desk.folder)/out"
            #expect(try await desk.run("fetch", first.taskID, "-o", out).status == 0)
            let files = try FileManager.default.subpathsOfDirectory(atPath: out).compactMap {
                FileManager.default.contents(atPath: "\(out)/\($0)")
            }
            for number in [1, 2] as [UInt8] { #expect(files.contains(Data(Self.sound(number)))) }
            #expect(try await desk.run("verify").status == 0)
        }
    }

    @Test func `two indistinguishable files are not called complete, and the gap says why`() async throws {
        try await Desk.with(calls: 4, mix: .recorded) { desk in
            let host = try Self.serveVersions()
            defer { host.stop() }
            let first = try #require(desk.simulator.servedRecordings().first)
            let queries = ["colour=red", "colour=blue"]
            desk.simulator.rewrite(Self.listTwice(first.recording.id, at: host.url("/a.wav"), queries))
            let pass = try await desk.run("archive", "--day", desk.day)
            #expect(pass.status == 75)
            let gaps = try await desk.run("gaps", "--json").objects.filter { $0["type"]?.text == "gap" }
            #expect(gaps.compactMap { $0["task_id"]?.text } == [first.taskID])
            #expect(gaps.first?["reason"]?.text == "unusable")
            #expect("\(gaps)".contains("told apart only by colour in their addresses"))
        }
    }

    /// One bit in a page of the manifest that makes a pass ask about the same tasks again and again.
    @Test func `questions that are out of order are asked once, and told as damage`() async throws {
        try await Desk.with(calls: 8, mix: .recorded) { desk in
            for task in Set(desk.simulator.servedRecordings().map(\.taskID)) {
                desk.simulator.holdBackCaptures(of: task, until: desk.simulator.clock.now + .seconds(86_400))
            }
            #expect(try await desk.run("archive", "--day", desk.day).status == 75)
            let path = "\(desk.root)/manifest.sqlite"
            let select = """
                PRAGMA wal_checkpoint(TRUNCATE);
                SELECT rootpage, page_size, (SELECT count(*) FROM question)
                FROM sqlite_schema, pragma_page_size WHERE name = 'question'
                """
            let answer = try await Program.run("sqlite3", [path, select])
            let numbers = try #require(answer.output.split(separator: "\n").last).split(separator: "|").compactMap {
                Int($0)
            }
            try #require(numbers.count == 3 && numbers[2] > 2, "\(answer.output) \(answer.errors)")
            // A leaf of a table's tree (type 13): a header of eight bytes, then the offset of each of its rows, in
            // order.
            var file = try Data(contentsOf: URL(filePath: path))
            let page = (numbers[0] - 1) * numbers[1]
            try #require(file[page] == 13 && Int(file[page + 4]) == numbers[2])
            let places = (0..<numbers[2]).map { Data(file[(page + 8 + 2 * $0)..<(page + 10 + 2 * $0)]) }
            file.replaceSubrange((page + 8)..<(page + 8 + 2 * numbers[2]), with: places.reversed().reduce(Data(), +))
            try file.write(to: URL(filePath: path))
            let before = desk.simulator.counters.requests(to: .captures)
            let pass = try await desk.run("archive", "--day", desk.day)
            #expect(pass.status == 65)
            #expect(try pass.complaint.contains("the manifest has rows that are out of order"))
            #expect(desk.simulator.counters.requests(to: .captures) - before <= numbers[2])
        }
    }

    /// Runs a command, and prints its peak memory in KiB (getrusage(2)) as the last line of standard error.
    private static let measured = """
        import resource, subprocess, sys
        code = subprocess.call(sys.argv[1:])
        print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)
        sys.exit(code)
        """

    /// An answer far below the byte limit that consists of millions of small values.
    @Test func `an answer of millions of values costs neither memory nor a call`() async throws {
        try await Desk.with(calls: 4, mix: .recorded) { desk in
            let values = Data(#"{"meta":{},"data":[\#(String(repeating: "0,", count: 8_000_000))0]}"#.utf8)
            let isSent = Mutex(false)
            desk.simulator.rewrite { endpoint, body in
                let isFirst =
                    endpoint == .tasks
                    && isSent.withLock { sent in
                        defer { sent = true }
                        return !sent
                    }
                return isFirst ? values : body
            }
            let python = ["python3", "-c", Self.measured]
            let pass = try await desk.start(["archive", "--day", desk.day], within: python).end()
            #expect(pass.status == 0, "\(pass.errors)")
            #expect(isSent.withLock { $0 })
            #expect(try await desk.archived() == desk.offered)
            let memory = try #require(pass.errors.split(separator: "\n").last.flatMap { Int($0) })
            #expect(memory < 256 << 10, "\(memory) KiB")
        }
    }
}
