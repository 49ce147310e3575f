import Reports
import Archiver
import ArgumentParser
import Cases
import Foundation
import Manifest
import Recordings
import Service
import Settings
import Wiring

struct CaseExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write calls, and what proves them, to a folder for someone who does not have Callark.",
        discussion: """
            Name the calls by their task IDs, or find them with the options of `callark list`. The folder of -o has the \
            recordings to the byte, their exact metadata, everything that the evidence log says of these calls with proofs, \
            the statements that their days were complete, gaps with their reasons, what time-stamping authorities and \
            witnesses have signed, a page to read and print, and a program that checks all of it: `python3 verify.py case .` \
            It is a BagIt bag, so `sha256sum -c` and BagIt validators check it too.

            Who gets which call is noted in the evidence log before the first byte is written, and the finished case with its \
            checksum; if that is not possible, nothing is exported (77). The command prints the verifier key: send it \
            separately from the case.

            The exit code is 0 if everything that these calls should have is in the folder or explained, and the log proves it; \
            75 if something is pending or missing, or a part of the time range was never listed; and 65 if something that was \
            held is damaged, or is not proven. The folder says so too. 66: a task ID is not known, or no call matches. A case has at \
            most \(CaseRequest.mostCalls) calls: more are refused (64).

            EXAMPLES
              callark case export TASK_ID -o 2026-017 --case 2026-017 \\
                --reason "request of the court"
              # every call with a number in October, as one file too
              callark case export --number 5550100001 --month 2025-10 \\
                --case 2026-018 --reason "complaint" -o 2026-018 --zip
            """
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var window: WindowOptions

    @Argument(help: ArgumentHelp("Task IDs; - reads them from standard input, one per line.", valueName: "task-id"))
    var taskIDs: [String] = []

    @Option(help: "The same as a task ID; may be given more than once.", transform: TaskID.init(argument:))
    var task: [TaskID] = []

    @Option(name: .customLong("case"), help: "What the case is called.")
    var name: String

    @Option(help: "Why it is exported, in your own words; it is kept in the evidence log.")
    var reason: String

    @Option(name: .shortAndLong, help: "The folder to make; it must not exist, or be empty.", completion: .directory)
    var output: String

    @Option(help: "Only this organization.", transform: OrganizationName.init(argument:))
    var org: OrganizationName?

    @Option(help: "Only calls with something in this state; the states are those of `callark list --state`.")
    var state: ListedState?

    @Flag(help: "Also pack the folder into DIR.zip, without compression.")
    var zip = false

    @Flag(name: .customLong("vcon"), help: "Also write each call as a vCon (draft-ietf-vcon-vcon-core-04).")
    var vCon = false

    @OptionGroup(title: "CALLS") var call: CallOptions

    func validate() throws {
        for (option, value) in [("--case", name), ("--reason", reason), ("--output", output)] {
            guard value.contains(where: { !$0.isWhitespace }) else { throw ValidationError("\(option) is empty") }
        }
        for (option, value, most) in [("--case", name, 200), ("--reason", reason, 1000)] {
            guard value.utf8.count <= most, !value.contains(where: \.isNewline) else {
                throw ValidationError("\(option) is one line of at most \(most) bytes")
            }
        }
        let isFiltered = window.isGiven || call.isGiven || state != nil
        guard (taskIDs.isEmpty && task.isEmpty) != !isFiltered else {
            throw ValidationError(
                isFiltered
                    ? "task IDs and the options that find calls exclude each other: give only one of them"
                    : "give task IDs, or options such as --number, --agent and --day"
            )
        }
    }

    func run() async throws {
        let status = try await CommandLineRun.interruptibly { stop in try await export(stop) }
        throw ExitCode(status.rawValue)
    }

    private func export(_ stop: StopRequest) async throws -> ExitStatus {
        let installation = try Installation(common, needsSecrets: false)
        if let org { _ = try installation.organizations(named: [org]) }
        let output = Output(json: common.json)
        defer { output.flush() }
        let named = taskIDs + task.map(\.description)
        let tasks = try named.isEmpty ? [] : TaskID.requested(named)
        let folder = self.output.withoutTrailingSlashes
        // It lies beside the folder also if that is given as `.`, and has the folder's name.
        let zipPath = zip ? "\(URL(filePath: folder).standardizedFileURL.path.withoutTrailingSlashes).zip" : nil
        if let zipPath { try CaseZip.requireFree(zipPath) }
        guard let manifest = try await installation.manifestForWriting() else {
            throw tasks.isEmpty ? Self.nothing : CaseError(unknown: tasks)
        }
        let calls = try await calls(tasks, installation, manifest)
        let window = try window.window(in: installation)
        let names = try installation.organizations(named: org.map { [$0] } ?? [])
        let unlisted = try await installation.unlisted(in: window, tasks.isEmpty ? names : [], manifest).text
        let export = installation.caseExport(by: installation.actor, manifest)
        let request = CaseRequest(
            name: name,
            reason: reason,
            calls: calls,
            selection: selection(tasks, window),
            remarks: [unlisted].compactMap(\.self),
            includesVCons: vCon
        )
        let shows = !common.json && StandardError.showsProgress
        var shown = ContinuousClock.now
        let outcome = try await export.export(request, to: folder, stop: stop) { done, bytes in
            guard shows, .now - shown > .milliseconds(100) else { return }
            shown = .now
            StandardError.show(progress: "\(done) of \(Readable.count(calls.count, "call")), \(Readable.bytes(bytes))")
        }
        StandardError.show(progress: nil)
        installation.evidence.takeNewLogs().forEach(Diagnostics.notice)
        if let zipPath { try await CaseZip.pack(outcome.path, into: zipPath, time: installation.now) }
        let isComplete = outcome.isComplete && unlisted == nil
        try CaseReport(outcome, name: name, zip: zipPath, isComplete: isComplete).write(to: output)
        if !outcome.damage.isEmpty || !outcome.unproven.isEmpty { return .damage }
        return isComplete ? .complete : .incomplete
    }

    /// How the calls were chosen, in words.
    private func selection(_ tasks: [TaskID], _ window: TimeWindow) -> String {
        guard tasks.isEmpty else { return "by \(Readable.count(tasks.count, "task ID"))" }
        let organization = org.map { "--org \($0)" }
        let state = state.map { "--state \($0.rawValue)" }
        let words = [organization, state].compactMap(\.self) + call.words + [window.words].compactMap(\.self)
        return "all that match \(words.joined(separator: " "))"
    }

    private static let nothing = CommandError(
        .unknown,
        "no call matches; `callark list` with the same options shows none"
    )

    /// The calls, oldest first, each once.
    private func calls(
        _ tasks: [TaskID],
        _ installation: Installation,
        _ manifest: Manifest
    ) async throws -> [CallRow] {
        try await call.requireKnownNames(in: manifest)
        if !tasks.isEmpty {
            let wanted = tasks.map { CaseSelection.Wanted($0, of: org) }
            return try await installation.caseSelection(of: manifest).calls(wanted)
        }
        let window = try window.window(in: installation)
        var calls: [CallRow] = []
        for name in try await manifest.organizations().map(\.name) where org == nil || org == name {
            let standpoint = try await installation.standpoint(of: name, manifest, days: window.days)
            let filter = ListFilter(
                organization: name,
                day: window.day,
                window: window.range,
                state: state?.filter,
                call: call.filter
            )
            for try await row in manifest.calls(filter, at: standpoint) where state == nil || !row.rows.isEmpty {
                calls.append(row)
                try CaseRequest.requireFew(calls.count)
            }
        }
        guard !calls.isEmpty else { throw Self.nothing }
        return CaseSelection.inOrder(calls)
    }
}
