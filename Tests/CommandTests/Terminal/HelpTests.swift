import ArgumentParser
import Foundation
import Simulator
import Testing

@testable import callark

@Suite struct `Help` {
    /// Every command, so that no list of them has to be kept.
    static let commands = paths(below: Callark.self)

    private static func paths(below command: any ParsableCommand.Type) -> [[String]] {
        command.configuration.subcommands.flatMap { subcommand in
            let name = subcommand.configuration.commandName ?? ""
            return [[name]] + paths(below: subcommand).map { [name] + $0 }
        }
    }

    @Test(arguments: commands) func `of every command has examples that a narrow terminal has room for`(
        _ command: [String]
    ) async throws {
        for columns in [60, 100] {
            let ending = try await Program.run("callark", command + ["--help"], environment: ["COLUMNS": "\(columns)"])
            #expect(ending.status == 0)
            #expect(ending.errors == "")
            #expect(ending.output.contains("EXAMPLES"))
            #expect(ending.output.contains("callark \(command.joined(separator: " "))"))
            let lines = ending.output.split(separator: "\n")
            #expect(lines.allSatisfy { $0.count <= columns }, "\(lines.filter { $0.count > columns })")
        }
    }

    @Test func `of the whole leads to the command for each question, on the first screen`() async throws {
        let help = try await Program.run("callark", ["--help"], environment: ["COLUMNS": "60"]).output
        let screen = help.split(separator: "\n", omittingEmptySubsequences: false).prefix(24).joined(separator: "\n")
        for command in [
            "report --month", "list --number", "list --agent", "fetch", "events --task", "events --last", "status",
        ] {
            #expect(screen.contains("callark \(command)"))
        }
    }

    @Test func `keeps the indent of continued lines, and examples as they are`() {
        let text = """
            OVERVIEW: Does something that takes more words than a line has room for.

            EXIT CODES
              0   fine, as far as anybody can tell
            EXAMPLES
              callark something --that is --much --longer --than --the --terminal

            USAGE: callark something [--that <that>] [--much] <longer>

            OPTIONS:
              --that <that>           Words that say at some length what that is.
              --a-long-option <value> More words that say at some length what that is.
              --very-long-option <very-long-value>
                                      Words that are below it.
            """
        let wide = HelpText(text).fitted(to: 70)
        #expect(wide.contains("  --that <that>            Words that say at some length what that is."))
        #expect(wide.contains("some length what\n                           that is."))
        let narrow = HelpText(text).fitted(to: 40)
        #expect(narrow.contains("OVERVIEW: Does something that takes more\nwords than a line has room for."))
        #expect(narrow.contains("  --that <that>\n      Words that say at some length what\n      that is.\n"))
        #expect(narrow.contains("\n  callark something --that is --much --longer --than --the --terminal\n"))
        #expect(narrow.contains("USAGE: callark something [--that <that>]\n       [--much] <longer>\n"))
        // Reference sections come last.
        #expect(narrow.hasSuffix("EXIT CODES\n  0   fine, as far as anybody can tell"))
    }

    @Test func `of the whole names every command and exit code`() async throws {
        let ending = try await Program.run("callark", ["--help"])
        #expect(ending.status == 0)
        let words = Self.commands.filter { $0.count == 1 }.map { $0[0] }
        #expect(words.count > 20 && words.contains("vault"))
        for word in words {
            #expect(ending.output.contains("  \(word)"))
        }
        for code in [64, 65, 66, 69, 70, 74, 75, 77, 78, 130, 143] { #expect(ending.output.contains("\(code)")) }
    }

    @Test(arguments: [
        (["help", "lst"], "did you mean `callark list`?"),
        (["help", "gaps", "shw"], "did you mean `callark gaps show`?"),
        (["lst"], "did you mean `callark list`?"),
    ])
    func `of a command that does not exist is a mistake`(_ arguments: [String], _ hint: String) async throws {
        let ending = try await Program.run("callark", arguments)
        #expect(ending.status == 64)
        #expect(ending.output == "")
        #expect(try ending.complaint.hasSuffix(hint))
    }

    @Test(arguments: [["help"], ["help", "list"], ["help", "gaps", "show"], ["help", "stats"]])
    func `is also a command`(_ arguments: [String]) async throws {
        let help = try await Program.run("callark", arguments)
        let same = try await Program.run("callark", arguments.dropFirst() + ["--help"])
        #expect(help.status == 0 && help.output == same.output)
        #expect(!help.output.contains("  <subcommand>"))
    }

    @Test func `the version is printed`() async throws {
        let ending = try await Program.run("callark", ["--version"])
        #expect(ending.status == 0)
        #expect(try #require(ending.output.firstMatch(of: /^\d+\.\d+\.\d+\n$/)).output == ending.output)
    }

    @Test(arguments: ["bash", "zsh", "fish"]) func `completions are written`(_ shell: String) async throws {
        let ending = try await Program.run("callark", ["--generate-completion-script", shell])
        #expect(ending.status == 0)
        for word in ["archive", "retry-failed", "config", "take-over"] { #expect(ending.output.contains(word)) }
        if shell == "bash" {
            #expect(try await Program.run("bash", ["-n", "/dev/stdin"], input: ending.output).status == 0)
        }
    }
}

@Suite struct `The configuration` {
    @Test func `is shown with secrets masked, and with the origin of each value`() async throws {
        try await Desk.with(calls: 0) { desk in
            let ending = try await desk.start(
                "config",
                "show",
                environment: [
                    "CALLARK_DOWNLOADS_CONCURRENCY": "3", "CALLARK_ORG_ACME_CLIENT_SECRET": "from-the-environment",
                ]
            ).end()
            #expect(ending.status == 0)
            let lines = ending.output.split(separator: "\n")
            let concurrency = try #require(lines.first { $0.contains("downloads.concurrency") })
            #expect(concurrency.contains(" 3 ") && concurrency.contains("CALLARK_DOWNLOADS_CONCURRENCY"))
            #expect(lines.contains { $0.contains("archive.root") && $0.contains("file line 2") })
            for secret in [desk.simulator.clientSecret, desk.simulator.refreshToken, "from-the-environment"] {
                #expect(!ending.output.contains(secret) && !ending.errors.contains(secret))
            }
        }
    }

    @Test func `is checked against the provider, and offline without asking it`() async throws {
        try await Desk.with(calls: 0) { desk in
            let offline = try await desk.run("config", "check", "--offline")
            #expect(offline.status == 0)
            #expect(desk.simulator.counters.requests == [:])
            let online = try await desk.run("config", "check")
            #expect(online.status == 0)
            #expect(online.output.split(separator: "\n").allSatisfy { $0.hasPrefix("OK ") })
            #expect(online.output.contains("provider acme"))
            #expect(desk.simulator.counters.requests(to: .tasks) == 1)
        }
    }

    @Test func `a secret that others can read is warned of`() async throws {
        try await Desk.with(calls: 0) { desk in
            try desk.write("secret", desk.simulator.clientSecret, mode: 0o644)
            let ending = try await desk.run("config", "show")
            #expect(ending.status == 0)
            #expect(ending.errors.contains("warning") && ending.errors.contains("\(desk.folder)/secret"))
        }
    }
}
