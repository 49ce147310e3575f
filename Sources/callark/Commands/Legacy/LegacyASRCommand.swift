import ArgumentParser
import WebexContactCenter

struct LegacyASRCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "asr",
        abstract: "Print an agent session record: one login of an agent.",
        discussion: """
            EXAMPLES
              callark legacy asr AGENT_SESSION_ID
            """
    )

    @OptionGroup var options: LegacyOptions

    @Argument(
        help: ArgumentHelp("The agent session's ID.", valueName: "agent-session-id"),
        transform: LegacyRecordID.init(argument:)
    )
    var id: LegacyRecordID

    func run() async throws { try await LegacyRecordPage.print(.asr, id, options) }
}
