import Reports
import ArgumentParser
import Foundation
import Recordings
import Settings
import WebexContactCenter
import Wiring

struct LegacyChainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chain",
        abstract: "Follow the activities of a contact, from its beginning to its end.",
        discussion: """
            The first activity is called "new" and begins with the session (cstts). Each one ends when the next one \
            begins (cetts), and names it (nextState). If it names none, or none has that name, Callark tries the \
            names that such activities have; what it found that way is marked with "?".

            The exit code is 75 if the chain does not reach the end of the contact: because the contact is still \
            going on, or because the next activity is not available. The error says which.

            EXAMPLES
              callark legacy chain TASK_ID
            """
    )

    @OptionGroup var options: LegacyOptions

    @Argument(
        help: ArgumentHelp("The contact session's ID.", valueName: "contact-session-id"),
        transform: LegacyRecordID.init(argument:)
    )
    var id: LegacyRecordID

    func run() async throws {
        let installation = try Installation(options.common, usesRoot: false)
        let organization = try installation.legacyOrganization(options.org)
        let chain = try await installation.withLegacyRecords(of: organization) { records in
            try await records.chain(of: id)
        }
        let output = Output(json: options.common.json)
        defer { output.flush() }
        try Self.table(in: installation.timeZone).write(chain.activities, to: output)
        let reason = chain.end.reason
        try output.json(
            Summary(
                organization: "\(organization)",
                session: "\(id)",
                activities: chain.activities.count,
                complete: reason == nil,
                reason: reason
            )
        )
        let count = chain.activities.count == 1 ? "1 activity" : "\(chain.activities.count) activities"
        output.text(reason == nil ? "\(count), to the end" : "\(count)")
        guard let reason else { return }
        output.flush()
        Diagnostics.error("the chain of \(id) ends early, after \(count): \(reason)")
        throw ExitCode(ExitStatus.incomplete.rawValue)
    }

    private static func table(in timeZone: TimeZone) -> Table<LegacyActivity> {
        Table(
            type: "activity",
            columns: [
                .init(name: "event", heading: "EVENT") {
                    .text($0.id.event)
                } text: {
                    $0.id.event + ($0.isGuessed ? " ?" : "")
                },
                .time("start", timeZone.heading("START"), in: timeZone, seconds: true) { $0.start },
                .time("end", "END", in: timeZone, seconds: true, rank: 3) { $0.end },
                .init(name: "duration_ms", heading: "MS", isNumber: true, rank: 1) { activity in
                    .init(activity.end.map { ($0 - activity.start).milliseconds })
                },
                .init(name: "agent", heading: "AGENT", rank: 2, least: 8) { .init($0.record.text("agentName")) },
                .init(name: "next", heading: "NEXT", rank: 4) { .init($0.record.text("nextState")) },
                .init(name: "guessed") { .boolean($0.isGuessed) },
                .init(name: "id") { .text($0.id.description) },
            ]
        )
    }

    private struct Summary: Encodable {
        let type = "summary"
        var organization: String
        var session: String
        var activities: Int
        var complete: Bool
        var reason: String?
    }
}

extension LegacyChain.End {
    /// Why the chain ends there, if not at the contact's own end.
    fileprivate var reason: String? {
        switch self {
        case .complete: nil
        case .goesOn(let reason): "the contact is still going on: \(reason)"
        case .broken(let reason): reason
        }
    }
}
