import Foundation
import Simulator
import Testing

@Suite struct `A report` {
    /// The fields of CSV as Python's own reader returns them, as lines of JSON.
    private static let reader = """
        import csv, json, sys
        text = sys.stdin.buffer.read().decode()
        assert text.count("\\r\\n") == text.count("\\n"), "not every line ends with CR LF"
        for row in csv.DictReader(text.splitlines(), strict=True):
            assert None not in row and None not in row.values(), row
            print(json.dumps(row))
        """

    @Test func `of a month has a row for each day, names what is open or silent, and sums up`() async throws {
        try await Desk.with(mix: .plain) { desk in
            let task = try #require(desk.simulator.servedRecordings().last).taskID
            desk.simulator.holdBackCaptures(of: task, until: desk.simulator.clock.now + .seconds(86_400))
            #expect(try await desk.run("archive").status == 75)
            let note = "a \"quoted\", note"
            let month = String(desk.day.prefix(7))
            let open = try await desk.run("report", "--month", month, "--json").objects
            let days = open.filter { $0["type"]?.text == "day" }
            #expect((28...31).contains(days.count))
            let day = try #require(days.first { $0["day"]?.text == desk.day })
            #expect(day["state"]?.text == "open")
            #expect(day["open_because"]?.list == [.text("pending")])
            #expect(open.contains { $0["type"]?.text == "gap" && $0["task_id"]?.text == task })
            #expect(
                try await desk.run("gaps", "explain", task, "--reason", "other", "--note", note).status == 0
            )
            #expect(try await desk.run("archive").status == 0)
            let closed = try await desk.run("report", "--day", desk.day, "--json").objects
            #expect(closed.first?["state"]?.text == "closed")
            #expect(closed.first?["archives"]?.list.count == 2)
            #expect(closed.first?["archives"]?.list.first?["path"]?.text == (try desk.archives().first))
            #expect(closed.last?["explained"] == .number(1))
            let archived = try await desk.archived().count
            #expect(closed.last?["archived"]?.number == Double(archived))

            func rows(_ kind: String...) async throws -> [[String: JSON]] {
                let csv = try await desk.start(["report", "--month", month, "--csv"] + kind).end()
                #expect(csv.status == 0)
                return try await Program.run("python3", ["-c", Self.reader], input: csv.output).objects
            }
            let table = try await rows()
            #expect(table.count == days.count)
            for row in table {
                func number(_ column: String) -> Int { Int(row[column]?.text ?? "") ?? .min }
                let parts = ["archived", "stored", "pending", "missing", "explained", "damaged"]
                #expect(parts.map(number).reduce(0, +) == number("expected"), "the columns add up")
            }
            #expect(table.compactMap { Int($0["archived"]?.text ?? "") }.reduce(0, +) == archived)
            #expect(try await rows("gaps").map { $0["note"]?.text } == [note])
            #expect(try await rows("suspects").isEmpty)
            #expect(try await rows("displaced").isEmpty)
            let sums = try await rows("archives").compactMap { $0["sha256"]?.text }
            for path in try desk.archives() {
                let sum = try await Program.run("sha256sum", [path]).output.prefix(64)
                #expect(sums.contains(String(sum)))
            }
            let text = try await desk.run("report", "--month", month).output
            // On the first days of a month, no earlier day of it is open.
            let isAnyLeft = text.split(separator: "\n").contains { line in
                line.contains("  open: ") && !line.hasSuffix("open: not over")
            }
            #expect(text.contains("TO DO\n") == isAnyLeft)
            #expect(text.contains("\n\(desk.day)  "))
            #expect(text.contains("\ntotal  "))
        }
    }

    @Test func `begins with its verdict, in every form`() async throws {
        try await Desk.with(mix: .plain) { desk in
            let task = try #require(desk.simulator.servedRecordings().last).taskID
            desk.simulator.holdBackCaptures(of: task, until: desk.simulator.clock.now + .seconds(86_400))
            #expect(try await desk.run("archive", "--day", desk.day).status == 75)
            let open = try await desk.run("report", "--day", desk.day)
            #expect(open.output.hasPrefix("\(desk.day): not complete. The day is not closed; "))
            #expect(open.output.contains("; 1 pending."))
            for line in [
                "Organization  acme (\(desk.simulator.organizationID))", "Time zone     UTC", "PENDING, BY REASON",
                "      1  not yet available: the provider has no recording so far",
                "callark gaps --org acme --day \(desk.day)", "callark archive --org acme --day \(desk.day)",
            ] {
                #expect(open.output.contains(line), "\(line)")
            }
            let summary = try #require(try await desk.run("report", "--day", desk.day, "--json").objects.last)
            #expect(summary["complete"] == .boolean(false) && summary["missing"] == .number(0))
            #expect(summary["awaited"] == .number(1))
            let verdict = try #require(summary["verdicts"]?.list.first)
            #expect(verdict["standing"]?.text == "not_complete")
            #expect(verdict["missing_reasons"] == .object([:]))
            let sentence = try #require(verdict["sentence"]?.text)
            #expect(open.output.hasPrefix(sentence + "\n"))
            let note = "<script>alert(1)</script> & \"quoted\" <\u{338}b>\u{202E}"
            #expect(
                try await desk.run("gaps", "explain", task, "--reason", "other", "--note", note).status == 0
            )
            try await desk.archiveDay()
            let page = try await desk.run("report", "--day", desk.day, "--html").output
            #expect(page.hasPrefix("<!DOCTYPE html>") && page.hasSuffix("</html>\n"))
            #expect(page.contains("<p class=\"verdict good\">\(desk.day): complete. The day is closed; "))
            #expect(page.contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;quoted&quot; &lt;\u{338}b&gt;"))
            #expect(page.contains("\\u{202E}") && !page.contains("\u{202E}") && !page.contains("<script"))
            #expect(!page.contains("http://") && !page.contains("https://") && !page.contains("src="))
            let archive = try #require(try desk.archives().first)
            #expect(page.contains(try await Program.run("sha256sum", [archive]).output.prefix(64)))
        }
    }

    @Test func `takes a day or a month, and one form`() async throws {
        try await Desk.with(calls: 0) { desk in
            for arguments in [
                [], ["--day", "2025-11-20", "--month", "2025-11"], ["--month", "2025-13"], ["--month", "2025"],
                ["--day", "2025-11-20", "--csv", "--json"], ["--day", "2025-11-20", "--csv", "--html"],
                ["--day", "2025-11-20", "--csv", "everything"], ["--from", "1970-01-01"], ["--last", "9999w"],
            ] {
                #expect(try await desk.start(["report"] + arguments).end().status == 64)
            }
            let early = try await desk.run("report", "--day", "2025-11-20", "--json").objects
            #expect(early.first?["open_because"]?.list == [.text("not_listed")])
        }
    }
}
