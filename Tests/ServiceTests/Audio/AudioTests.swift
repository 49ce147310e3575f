import Crypto
import Evidence
import Files
import Foundation
import Recordings
import Settings
import Simulator
import Testing
import Text

@testable import Service
@testable import Wiring

/// Audio over the network, compared with what the provider sent.
@Suite struct `Audio` {
    private func accesses(_ office: Office) throws -> [LogEntry] {
        let reader = try LogReader(LogFolder(path: "\(office.installation.root.logsPath)/acme"))
        var entries: [[UInt8]] = []
        try reader.forEachProvenEntry { _, entry throws(EvidenceError) in entries.append(entry) }
        return try entries.map { try LogEntry($0) }.filter { $0.type == .audioAccessed }
    }

    @Test func `is the bytes as archived, with what proves it`() async throws {
        try await Office.with { office in
            let key = try await office.key(.reviewer, name: "ann")
            let held = try await Held(office, key: key)
            let reply = try await office.ask(held.path, key: key)
            #expect(reply.status == 200 && reply.body == held.bytes && reply.isWhole)
            #expect(reply.headers["etag"] == "\"\(held.sha256)\"")
            #expect(reply.headers["accept-ranges"] == "bytes")
            #expect(reply.headers["content-type"]?.hasPrefix("audio/") == true)
            #expect(reply.headers["content-disposition"] == "attachment; filename=\"\(held.file)\"")
            let sum = Data(SHA256.hash(data: held.bytes)).base64EncodedString()
            #expect(reply.headers["repr-digest"] == "sha-256=:\(sum):")
            let head = try await office.ask("HEAD", held.path, key: key)
            #expect(head.status == 200 && head.body.isEmpty)
            for name in ["etag", "content-length", "content-type", "repr-digest", "accept-ranges"] {
                #expect(head.headers[name] == reply.headers[name], "\(name)")
            }
            for known in ["\"\(held.sha256)\"", "\"other\", W/\"\(held.sha256)\"", "*"] {
                let again = try await office.ask(held.path, key: key, headers: [("If-None-Match", known)])
                #expect(again.status == 304 && again.body.isEmpty, "\(known)")
                let headers = [("If-None-Match", known)]
                #expect(try await office.ask("HEAD", held.path, key: key, headers: headers).status == 304, "\(known)")
            }
            for (wanted, status) in [("\"\(held.sha256)\"", 200), ("*", 200), ("\"other\"", 412)] {
                for method in ["GET", "HEAD"] {
                    let reply = try await office.ask(method, held.path, key: key, headers: [("If-Match", wanted)])
                    #expect(reply.status == status, "\(method) \(wanted)")
                }
            }
        }
    }

    @Test func `comes in parts`() async throws {
        try await Office.with { office in
            let key = try await office.key(.reviewer)
            let held = try await Held(office, key: key)
            let size = held.bytes.count
            for (range, part) in [
                ("bytes=0-0", 0..<1), ("bytes=0-99", 0..<100), ("bytes=100-", 100..<size),
                ("bytes=-7", (size - 7)..<size), ("bytes=5-\(size * 2)", 5..<size), ("bytes=-\(size * 2)", 0..<size),
            ] {
                let reply = try await office.ask(held.path, key: key, headers: [("Range", range)])
                #expect(reply.status == 206 && reply.body == Array(held.bytes[part]) && reply.isWhole, "\(range)")
                let place = "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(size)"
                #expect(reply.headers["content-range"] == place)
                #expect(reply.headers["repr-digest"] == nil)
            }
            for range in ["bytes=\(size)-", "bytes=-0", "bytes=\(size + 5)-\(size + 9)"] {
                let reply = try await office.ask(held.path, key: key, headers: [("Range", range)])
                #expect(reply.status == 416 && reply.problem == "range_not_satisfiable", "\(range)")
                #expect(reply.headers["content-range"] == "bytes */\(size)")
            }
            for range in ["bytes=0-1,5-6", "bytes=9-1", "lines=1-2", "bytes=", "bytes=-", "bytes=a-b", "0-1"] {
                let reply = try await office.ask(held.path, key: key, headers: [("Range", range)])
                #expect(reply.status == 200 && reply.body == held.bytes, "\(range)")
            }
            for (tag, status) in [
                ("\"\(held.sha256)\"", 206), ("\"other\"", 200), ("Mon, 30 Nov 2026 10:00:00 GMT", 200),
            ] {
                let headers = [("Range", "bytes=0-9"), ("If-Range", tag)]
                #expect(try await office.ask(held.path, key: key, headers: headers).status == status, "\(tag)")
            }
            let head = try await office.ask("HEAD", held.path, key: key, headers: [("Range", "bytes=0-9")])
            #expect(head.status == 200 && head.headers["content-length"] == "\(size)")
        }
    }

    @Test func `needs the role, and is not given to an auditor`() async throws {
        try await Office.with { office in
            let held = try await Held(office, key: office.key())
            for role in Role.allCases {
                let key = try await office.key(role)
                let status = role.permits(.listen) ? 200 : 403
                for (method, path) in [("GET", held.path), ("HEAD", held.path)] {
                    #expect(try await office.ask(method, path, key: key).status == status, "\(role) \(method)")
                }
            }
            #expect(try await office.ask(held.path).status == 401)
            #expect(try accesses(office).map(\.actor.name).count == 3)
        }
    }

    @Test func `is in the evidence log before its first byte, once for each act, with who, from where and why`()
        async throws
    {
        try await Office.with { office in
            let (ann, bob) = try await (office.key(.reviewer, name: "ann"), office.key(.reviewer, name: "bob"))
            let held = try await Held(office, key: ann)
            _ = try await office.ask("HEAD", held.path, key: ann)
            #expect(try accesses(office).isEmpty)
            _ = try await office.ask(held.path, key: ann, headers: [("Callark-Reason", "complaint 17")])
            for range in ["bytes=0-9", "bytes=10-19"] {
                _ = try await office.ask(held.path, key: ann, headers: [("Range", range)])
            }
            let first = try accesses(office)
            #expect(first.map(\.actor.name) == ["ann"])
            #expect(first[0].actor.via == .key && first[0].actor.address == "127.0.0.1")
            #expect(first[0].text(.taskID) == held.task && first[0].text(.how) == "play")
            #expect(first[0].text(.reason) == "complaint 17")
            let said = try await office.ask(
                "POST",
                held.path.replacing("/\(held.file)", with: "/access"),
                key: bob,
                body: #"{"reason": "training", "case": "2026-3"}"#
            )
            #expect(try said.status == 200 && said.json["reason"] == .text("training"))
            #expect(try accesses(office).count == 1)
            _ = try await office.ask(held.path, key: bob)
            let second = try #require(try accesses(office).last)
            #expect(second.actor.name == "bob" && second.text(.reason) == "training")
            #expect(second.text(.caseName) == "2026-3")
        }
    }

    @Test(arguments: [
        (#"{"reason":""}"#, 400), (#"{"reason":"  "}"#, 400), ("{}", 400), (#"{"reason":1}"#, 400), ("[]", 400),
        ("", 400), ("nonsense", 400), (#"{"reason":"x","why":"y"}"#, 400), (#"{"reason":"a\nb"}"#, 400),
        (#"{"reason":"\#(String(repeating: "x", count: 1001))"}"#, 400),
        (#"{"reason":"\#(String(repeating: "x", count: 70_000))"}"#, 413),
        (String(repeating: "[", count: 60_000), 400),
    ])
    func `a reason that is invalid is refused`(_ body: String, _ status: Int) async throws {
        try await Office.with { office in
            let key = try await office.key(.reviewer)
            let task = try office.firstTask
            let path = "/api/v1/calls/acme/\(PercentCoding.encoded(task.id))/access"
            let reply = try await office.ask("POST", path, key: key, body: body)
            #expect(reply.status == status && reply.problem != nil, "\(reply.text)")
            let form = try await office.ask(
                "POST",
                path,
                key: key,
                headers: [("Content-Type", "text/plain")],
                body: body
            )
            #expect(form.status == 415)
        }
    }

    @Test func `a body without an end is refused at its bound`() async throws {
        try await Office.with { office in
            let key = try await office.key(.reviewer)
            let task = try office.firstTask
            let connection = try Connection(port: office.port)
            let head = """
                POST /api/v1/calls/acme/\(PercentCoding.encoded(task.id))/access HTTP/1.1\r
                Host: x\r
                Authorization: Bearer \(key)\r
                Content-Type: application/json\r
                Transfer-Encoding: chunked\r
                \r

                """
            await connection.send(Array(head.utf8))
            let chunk = Array("1000\r\n\(String(repeating: "x", count: 4096))\r\n".utf8)
            for _ in 0..<100 { await connection.send(chunk) }
            let reply = try #require(Reply(try await connection.receive()))
            #expect(reply.status == 413 && reply.problem == "too_large")
            let end = ContinuousClock.now + .seconds(300)
            while await connection.send(chunk) { try #require(ContinuousClock.now < end) }
        }
    }

    @Test func `needs a reason if the configuration demands one`() async throws {
        let settings = "service: { listen: \"127.0.0.1:0\" }\naudit: { require_reason: true, metadata: true }"
        try await Office.with(settings: settings) { office in
            let key = try await office.key(.reviewer, name: "ann")
            let held = try await Held(office, key: key)
            let refused = try await office.ask(held.path, key: key)
            #expect(refused.status == 403 && refused.problem == "reason_required")
            let blank = try await office.ask(held.path, key: key, headers: [("Callark-Reason", "  ")])
            #expect(blank.status == 403)
            #expect(try accesses(office).isEmpty)
            let given = try await office.ask(held.path, key: key, headers: [("Callark-Reason", "training")])
            #expect(given.status == 200)
            let auditor = try await office.key(.auditor)
            let audit = try await office.ask("/api/v1/audit?organization=acme&actor=ann", key: auditor).json
            let actions = audit["entries"]?.list.compactMap { $0["action"]?.text } ?? []
            #expect(actions.contains("audio.accessed") && actions.contains("call.viewed"), "\(actions)")
            #expect(audit["total"]?.number.map(Int.init) == actions.count)
        }
    }

    @Test func `that is damaged is not given out, and is known to be damaged from then on`() async throws {
        try await Office.with { office in
            let key = try await office.key(.reviewer)
            let held = try await Held(office, key: key)
            try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: held.archive)
            let file = try #require(FileHandle(forUpdatingAtPath: held.archive))
            try file.seek(toOffset: UInt64(held.offset + held.bytes.count / 2))
            try file.write(contentsOf: [held.bytes[held.bytes.count / 2] ^ 1])
            try file.close()
            for headers in [[], [("Range", "bytes=0-9")]] {
                let reply = try await office.ask(held.path, key: key, headers: headers)
                #expect(reply.status == 503 && reply.problem == "damaged")
            }
            let call = held.path.replacing("/\(held.file)", with: "")
            let lines = try await office.ask(call, key: key).json["recordings"]?.list ?? []
            #expect(lines.first { $0["file"] == .text(held.file) }?["state"] == .text("damaged"))
            #expect(try accesses(office).isEmpty)
        }
    }

    @Test func `that is large is sent while it is checked, and its end held back if it is damaged`() async throws {
        var mix = CallMix()
        mix.firstRecordingBytes = 6_000_000
        try await Office.with(mix: mix) { office in
            let key = try await office.key(.reviewer)
            let large = try await Self.large(office, key: key)
            let whole = try await office.ask(large.path, key: key)
            #expect(whole.isWhole && whole.body.count == large.size)
            let part = try await office.ask(large.path, key: key, headers: [("Range", "bytes=1000000-1999999")])
            #expect(part.status == 206 && part.body == Array(whole.body[1_000_000..<2_000_000]))
            try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: large.archive)
            let file = try #require(FileHandle(forUpdatingAtPath: large.archive))
            try file.seek(toOffset: UInt64(large.offset + 5_000_000))
            try file.write(contentsOf: [whole.body[5_000_000] ^ 1])
            try file.close()
            // The damage is in another part. The service must still not confirm this part as sound.
            let cut = try await office.ask(large.path, key: key, headers: [("Range", "bytes=0-999999")])
            #expect(cut.status == 206 && !cut.isWhole && cut.body.count < 1_000_000)
            #expect(cut.body == Array(whole.body[..<cut.body.count]))
            let after = try await office.ask(large.path, key: key)
            #expect(after.status == 503 && after.problem == "damaged")
            try await eventually { office.requests.all.contains(where: \.isCutShort) }
        }
    }

    private static func large(
        _ office: Office,
        key: String
    ) async throws -> (path: String, archive: String, offset: Int, size: Int) {
        for task in office.simulator.world.tasks() {
            let call = "/api/v1/calls/acme/\(PercentCoding.encoded(task.id))"
            for line in try await office.ask(call, key: key).json["recordings"]?.list ?? [] {
                guard let size = line["bytes"]?.number, size > 5_500_000, let file = line["file"]?.text,
                    let archive = line["archive"]?.text, let offset = line["offset"]?.number
                else { continue }
                return ("\(call)/\(file)", archive, Int(offset), Int(size))
            }
        }
        throw CancellationError()
    }

    @Test func `of a client that takes nothing is ended`() async throws {
        var (mix, limits) = (CallMix(), ServiceLimits())
        mix.firstRecordingBytes = 30_000_000
        limits.stall = .milliseconds(300)
        try await Office.with(mix: mix, limits: limits) { office in
            let key = try await office.key(.reviewer)
            let large = try await Self.large(office, key: key)
            let connection = try Connection(port: office.port)
            let request = "GET \(large.path) HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(key)\r\n\r\n"
            await connection.send(Array(request.utf8))
            try await eventually { office.requests.all.contains(where: \.isCutShort) }
        }
    }

    @Test(
        arguments: [
            (nil, ByteRange.whole), ("bytes=0-0", .part(0..<1)), ("bytes=0-", .part(0..<10)),
            ("bytes=-3", .part(7..<10)),
            ("bytes=-10", .part(0..<10)), ("bytes=-11", .part(0..<10)), ("bytes=9-9", .part(9..<10)),
            ("bytes=10-", .unsatisfiable), ("bytes=-0", .unsatisfiable), ("BYTES=1-2", .part(1..<3)),
            ("bytes=1-99999999999999999999999", .part(1..<10)), ("bytes=99999999999999999999999-", .unsatisfiable),
            ("bytes=2-1", .whole), ("bytes=1-2,3-4", .whole), ("bytes=+1-2", .whole), ("bytes= 1-2", .whole),
            ("bytes", .whole), ("", .whole), ("bytes=--1", .whole),
        ] as [(String?, ByteRange)]
    )
    func `parts are read as HTTP has them`(_ header: String?, _ range: ByteRange) {
        #expect(ByteRange(header, size: 10) == range)
    }

    @Test func `an empty file has no part`() {
        #expect(ByteRange("bytes=0-", size: 0) == .unsatisfiable)
        #expect(ByteRange(nil, size: 0) == .whole)
    }
}

/// Waits until `condition` holds, for a minute at most.
func eventually(_ condition: () async throws -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(300)
    while try await !condition() {
        try #require(ContinuousClock.now < end)
        try await Task.sleep(for: .milliseconds(5))
    }
}
