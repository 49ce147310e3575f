import Reports
import Foundation
import Recordings
import Settings
import Text
import WebexContactCenter
import Wiring

/// One record, as all four commands print it.
enum LegacyRecordPage {
    /// Fields that are epoch milliseconds (wxcc-api 13.4).
    private static let times: Set<String> = ["cstts", "cetts", "realtimeUpdateTimestamp"]

    static func print(_ type: LegacyRecordType, _ id: LegacyRecordID, _ options: LegacyOptions) async throws {
        let installation = try Installation(options.common, usesRoot: false)
        let organization = try installation.legacyOrganization(options.org)
        let record = try await installation.withLegacyRecords(of: organization) { records in
            try await records.record(type, id)
        }
        let output = Output(json: options.common.json)
        defer { output.flush() }
        try output.json(Line(type: type.rawValue, organization: "\(organization)", id: "\(id)", record: record.json))
        try output.json(Summary())
        let timeZone = installation.timeZone
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
