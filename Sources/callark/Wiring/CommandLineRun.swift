import Archiver
import ArgumentParser
import Foundation
import Glibc
import Payloads
import Settings
import Synchronization
import Text

/// Runs a command: handles its exit code, its one-line error message, and signals.
enum CommandLineRun {
    /// Parses the arguments, runs the command that they name, and exits with the interface's code.
    static func main(_ root: any AsyncParsableCommand.Type) async {
        signal(SIGPIPE, SIG_IGN)
        // libdispatch would write to the system's log that an ordinary account cannot raise its threads' priority: a line for
        // each thread.
        setenv("LIBDISPATCH_LOG", "NO", 0)
        StandardOutput.reserveDescriptors()
        FreeMemory.configure()
        StopSignals.watch(otherwise: stopAtOnce)
        do {
            try requireCommand(root)
            var command = try root.parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            finish(error, of: root)
        }
        leave(ExitStatus.complete.rawValue)
    }

    /// Ends the process; with 74 instead of a milder code if standard output could not be written.
    private static func leave(_ code: Int32) -> Never {
        guard let failure = StandardOutput.close() else { exit(code) }
        Diagnostics.error(failure)
        let statuses = [.inputOutput] + (ExitStatus(rawValue: code).map { [$0] } ?? [])
        exit(ExitStatus.worst(statuses).rawValue)
    }

    /// The command as a person typed it: `archive`.
    static var command: String { CommandLine.arguments.dropFirst().first ?? "callark" }

    /// Whether the command line asks for NDJSON, even if it cannot be parsed.
    private static var wantsJSON: Bool { CommandLine.arguments.prefix { $0 != "--" }.contains("--json") }

    /// Reports a command that does not exist: the parser would only complain about its first option.
    private static func requireCommand(_ root: any ParsableCommand.Type) throws {
        var (command, words, rest) = named(root)
        // `callark help lst` names a command too.
        if rest.first == "help" { (command, words, rest) = named(command, words, rest.dropFirst()) }
        let names = command.configuration.subcommands.compactMap { $0.configuration.commandName }
        guard let word = rest.first, !names.isEmpty, !word.hasPrefix("-"), word != "help" else { return }
        let prefix = words.joined(separator: " ")
        let nearest = NearestName.all(word, among: names, most: 1).first
        let hint = nearest.map { "did you mean `\(prefix) \($0)`?" } ?? "`\(prefix) --help` lists the commands"
        throw CommandError(.usage, "there is no command \"\(VisibleText.escaped(word))\": \(hint)")
    }

    /// The command that the arguments name, as far as they name one; the words that name it; and the remaining
    /// arguments.
    private static func named(
        _ root: any ParsableCommand.Type,
        _ begun: [String] = ["callark"],
        _ arguments: ArraySlice<String> = CommandLine.arguments.dropFirst()
    ) -> (command: any ParsableCommand.Type, words: [String], rest: ArraySlice<String>) {
        var (command, words, rest) = (root, begun, arguments)
        while let word = rest.first,
            let next = command.configuration.subcommands.first(where: { $0.configuration.commandName == word })
        {
            (command, rest) = (next, rest.dropFirst())
            words.append(word)
        }
        return (command, words, rest)
    }

    private static func finish(_ error: any Error, of root: any ParsableCommand.Type) -> Never {
        if let code = error as? ExitCode { leave(code.rawValue) }
        let code = root.exitCode(for: error)
        if code.isSuccess {
            let width = Terminal.helpColumns
            // The parser reads this variable; there is no other way to set the width.
            setenv("COLUMNS", String(HelpText.unbroken), 1)
            let message = root.fullMessage(for: error)
            // Completions are not help text.
            let isHelp = message.hasPrefix("OVERVIEW: ")
            let text = isHelp ? HelpText(message).fitted(to: width).replacing("…", with: Terminal.cutMark) : message
            StandardOutput.write(Array("\(text)\n".utf8))
            leave(code.rawValue)
        }
        if code != .failure {
            let help = root.fullMessage(for: error).split(separator: "\n").first { $0.hasPrefix("Help: ") }
            let command = named(root).words.joined(separator: " ")
            let fault = UsageMessage(
                root.message(for: error),
                option: help.map(String.init),
                command: command
            )
            leave(reported(CommandError(.usage, fault.description), inJSON: wantsJSON).rawValue)
        }
        leave(reported(error, inJSON: wantsJSON).rawValue)
    }

    /// Reports an error that ends a command.
    /// - Returns: its exit code.
    static func reported(_ error: any Error, inJSON: Bool) -> ExitStatus {
        Diagnostics.error(error)
        if inJSON {
            let output = Output(json: true)
            try? output.json(FailureLine(error: "\(error)"))
            output.flush()
        }
        return ExitStatus(error)
    }

    /// Runs `work` so that a first SIGINT or SIGTERM requests it to stop, and a second ends the process at once, which
    /// loses nothing either.
    static func interruptibly(
        _ work: @escaping @Sendable (StopRequest) async throws -> ExitStatus
    ) async throws -> ExitStatus {
        let stop = StopRequest()
        let received = FirstSignal()
        return try await StopSignals.receiving { status in
            if !received.note(status) { _exit(status.rawValue) }
            Diagnostics.notice("stopping after what is in progress; press Ctrl-C again to stop at once")
            stop.make()
        } during: {
            do {
                let status = try await work(stop)
                return received.status ?? status
            } catch {
                // Work that ends early on request throws. The signal is still the reason, so its exit code counts too.
                guard let status = received.status else { throw error }
                return ExitStatus.worst([status, reported(error, inJSON: wantsJSON)])
            }
        }
    }

    /// Ends a command that cannot stop in an orderly way, which loses nothing: what it writes, it writes whole.
    private static func stopAtOnce(_ status: ExitStatus) {
        if wantsJSON, let line = try? JSONLine.bytes(FailureLine(error: "stopped by a signal")) {
            StandardOutput.writeAtOnce(line + [UInt8(ascii: "\n")])
        }
        _exit(status.rawValue)
    }
}

/// The last line of NDJSON if a command could not begin, or had to stop early.
private struct FailureLine: Encodable {
    let type = "summary"
    let complete = false
    var error: String
}

/// The first signal that requested the end.
private final class FirstSignal: Sendable {
    private let first = Mutex<ExitStatus?>(nil)

    var status: ExitStatus? { first.withLock(\.self) }

    /// - Returns: whether it was the first.
    func note(_ status: ExitStatus) -> Bool {
        first.withLock { first in
            defer { first = first ?? status }
            return first == nil
        }
    }
}
