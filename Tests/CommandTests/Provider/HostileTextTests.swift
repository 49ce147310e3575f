import Foundation
import Simulator
import TestSupport
import Testing

/// Texts that could harm whatever shows them, in every field that the provider sends.
@Suite struct `Hostile texts` {
    /// For a terminal, a table, a spreadsheet, a page, a database and a log, all in one.
    private static let hostile =
        #"=1+1\u001b[31m\u001b]0;evil\u0007\u009b2J\u202e\u2066gnp\nsecond\rthird\u2028\u2029\u0085\u0000\b\f\u007f"#
        + #"\u200b\ufeff\udb40\udc41<script>alert(1)</script>,\t\"'|`"#

    private static func commands(_ desk: Desk, _ task: String) -> [[String]] {
        let day = ["--day", desk.day]
        return [
            ["archive"] + day, ["archive", "--json"] + day, ["archive", "--log-level", "debug"] + day,
            ["archive", "--log-level", "debug", "--log-format", "json"] + day, ["archive", "--dry-run"] + day,
            ["list"], ["list", "--all-calls"], ["list", "--recordings"], ["list", "--json"],
            ["list", "--json", "--calls"], ["list", "--csv"], ["list", "--recordings", "--csv"],
            ["report"] + day, ["report", "--json"] + day, ["report", "--html"] + day, ["report", "--csv"] + day,
            ["report", "--csv", "gaps"] + day, ["gaps"], ["gaps", "--json"], ["gaps", "--csv"], ["gaps", "show", task],
            ["gaps", "show", "--json", task], ["events"], ["events", "--json"], ["events", "--csv"], ["status"],
            ["status", "--json"], ["status", "--check"], ["verify"], ["verify", "-v"],
            ["fetch", task, "-o", "\(desk.folder)/out"], ["fetch", "--json", task, "-o", "\(desk.folder)/out"],
            ["stats", "queues"] + day, ["stats", "queues", "--csv"] + day, ["stats", "agents"] + day,
            ["stats", "agents", "--json"] + day, ["stats", "activities"] + day, ["stats", "activities", "--csv"] + day,
            ["sites", "list"], ["sites", "list", "--csv"], ["sites", "export"], ["config", "check"],
        ]
    }

    @Test func `reach no terminal, and break no line, cell or page, from whatever field they come`() async throws {
        try await Desk.with(calls: 4, mix: .typical) { desk in
            desk.simulator.rewrite(Rewriting.prefixing(with: Self.hostile))
            let recordings = desk.simulator.servedRecordings()
            let task = try #require(recordings.first).taskID
            let other = try #require(recordings.last)
            // The text of errors comes from the provider too.
            let text = "\u{1B}[31mevil\u{9B}2J\u{202E}gnp\nsecond<script>"
            let body = "<Error><Code>\(text)</Code><Message>\(text)</Message></Error>"
            desk.simulator.inject(
                FaultRule(.media, .always, .status(404, body: body), pathContains: other.recording.id)
            )
            var shown: Set<String> = []
            for command in Self.commands(desk, task) {
                let ending = try await desk.start(command).end()
                #expect([0, 75].contains(ending.status), "\(command): \(ending.errors)")
                expectHarmless(ending, command)
                if (ending.output + ending.errors).contains("evil") { shown.insert(command[0]) }
                if command.contains("--csv") || command.contains("export") {
                    try await expectSheet(ending.output, command)
                }
                if command.contains("--html") { #expect(!ending.output.contains("<script")) }
                if command.contains("--json") { #expect(!(try ending.objects.isEmpty), "\(command)") }
            }
            #expect(shown.isSuperset(of: ["list", "gaps", "report", "stats", "sites"]), "\(shown)")
            desk.simulator.clearFaults()
            #expect(try await desk.run("archive", "--day", desk.day, "--retry-failed").status == 0)
            #expect(try await desk.archived() == desk.offered)
            #expect(try await desk.run("rebuild", "--discard-old").status == 0)
            expectHarmless(try await desk.run("list"), ["list"])
            #expect(try await desk.archived() == desk.offered)
        }
    }

    @Test func `of a token endpoint and of a refused question stay one line`() async throws {
        try await Desk.with(calls: 2, mix: .plain) { desk in
            let json =
                "{\"error\":\"invalid_grant\",\"error_description\":\"\(Self.hostile)\","
                + "\"message\":\"\(Self.hostile)\",\"trackingId\":\"\(Self.hostile)\"}"
            for (place, command) in [
                (Endpoint.token, ["auth", "refresh"]), (.tasks, ["archive", "--day", desk.day]),
                (.captures, ["archive", "--day", desk.day]), (.organization, ["config", "check"]),
            ] {
                desk.simulator.inject(FaultRule(place, .always, .status(400, body: json)))
                for command in [command, ["status"], ["status", "--check"], ["events"], ["gaps"], ["auth", "status"]] {
                    let ending = try await desk.start(command).end()
                    #expect(ending.status < 80, "\(command): \(ending.errors)")
                    expectHarmless(ending, command)
                }
                desk.simulator.clearFaults()
            }
            try await desk.archiveDay()
        }
    }

    @Test func `that are not UTF-8 are attributed to their rows, and reported`() async throws {
        try await Desk.with(calls: 4, mix: .plain) { desk in
            desk.simulator.rewrite { endpoint, body in
                endpoint == .tasks ? Rewriting.prefixing(with: "{ff}")(endpoint, body) : body
            }
            let pass = try await desk.run("archive", "--day", desk.day)
            #expect(pass.status == 0, "\(pass.errors)")
            #expect(pass.errors.contains("bytes that are no text"))
            #expect(pass.errors.split(separator: "\n").count < 10)
            #expect(try await desk.archived() == desk.offered)
            for command in [["list"], ["list", "--json"], ["report", "--day", desk.day]] {
                expectHarmless(try await desk.start(command).end(), command)
            }
        }
    }

    /// A hundred thousand characters, or as many marks on one, make one row long and no other.
    @Test(arguments: ["x", "\u{301}"]) func `that have no end widen no other row`(mark: String) async throws {
        try await Desk.with(calls: 6, mix: .recorded) { desk in
            let long = "e" + String(repeating: mark, count: 100_000)
            let places: [Endpoint: String] = [
                .tasks: "name", .search: "name", .captures: "callType", .statistics: "queueName",
            ]
            desk.simulator.rewrite { endpoint, body in
                guard let name = places[endpoint] else { return body }
                let text = String(decoding: body, as: UTF8.self)
                let opening = "\"\(name)\":\""
                return Data(text.replacing(opening, with: opening + long, maxReplacements: 4).utf8)
            }
            try await desk.archiveDay()
            #expect(try await desk.archived() == desk.offered)
            for command in [
                ["list"], ["list", "--recordings"], ["list", "--json"], ["stats", "queues", "--day", desk.day],
            ] {
                let ending = try await desk.start(command).end()
                #expect(ending.status == 0 && ending.output.contains(String(repeating: mark, count: 200)), "\(command)")
                #expect(ending.output.utf8.count < 4 * long.utf8.count + 50_000, "\(command)")
            }
            #expect(try await desk.run("verify").status == 0)
        }
    }

    /// No control character, no invisible format character and no line separator, and no line that begins with what
    /// followed one.
    private func expectHarmless(_ ending: Program.Ending, _ command: [String]) {
        let text = ending.output + ending.errors
        // A field of CSV may contain tabs and line breaks, in quotes.
        let isSheet = command.contains("--csv") || command.contains("export")
        let harmful = text.unicodeScalars.filter { scalar in
            switch scalar.properties.generalCategory {
            case .control: scalar != "\n" && scalar != "\r" && !(scalar == "\t" && isSheet)
            case .format, .lineSeparator, .paragraphSeparator: true
            default: false
            }
        }
        #expect(harmful.isEmpty, "\(command): \(Set(harmful.map(\.value)))")
        guard !isSheet else { return }
        let broken = text.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("second") || $0.hasPrefix("third") }
        #expect(broken.isEmpty, "\(command): \(broken)")
    }

    /// A CSV reader that knows nothing of Callark finds the same number of fields in each row, none of which is a
    /// formula.
    private func expectSheet(_ text: String, _ command: [String]) async throws {
        let reader = """
            import csv, io, json, sys
            rows = list(csv.reader(io.StringIO(sys.stdin.buffer.read().decode(), newline=""), strict=True))
            formulas = [field for row in rows for field in row if field[:1] in ("=", "+", "-", "@", "\\t", "\\r")]
            print(json.dumps({"widths": sorted({len(row) for row in rows}), "formulas": formulas}))
            """
        let found = try await Program.run("python3", ["-c", reader], input: text)
        let sheet = try #require(try found.objects.first, "\(command): \(found.errors)")
        #expect(sheet["widths"]?.list.count == 1, "\(command): \(sheet)")
        #expect(sheet["formulas"]?.list == [], "\(command)")
    }
}
