import Reports
import Archiver
import ArgumentParser
import Foundation
import Manifest
import Recordings
import Wiring

/// A person's statement about tasks, with their name and a note, or its withdrawal: the options of `gaps explain` and
/// `gaps acknowledge`.
struct StatementOptions: ParsableArguments {
    @OptionGroup var common: CommonOptions

    @Argument(help: ArgumentHelp("Task IDs; - reads them from standard input, one per line.", valueName: "task-id"))
    var taskIDs: [String]

    @Option(help: "Why, in your own words; an auditor will read it.")
    var note: String?

    @Flag(help: "Withdraw it for these tasks.")
    var withdraw = false

    @Option(help: "Only tasks of this organization.", transform: OrganizationName.init(argument:))
    var org: OrganizationName?

    func validate() throws {
        if withdraw {
            guard note == nil else { throw ValidationError("--withdraw takes no --note") }
        } else {
            guard let note, note.contains(where: { !$0.isWhitespace }) else {
                throw ValidationError("--note is missing or empty: give the reason in your own words")
            }
        }
    }
}

/// The outcome of a statement: what it now covers, or why nothing was changed.
struct StatementResult<Subject> {
    var subjects: [Subject]
    /// Tasks that the manifest does not know.
    var unknown: [TaskID]
    /// Tasks that do not allow it, grouped by their present state: `nothing missing`.
    var refused: [(tasks: [TaskID], reason: String)]

    fileprivate var error: CommandError? {
        let refused = refused.filter { !$0.tasks.isEmpty }
        guard !unknown.isEmpty || !refused.isEmpty else { return nil }
        var parts = refused.map { "\(TaskID.named($0.tasks)): \($0.reason)" }
        if !unknown.isEmpty { parts.insert(CommandError.unknown(unknown).description, at: 0) }
        let text = parts.joined(separator: "; ") + "; nothing was changed"
        return CommandError(unknown.isEmpty ? .usage : .unknown, text)
    }
}

extension StatementOptions {
    /// Makes or withdraws the statement, and prints what it then covers.
    /// - Parameters:
    ///   - change: changes the manifest, unless one of the tasks does not allow it.
    ///   - write: writes one subject.
    ///   - summary: writes the totals, given the numbers of tasks and of subjects, and returns them in words.
    /// - Throws: ``CommandError`` with exit code 66 if a task is not known, with 64 if one does not allow it.
    func make<Subject>(
        _ change: (Installation, Manifest, [TaskID]) async throws -> StatementResult<Subject>,
        write: (Subject, TimeZone, Output) throws -> Void,
        summary: (Int, Int, Output) throws -> String
    ) async throws {
        let installation = try Installation(common, needsSecrets: false)
        if let org { _ = try installation.organizations(named: [org]) }
        let tasks = try TaskID.requested(taskIDs)
        guard let manifest = try await installation.manifestForWriting() else { throw CommandError.unknown(tasks) }
        let result = try await change(installation, manifest, tasks)
        try await installation.manifest.close()
        try await installation.evidence.publish()
        installation.evidence.takeNewLogs().forEach(Diagnostics.notice)
        if let error = result.error { throw error }
        let output = Output(json: common.json)
        defer { output.flush() }
        let timeZone = installation.timeZone
        for subject in result.subjects { try write(subject, timeZone, output) }
        let words = try summary(tasks.count, result.subjects.count, output)
        output.text("\(words); times in \(timeZone.name)")
    }
}
