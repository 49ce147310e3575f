import Reports
import ArgumentParser
import Manifest
import Payloads
import Recordings
import Wiring

struct GapsAcknowledgeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "acknowledge",
        abstract: "Record that the suspect recordings of these tasks are known, or withdraw that.",
        discussion: """
            A suspect recording is held but looks incomplete: its header promises more sound than the file has, for \
            example. Callark checks it again until captures.horizon_days have passed. Once it is acknowledged, it no \
            longer raises an alarm. It stays listed with your name, the time and your note, here, in the log of \
            events and in the record of its day. If one of the tasks is unknown (exit code 66) or has no suspect \
            recording (64), nothing is changed.

            EXAMPLES
              callark gaps acknowledge TASK_ID --note "…"
              callark gaps acknowledge --withdraw TASK_ID
            """
    )

    @OptionGroup var statement: StatementOptions

    func run() async throws {
        try await statement.make(change) { suspect, timeZone, output in
            try output.json(SuspectLine(suspect))
            output.text(suspect.line(in: timeZone))
        } summary: { tasks, recordings, output in
            try output.json(Summary(tasks: tasks, recordings: recordings))
            let count = Readable.count(recordings, "suspect recording")
            return "\(count) \(statement.withdraw ? "no longer acknowledged" : "acknowledged")"
        }
    }

    private func change(
        _ installation: Installation,
        _ manifest: Manifest,
        _ tasks: [TaskID]
    ) async throws -> StatementResult<SuspectRow> {
        let actor = Operator.current
        guard let note = statement.note else {
            let result = try await manifest.withdrawAcknowledgements(
                tasks,
                organization: statement.org,
                by: actor,
                now: installation.now
            )
            return StatementResult(
                subjects: result.suspects,
                unknown: result.unknown,
                refused: [(result.without, "has no acknowledged recording")]
            )
        }
        let acknowledgement = Acknowledgement(
            note: note,
            author: actor.name,
            authorUID: Operator.uid,
            time: installation.now
        )
        let result = try await manifest.acknowledge(
            tasks,
            organization: statement.org,
            with: acknowledgement,
            claims: actor.claims
        )
        return StatementResult(
            subjects: result.suspects,
            unknown: result.unknown,
            refused: [(result.without, "has no suspect recording")]
        )
    }

    private struct Summary: Encodable {
        let type = "summary"
        var tasks: Int
        var recordings: Int
    }
}
