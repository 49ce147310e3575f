import Reports
import ArgumentParser
import Manifest
import Payloads
import Recordings
import Wiring

struct GapsExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Record why recordings of these tasks are missing, or withdraw that.",
        discussion: """
            The explanation covers what is missing now; what goes missing later is another gap. What is damaged and \
            can still be fetched again cannot be explained: run `callark verify --repair` first. The explanation is \
            kept with your name and the time, in the log of events and in the record of the day. You can run this \
            during a pass. If one of the tasks is unknown (exit code 66) or has nothing missing (64), nothing is \
            changed.

            EXAMPLES
              callark gaps explain TASK_ID --reason test_call --note "…"
              callark gaps explain --withdraw TASK_ID
              # many at once
              callark gaps --json \\
                | jq -r 'select(.type=="gap").task_id' \\
                | callark gaps explain - --reason other --note "…"
            """
    )

    @OptionGroup var statement: StatementOptions

    @Option(help: "The kind of reason.")
    var reason: ExplanationReason?

    func validate() throws {
        if statement.withdraw {
            guard reason == nil else { throw ValidationError("--withdraw takes no --reason") }
        } else if reason == nil {
            let known = ExplanationReason.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("--reason is missing: one of \(known)")
        }
    }

    func run() async throws {
        try await statement.make(change) { gap, timeZone, output in
            try output.json(GapLine(gap))
            output.text(gap.line(in: timeZone))
        } summary: { tasks, gaps, output in
            try output.json(Summary(tasks: tasks, gaps: gaps))
            return "\(Readable.count(gaps, "gap")) \(statement.withdraw ? "no longer explained" : "explained")"
        }
    }

    private func change(
        _ installation: Installation,
        _ manifest: Manifest,
        _ tasks: [TaskID]
    ) async throws -> StatementResult<Gap> {
        var standpoints: [OrganizationName: Standpoint] = [:]
        for name in try await manifest.organizations().map(\.name) where [nil, name].contains(statement.org) {
            standpoints[name] = try await installation.standpoint(of: name, manifest)
        }
        let standpoint: @Sendable (OrganizationName) -> Standpoint = { [standpoints] in
            standpoints[$0] ?? installation.standpoint(of: $0)
        }
        guard let reason, let note = statement.note else {
            let result = try await manifest.withdrawExplanations(
                tasks,
                organization: statement.org,
                by: Operator.current,
                at: standpoint
            )
            return StatementResult(
                subjects: result.gaps,
                unknown: result.unknown,
                refused: [(result.withoutGap + result.unrepaired, "has no explanation")]
            )
        }
        let explanation = GapExplanation(reason: reason, note: note, by: Operator.current, time: installation.now)
        let result = try await manifest.explain(tasks, organization: statement.org, with: explanation, at: standpoint)
        return StatementResult(
            subjects: result.gaps,
            unknown: result.unknown,
            refused: [
                (result.withoutGap, "has nothing missing"),
                (result.unrepaired, "has only damaged recordings: run `callark verify --repair` first"),
            ]
        )
    }

    private struct Summary: Encodable {
        let type = "summary"
        var tasks: Int
        var gaps: Int
    }
}

extension ExplanationReason: ExpressibleByArgument {}
