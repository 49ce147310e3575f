import Foundation
import Simulator
import Testing

@testable import callark

/// Lines for people, on a narrower terminal.
@Suite struct `Text for a terminal` {
    @Test(arguments: [
        ("one two three", 20, ["one two three"]), ("one two three", 13, ["one two three"]),
        ("one two three", 9, ["one two", "  three"]),
        ("  one two three", 9, ["  one two", "    three"]), ("one two three", 3, ["one", "  two", "  three"]),
        ("Zone     somewhere far away", 20, ["Zone     somewhere", "         far away"]),
        ("A label that is long  some words", 20, ["A label that is long  some", "  words"]),
        ("日本語 日本語 日本語", 14, ["日本語 日本語", "  日本語"]),
        ("run `callark list` now", 16, ["run", "  `callark list`", "  now"]),
        ("see it: callark gaps --org acme", 20, ["see it:", "  callark gaps --org acme"]),
        ("first (callark gaps), then wait", 20, ["first", "  (callark gaps),", "  then wait"]),
        ("", 5, [""]),
    ])
    func `is broken between words, and not within a command`(_ text: String, _ width: Int, _ lines: [String]) {
        #expect(WrappedText.lines(text, width: width) == lines)
        #expect(WrappedText.lines(text, width: nil) == [text])
    }

    @Test(arguments: [
        ("one two three", 7, ["one two", "three"]), ("abcdefgh", 3, ["abc", "def", "gh"]), ("日本語", 3, ["日", "本", "語"]),
        ("日本", 1, ["日", "本"]), ("", 4, [""]), ("ab cdefg", 4, ["ab", "cdef", "g"]),
    ])
    func `in a cell stays within the cell`(_ text: String, _ width: Int, _ lines: [String]) {
        #expect(WrappedText.cell(text, width: width) == lines)
    }

    @Test func `is no wider than the terminal, and in a file one line each`() async throws {
        try await Desk.with(calls: 12) { desk in
            let late = try #require(desk.simulator.servedRecordings().last).taskID
            desk.simulator.holdBackCaptures(of: late, until: desk.simulator.clock.now + .seconds(86_400))
            #expect(try await desk.run("archive", "--day", desk.day).status == 75)
            let commands = [
                ["status"], ["status", "--check"], ["list"], ["list", "--recordings"], ["gaps"],
                ["gaps", "show", late],
                ["report", "--day", desk.day], ["report", "--month", String(desk.day.prefix(7))], ["events"],
                ["verify"], ["archive", "--day", desk.day], ["archive", "--dry-run", "--day", desk.day],
                ["stats", "queues", "--day", desk.day], ["stats", "agents", "--day", desk.day], ["sites", "list"],
                ["auth", "status"], ["config", "check"], ["config", "show"],
            ]
            for command in commands {
                let screen = try await desk.show(60, command).output
                // Paths, checksums and commands cannot be broken, so they may be wider.
                for line in screen.split(separator: "\n") where String(line).displayWidth > 60 && !line.contains("\r") {
                    let words = line.split(separator: " ")
                    #expect(line.contains("callark ") || words.contains { $0.count > 30 }, "\(command): \(line)")
                }
                let file = try await desk.start(command).end().output
                #expect(!file.contains("no room for"), "\(command)")
                #expect(!file.split(separator: "\n").contains { $0.hasPrefix("   ") && $0.contains("…") }, "\(command)")
            }
        }
    }

    @Test func `says which columns there was no room for, and loses no state`() async throws {
        try await Desk.with(calls: 12) { desk in
            try await desk.archiveDay()
            let sites = try await desk.show(60, ["stats", "queues", "--day", desk.day]).output
            #expect(sites.contains("no room for "))
            let archive = try #require(try desk.archives().first)
            try FileManager.default.removeItem(atPath: archive)
            for width in [40, 50, 60, 80, 100, 200] {
                let report = try await desk.show(width, ["report", "--day", desk.day]).output
                let row = try #require(report.split(separator: "\n").first { $0.hasPrefix(desk.day + "  ") })
                #expect(row.contains("damaged") && !row.contains("…"), "\(width): \(row)")
                let status = try await desk.show(width, ["status"]).output
                #expect(status.split(separator: "\n").contains { $0.contains(desk.day) && $0.hasSuffix(" damaged") })
            }
            #expect(!(try await desk.show(300, ["list"]).output.contains("no room for")))
        }
    }
}
