import Foundation
import Simulator
import Testing

/// Standard output, and files that a command was asked to write, if they cannot be written.
@Suite struct `Output that cannot be written` {
    /// Runs the command with its output redirected by a shell; returns the status and standard error.
    private func run(_ desk: Desk, _ command: [String], _ redirection: String) async throws -> Program.Ending {
        let shell = ["bash", "-c", "\"$@\" \(redirection)", "bash"]
        return try await desk.start(command, within: shell).end()
    }

    private func expectComplaint(_ ending: Program.Ending, _ command: [String]) throws {
        #expect(ending.status == 74, "\(command): \(ending.errors)")
        let lines = ending.errors.split(separator: "\n").filter { $0.contains(" error: ") }
        #expect(lines.count == 1 && lines[0].contains("cannot write standard output: no space left"), "\(command)")
    }

    private static func commands(_ desk: Desk) -> [[String]] {
        [
            ["init"], ["archive", "--day", desk.day], ["archive", "--dry-run", "--day", desk.day], ["list"],
            ["list", "--all-calls"], ["status"], ["gaps"], ["verify"], ["verify", "--quick"],
            ["report", "--day", desk.day], ["stats", "queues", "--day", desk.day],
            ["stats", "activities", "--day", desk.day], ["sites", "list"], ["auth", "status"], ["auth", "refresh"],
            ["config", "check"], ["config", "show"], ["archive", "--from", desk.day, "--low-priority"],
        ]
    }

    @Test func `is 74 and one line for every command in text and JSON`() async throws {
        try await Desk.with(calls: 2, mix: .recorded) { desk in
            try await desk.archiveDay()
            for command in Self.commands(desk) {
                let json = command + ["--json"]
                try expectComplaint(try await run(desk, json, "> /dev/full"), json)
                // A command without any text output writes nothing.
                let text = try await desk.start(command).end()
                guard !text.output.isEmpty else { continue }
                try expectComplaint(try await run(desk, command, "> /dev/full"), command)
            }
        }
    }

    @Test func `is 74 for CSV, a fetch and the error line of JSON`() async throws {
        try await Desk.with(calls: 2, mix: .recorded) { desk in
            try await desk.archiveDay()
            let task = try #require(desk.simulator.servedRecordings().first?.taskID)
            let commands = [
                ["report", "--day", desk.day, "--csv"], ["report", "--day", desk.day, "--html"], ["events", "--csv"],
                ["sites", "list", "--csv"], ["sites", "export"],
                ["stats", "agents", "--day", desk.day, "--csv"], ["fetch", task, "-o", "\(desk.folder)/out"],
            ]
            for command in commands { try expectComplaint(try await run(desk, command, "> /dev/full"), command) }
            // Two things went wrong: the more serious code counts.
            let ending = try await run(desk, ["list", "--json", "--config", "absent.yaml"], "> /dev/full")
            #expect(ending.status == 74)
            #expect(ending.errors.contains("absent.yaml") && ending.errors.contains("cannot write standard output"))
            let archive = try #require(try desk.archives().first)
            try desk.flipByte(of: archive, at: 3000)
            #expect(try await run(desk, ["verify", "--json"], "> /dev/full").status == 65)
        }
    }

    @Test(arguments: [
        ["--help"], ["--version"], ["help", "archive"], ["archive", "--help"], ["gaps", "explain", "--help"],
        ["--generate-completion-script", "bash"], ["--generate-completion-script", "zsh"],
        ["--generate-completion-script", "fish"],
    ])
    func `is 74 for help, the version and completions`(_ command: [String]) async throws {
        let shell = ["-c", "\"$@\" > /dev/full", "bash", Program.products.appending(path: "callark").path]
        try expectComplaint(try await Program.run("bash", shell + command), command)
    }

    @Test func `that ends on a disk with room for a part of it is 74, and what is there is its beginning`() async throws
    {
        guard SmallDisk.isPossible else { return }
        try await Desk.with(calls: 200, scale: 0.002, mix: .recorded) { desk in
            try await desk.archiveDay()
            let whole = try await desk.run("list", "--json").output
            try #require(whole.utf8.count > 70_000)
            let disk = try await SmallDisk(at: "\(desk.folder)/small", "size=64k")
            let shell = disk.entrance + ["sh", "-c", "\"$@\" > \(disk.path)/list", "sh"]
            let ending = try await desk.start(["list", "--json"], within: shell).end()
            try expectComplaint(ending, ["list"])
            let written = try await disk.shell("cat \(disk.path)/list")
            #expect(!written.isEmpty && whole.hasPrefix(written))
        }
    }

    @Test func `because there is no reader is not an error`() async throws {
        try await Desk.with(calls: 60, scale: 0.002, mix: .recorded) { desk in
            try await desk.archiveDay()
            for command in [
                ["list", "--json"], ["list"], ["config", "show"], ["--help"], ["report", "--day", desk.day],
            ] {
                let ending = try await run(desk, command, "| true; exit ${PIPESTATUS[0]}")
                #expect(ending.status == 0 && ending.errors == "", "\(command): \(ending.errors)")
            }
            // The exit code is the command's, whatever happens to its output.
            let archive = try #require(try desk.archives().first)
            try desk.flipByte(of: archive, at: 3000)
            #expect(try await run(desk, ["verify"], "| true; exit ${PIPESTATUS[0]}").status == 65)
        }
    }

    @Test func `because it is closed is 74, and no file takes its place`() async throws {
        try await Desk.with(calls: 2, mix: .recorded) { desk in
            let ending = try await run(desk, ["archive", "--day", desk.day, "--json"], ">&-")
            #expect(ending.status == 74)
            #expect(ending.errors.contains("cannot write standard output: it is closed; the output is not complete"))
            #expect(try await run(desk, ["archive", "--day", desk.day, "--json"], "<&- >/dev/null 2>&-").status == 0)
            #expect(try await desk.run("verify").status == 0)
            #expect(try await desk.archived() == desk.offered)
        }
    }

    @Test func `because a pipe is full is waited for, even if another process made it non-blocking`() async throws {
        try await Desk.with(calls: 200, scale: 0.002, mix: .recorded) { desk in
            try await desk.archiveDay()
            let whole = try await desk.run("list", "--json").output
            try #require(whole.utf8.count > 70_000)
            try desk.write(
                "slow.py",
                """
                import fcntl, os, subprocess, sys, time
                reader, writer = os.pipe()
                fcntl.fcntl(writer, fcntl.F_SETFL, fcntl.fcntl(writer, fcntl.F_GETFL) | os.O_NONBLOCK)
                process = subprocess.Popen(sys.argv[1:], stdout=writer)
                os.close(writer)
                # Nothing is read until the pipe is full.
                while process.poll() is None and fcntl.ioctl(reader, 0x541B, b"1234")[:3] != b"\\0\\0\\1":
                    time.sleep(0.01)
                with open(reader, "rb") as pipe: sys.stdout.buffer.write(pipe.read())
                sys.exit(process.wait())
                """
            )
            let ending = try await desk.start(["list", "--json"], within: ["python3", "\(desk.folder)/slow.py"]).end()
            #expect(ending.status == 0, "\(ending.errors)")
            #expect(ending.output == whole)
        }
    }

    @Test func `to a file named with -o is 74 with the reason, and a device is not replaced`() async throws {
        try await Desk.with(calls: 0) { desk in
            let full = try await desk.run("sites", "export", "-o", "/dev/full")
            #expect(full.status == 74)
            #expect(try full.complaint.contains("cannot write /dev/full: no space left"))
            #expect(try await Program.run("test", ["-c", "/dev/full"]).status == 0)
            let missing = try await desk.run("sites", "export", "-o", "\(desk.folder)/none/sites.csv")
            #expect(missing.status == 74)
            #expect(try missing.complaint.contains("\(desk.folder)/none/sites.csv: no such file"))
            let link = "\(desk.folder)/link.csv"
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "target.csv")
            #expect(try await desk.run("sites", "export", "-o", link).status == 0)
            #expect(try await Program.run("cat", ["\(desk.folder)/target.csv"]).output.contains("\r\n"))
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "target.csv")
        }
    }

    @Test func `of a fetch is 74 with the file's path`() async throws {
        try await Desk.with(calls: 2, mix: .recorded) { desk in
            try await desk.archiveDay()
            let task = try #require(desk.simulator.servedRecordings().first?.taskID)
            try desk.write("file", "in the way")
            let ending = try await desk.run("fetch", task, "-o", "\(desk.folder)/file")
            #expect(ending.status == 74)
            #expect(ending.errors.contains("\(desk.folder)/file"))
        }
    }
}
