import Foundation
import Simulator
import Testing

@testable import callark

/// Tables on terminals that are too narrow for all of their columns.
@Suite struct `On a narrow terminal` {
    /// As a person reads it, who joins continuation lines.
    private func words(_ screen: String) -> String {
        screen.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    /// A day with a recording that will never exist, and a call that has none yet.
    private static func withGaps(_ body: (Desk) async throws -> Void) async throws {
        try await Desk.with(calls: 24) { desk in
            let served = desk.simulator.servedRecordings()
            let bad = try #require(served.first?.recording.id)
            let late = try #require(served.last).taskID
            desk.simulator.inject(FaultRule(.media, .always, .html200, pathContains: bad))
            desk.simulator.holdBackCaptures(of: late, until: desk.simulator.clock.now + .seconds(86_400))
            #expect(try await desk.run("archive", "--day", desk.day).status == 75)
            try await body(desk)
        }
    }

    @Test func `a call, a recording and a gap have everything, in a few lines each`() async throws {
        try await Self.withGaps { desk in
            let calls = try await desk.run("list", "--json", "--calls").objects.dropLast()
            let parts = try await desk.run("list", "--json").objects.filter { $0["type"]?.text == "recording" }
            let gaps = try await desk.run("gaps", "--json").objects.filter { $0["type"]?.text == "gap" }
            #expect(gaps.count == 2)
            for width in [40, 60, 80, 100] {
                let list = words(try await desk.show(width, ["list", "--all-calls"]).output)
                for call in calls {
                    let other = call["direction"]?.text == "inbound" ? call["origin"] : call["destination"]
                    let agents = call["agents"]?.list.compactMap { $0["name"]?.text } ?? []
                    for text in agents + [call["task_id"]?.text, call["queue"]?.text, other?.text].compactMap(\.self) {
                        #expect(list.contains(text), "\(width): \(text)")
                    }
                }
                let recordings = words(try await desk.show(width, ["list", "--recordings"]).output)
                for part in parts {
                    for key in ["task_id", "file", "state"] {
                        #expect(recordings.contains(try #require(part[key]?.text)), "\(width): \(key)")
                    }
                }
                let table = words(try await desk.show(width, ["gaps"]).output)
                for gap in gaps {
                    for key in ["task_id", "recording_id", "origin", "destination", "queue", "agent"] {
                        if let text = gap[key]?.text { #expect(table.contains(text), "\(width): \(key)") }
                    }
                }
                #expect(table.contains("damaged at the provider") && table.contains("not yet available"))
                for screen in [list, recordings, table] {
                    #expect(!screen.contains("no room for") && !screen.contains("…"), "\(width)")
                }
            }
        }
    }

    @Test func `a call is two or three lines: when and who, what, and its ID`() async throws {
        try await Desk.with(calls: 6, mix: .plain) { desk in
            try await desk.archiveDay()
            let call = try #require(try await desk.run("list", "--json", "--calls").objects.first)
            let lines = try await desk.show(80, ["list"]).output.split(separator: "\n")
            #expect(lines.first == "TIME (UTC)        STATE     NUMBER")
            let first = try #require(lines.dropFirst().first)
            #expect(first.wholeMatch(of: /\d{4}-\d\d-\d\d \d\d:\d\d  complete  \+\d+/) != nil)
            let task = try #require(call["task_id"]?.text)
            let place = try #require(lines.firstIndex { $0.hasSuffix(task) })
            #expect((2...4).contains(place) && lines[place] == "  \(task)")
            #expect(lines[2].hasPrefix("  "))
            #expect(lines.last?.hasPrefix("6 calls: 6 complete") == true)
        }
    }

    @Test func `days show every figure of the sum`() async throws {
        try await Self.withGaps { desk in
            let explain = ["--reason", "test_call", "--note", "line test"]
            let gap = try #require(try await desk.run("gaps", "--json").objects.first?["task_id"]?.text)
            #expect(try await desk.start(["gaps", "explain", gap] + explain).end().status == 0)
            let month = String(desk.day.prefix(7))
            for command in [["report", "--month", month], ["report", "--day", desk.day], ["status"]] {
                let json = try await desk.start(command + ["--json"]).end().objects
                let day = try #require(json.first { $0["day"]?.text == desk.day && $0["type"]?.text == "day" })
                for width in [36, 60, 80] {
                    let screen = try await desk.show(width, command).output
                    let lines = screen.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
                    let place = try #require(lines.firstIndex { $0.hasPrefix("DAY") })
                    let row = try #require(lines[place...].firstIndex { $0.hasPrefix(desk.day) })
                    // A block has the figures with their names below.
                    let isTable = lines[place].contains("ARCH")
                    let figures = isTable ? lines[row] : lines[row...(row + 2)].joined(separator: " ")
                    let headings = lines[place] + figures.uppercased()
                    for name in ["expected", "archived", "stored", "pending", "missing", "explained"] {
                        guard let number = day[name]?.number, number > 0 else { continue }
                        #expect(figures.contains(" \(Int(number))"), "\(width), \(command): \(name)")
                        #expect(headings.contains(name.prefix(3).uppercased()), "\(width), \(command): \(name)")
                    }
                }
            }
        }
    }

    @Test func `of the locale C, what is cut ends in three dots`() async throws {
        try await Desk.with(calls: 12) { desk in
            try await desk.archiveDay()
            var cut = 0
            for width in stride(from: 108, through: 140, by: 4) {
                let arguments = ["list", width % 8 == 0 ? "--all-calls" : "--recordings"]
                let plain = try await desk.show(width, arguments, environment: ["LC_ALL": "C"]).output
                #expect(!plain.contains("…"))
                if plain.contains("...") { cut += 1 }
            }
            #expect(cut > 0)
        }
    }
}
