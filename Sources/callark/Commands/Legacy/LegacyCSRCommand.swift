import ArgumentParser
import WebexContactCenter

struct LegacyCSRCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "csr",
        abstract: "Print a customer session record: one contact, by its contact session ID.",
        discussion: """
            The ID of a contact session is the ID of its task.

            EXAMPLES
              callark legacy csr TASK_ID
            """
    )

    @OptionGroup var options: LegacyOptions

    @Argument(
        help: ArgumentHelp("The contact session's ID.", valueName: "contact-session-id"),
        transform: LegacyRecordID.init(argument:)
    )
    var id: LegacyRecordID

    func run() async throws { try await LegacyRecordPage.print(.csr, id, options) }
}
