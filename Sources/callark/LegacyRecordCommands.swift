import ArgumentParser
import Foundation
import Recordings
import Settings
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
            throw ValidationError("\(id) is no activity's ID: it is <contact session ID>-<epoch milliseconds>-<event>")
        }
    }

    func run() async throws { try await LegacyRecordPage.print(.car, id, options) }
}

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

/// One record, as all four commands print it.
enum LegacyRecordPage {
    /// Fields that are epoch milliseconds (wxcc-api 13.4).
    private static let times: Set<String> = ["cstts", "cetts", "realtimeUpdateTimestamp"]

    static func print(_ type: LegacyRecordType, _ id: LegacyRecordID, _ options: LegacyOptions) async throws {
        let workplace = try Workplace(options.common, usesRoot: false)
        let organization = try workplace.legacyOrganization(options.org)
        let record = try await workplace.withLegacyRecords(of: organization) { records in
            try await records.record(type, id)
        }
        let output = Output(json: options.common.json)
        defer { output.flush() }
        try output.json(Line(type: type.rawValue, organization: "\(organization)", id: "\(id)", record: record.json))
        try output.json(Summary())
        let timeZone = workplace.timeZone
        let width = record.fields.map(\.name.count).max() ?? 0
        for field in record.fields {
            let name = VisibleText.escaped(field.name).padded(to: width)
            output.text("\(name)  \(text(of: field, in: record, timeZone))".trimmingTrailingBlanks)
        }
    }

    private static func text(of field: JSONMember, in record: LegacyRecord, _ timeZone: TimeZone) -> String {
        guard times.contains(field.name), let time = record.time(field.name) else { return field.value.shown }
        return "\(field.value.shown)  \(time.named(in: timeZone, seconds: true))"
    }

    private struct Line: Encodable {
        var type: String
        var organization: String
        var id: String
        var record: JSONValue
    }

    private struct Summary: Encodable {
        let type = "summary"
        let records = 1
    }
}
