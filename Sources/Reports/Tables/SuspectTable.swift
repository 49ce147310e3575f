import Foundation
import Manifest
import Payloads
import Recordings

/// Suspect recordings as a table.
package struct SuspectTable {
    private let timeZone: TimeZone

    package init(timeZone: TimeZone) {
        self.timeZone = timeZone
    }

    /// The columns.
    package var table: Table<SuspectRow> {
        Table(
            type: "suspect",
            columns: [
                .text("organization") { $0.organization.description },
                .cut("day", "DAY", rank: 2, least: 10) { $0.day.description },
                .text("task_id", "TASK", line: 4) { $0.suspect.taskID.description },
                .text("recording_id") { $0.suspect.recordingID.description },
                .cut("file", "FILE", rank: 4, least: 12, line: 3) { $0.suspect.file.description },
                Table.Column(
                    name: "detail",
                    heading: "WHY",
                    least: 18,
                    wraps: true,
                    line: 1,
                    value: { .text($0.suspect.reason) }
                ),
                Table.Column(
                    name: "next_look_time",
                    heading: timeZone.heading("NEXT LOOK"),
                    rank: 3,
                    value: { .init($0.nextLook?.description) },
                    text: { $0.nextLook?.text(in: timeZone) ?? "none" }
                ),
                Table.Column(
                    name: "note",
                    heading: "ACKNOWLEDGED",
                    rank: 1,
                    least: 12,
                    wraps: true,
                    line: 2,
                    label: "acknowledged ",
                    value: { .init($0.suspect.acknowledgement?.note) },
                    text: {
                        $0.suspect.acknowledgement.map { "by \($0.author) (uid \($0.authorUID)): \($0.note)" } ?? ""
                    }
                ),
                .text("acknowledged_by") { $0.suspect.acknowledgement?.author },
                .text("acknowledged_by_uid") { $0.suspect.acknowledgement.map { "\($0.authorUID)" } },
                .text("acknowledged_time") { $0.suspect.acknowledgement?.time.description },
            ],
            line: { SuspectLine($0) }
        )
    }
}
