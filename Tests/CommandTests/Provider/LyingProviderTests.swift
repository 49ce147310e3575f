import Foundation
import Simulator
import Synchronization
import TestSupport
import Testing

/// A provider whose answers are impossible or slightly wrong: what is odd about one task affects only that task.
@Suite struct `A provider that lies` {
    private func row(_ id: String, created: String, requested: Bool = false) -> Fault {
        .extraRow(
            #"{"id":"\#(id)","attributes":{"createdTime":\#(created),"channelType":"telephony","status":"completed","#
                + #""captureRequested":\#(requested)}}"#
        )
    }

    @Test(arguments: ["{to+1}", "4092595200000", "253402300799999", "1100000000000"])
    func `about when a task was created keeps nothing else from being archived`(created: String) async throws {
        try await Desk.with { desk in
            desk.simulator.inject(FaultRule(.tasks, .always, row("a-liar", created: created)))
            let ending = try await desk.run("archive", "--day", desk.day)
            #expect(ending.status == 0, "\(ending.errors)")
            #expect(ending.errors.contains("task a-liar"))
            #expect(try await desk.archived() == desk.offered)
            let manifest = try await desk.run("gaps", "show", "a-liar")
            #expect(manifest.status == 0 && manifest.output.contains("a-liar"))
        }
    }

    @Test func `with raw controls in one task is archived whole, and the task is reported`() async throws {
        try await Desk.with { desk in
            let task = try #require(desk.simulator.world.tasks().first { _ in true })
            let (row, odd) = (
                "\"\(task.id)\",\"attributes\":{", "\"\(task.id)\",\"attributes\":{\"note\":\"A\tB\n\u{1B}C\","
            )
            desk.simulator.inject(FaultRule(.tasks, .always, .replaced(row, with: odd)))
            let ending = try await desk.run("archive", "--day", desk.day)
            #expect(ending.status == 0, "\(ending.errors)")
            #expect(ending.errors.contains("record \(task.id): a control character in a string"))
            #expect(try await desk.archived() == desk.offered)
            #expect(try await desk.run("verify").status == 0)
        }
    }

    @Test func `in the words of a success about a refused refresh token is 77`() async throws {
        try await Desk.with(calls: 2) { desk in
            let body =
                #"{"error":"bad_refresh_token","error_description":"The refresh token is incorrect or expired."}"#
            desk.simulator.inject(FaultRule(.token, .always, .status(200, body: body)))
            let ending = try await desk.run("archive", "--day", desk.day)
            #expect(ending.status == 77)
            #expect(try ending.complaint.contains("callark auth login"))
            #expect(desk.simulator.counters.requests(to: .token) == 1)
        }
    }

    @Test func `cannot make a terminal do anything, by any command`() async throws {
        try await Desk.with { desk in
            let id = #"evil\u001b[31m\u009b2J\u202egnp\nsecond\u2028\u007f"#
            desk.simulator.inject(FaultRule(.tasks, .always, row(id, created: "{from}", requested: true)))
            let commands = [
                ["archive", "--day", desk.day], ["archive", "--day", desk.day, "--json"],
                ["archive", "--day", desk.day, "--log-level", "debug"],
                ["archive", "--day", desk.day, "--log-level", "debug", "--log-format", "json"],
                ["list"], ["list", "--json"], ["gaps"], ["gaps", "--json"], ["status"], ["status", "--json"],
                ["report", "--day", desk.day], ["report", "--day", desk.day, "--csv"], ["verify"],
                ["report", "--day", desk.day, "--csv", "gaps"], ["report", "--day", desk.day, "--html"],
                ["gaps", "--csv"], ["events"], ["events", "--json"], ["events", "--csv"],
                ["gaps", "show", "evil\u{1B}[31m\u{9B}2J\u{202E}gnp\nsecond\u{2028}\u{7F}"],
                ["fetch", "evil\u{1B}[31m\u{9B}2J\u{202E}gnp\nsecond\u{2028}\u{7F}"],
            ]
            var isSeen = false
            for command in commands {
                let ending = try await desk.start(command).end()
                let text = ending.output + ending.errors
                let harmful = text.unicodeScalars.filter { scalar in
                    switch scalar.properties.generalCategory {
                    case .control: scalar != "\n" && scalar != "\r"
                    case .format, .lineSeparator, .paragraphSeparator: true
                    default: false
                    }
                }
                #expect(harmful.isEmpty, "\(command): \(harmful.map(\.value))")
                let broken = text.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("second") }
                // A field of CSV may contain line breaks, in quotes.
                let isQuoted = command.contains("--csv") && text.contains(#""evil\u{1B}"#)
                #expect(broken.isEmpty || isQuoted, "\(command): \(broken)")
                isSeen = isSeen || text.contains("evil")
            }
            #expect(isSeen)
        }
    }

    @Test func `of twenty thousand rows without an ID is reported once`() async throws {
        try await Desk.with(calls: 3, mix: .recorded) { desk in
            desk.simulator.rewrite { endpoint, body in
                let text = String(decoding: body, as: UTF8.self)
                guard endpoint == .tasks, let end = text.lastIndex(of: "]"),
                    let created = text.firstMatch(of: /"createdTime":([0-9]+)/)?.output.1
                else { return body }
                let row = #",{"attributes":{"createdTime":\#(created),"channelType":"telephony","status":"completed"}}"#
                return Data((text[..<end] + String(repeating: row, count: 20_000) + text[end...]).utf8)
            }
            let pass = try await desk.run("archive", "--day", desk.day)
            #expect([0, 75].contains(pass.status), "\(pass.errors)")
            #expect(pass.errors.split(separator: "\n").count < 10, "\(pass.errors.prefix(3000))")
            #expect(pass.errors.contains("20,000") || pass.errors.contains("20000"), "\(pass.errors.prefix(3000))")
            #expect(try await desk.archived() == desk.offered)
        }
    }

    @Test func `about the case of a task's ID speaks of the same task`() async throws {
        try await Desk.with(calls: 4, mix: .recorded) { desk in
            desk.simulator.rewrite { endpoint, body in
                guard endpoint == .captures else { return body }
                let text = String(decoding: body, as: UTF8.self)
                return Data(
                    text.replacing(/"taskId":"([0-9a-f-]{36})"/) { "\"taskId\":\"\($0.output.1.uppercased())\"" }.utf8
                )
            }
            try await desk.archiveDay()
            #expect(try await desk.archived() == desk.offered)
            let task = try #require(desk.simulator.servedRecordings().first?.taskID)
            let fetched = try await desk.run("fetch", task.uppercased(), "-o", "\(desk.folder)/out")
            #expect(fetched.status == 0, "\(fetched.errors)")
        }
    }

    @Test func `of signed URLs with blanks is asked for what it signed, byte for byte`() async throws {
        try await Desk.with(calls: 1, mix: .recorded) { desk in
            let served = try #require(desk.simulator.servedRecordings().first)
            let content = Array(served.content())
            let asked = Mutex<[String]>([])
            let media = try RawServer { peer in
                while let head = peer.readHead() {
                    asked.withLock { $0.append(String(head.prefix { $0 != "\r\n" })) }
                    peer.write("HTTP/1.1 200 OK\r\nContent-Length: \(content.count)\r\n\r\n")
                    peer.write(content)
                }
            }
            defer { media.stop() }
            let address = media.url("/a").absoluteString.dropLast(2)
            desk.simulator.rewrite { endpoint, body in
                guard endpoint == .captures else { return body }
                let url = "\(address)/r/a b.wav?name=a b&X-Amz-Signature=ab%2Fcd%3D%2B&x=1+2"
                let text = String(decoding: body, as: UTF8.self)
                return Data(text.replacing(/"filePath":"[^"]*"/, with: "\"filePath\":\"\(url)\"").utf8)
            }
            let pass = try await desk.run("archive", "--day", desk.day)
            #expect(pass.status == 0, "\(pass.errors)")
            let expected = "GET /r/a%20b.wav?name=a%20b&X-Amz-Signature=ab%2Fcd%3D%2B&x=1+2 HTTP/1.1"
            #expect(Set(asked.withLock(\.self)) == [expected])
        }
    }
}
