import ArgumentParser
import WebexContactCenter

struct LegacyCARCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "car",
        abstract: "Print a customer activity record: one step of a contact.",
        discussion: """
            The ID consists of the contact session's ID, the time at which the step begins (cstts, epoch \
            milliseconds) and the name of the step. `callark legacy chain` finds all steps of a contact.

            EXAMPLES
              callark legacy car TASK_ID-1612238768144-new
            """
    )

    @OptionGroup var options: LegacyOptions

    @Argument(
        help: ArgumentHelp("The record's ID.", valueName: "session-cstts-event"),
        transform: LegacyRecordID.init(argument:)
    )
    var id: LegacyRecordID

    func validate() throws {
        guard LegacyActivityID(id.description) != nil else {
            throw ValidationError("\(id) is not an activity ID: give <contact session ID>-<epoch milliseconds>-<event>")
        }
    }

    func run() async throws { try await LegacyRecordPage.print(.car, id, options) }
}
