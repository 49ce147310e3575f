import ArgumentParser
import WebexContactCenter

struct LegacyAARCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "aar",
        abstract: "Print an agent activity record: one step of an agent's session.",
        discussion: """
            EXAMPLES
              callark legacy aar SESSION_ID-telephony-1612238790724-idle
            """
    )

    @OptionGroup var options: LegacyOptions

    @Argument(
        help: ArgumentHelp("The record's ID.", valueName: "session-channel-time-event"),
        transform: LegacyRecordID.init(argument:)
    )
    var id: LegacyRecordID

    func run() async throws { try await LegacyRecordPage.print(.aar, id, options) }
}
