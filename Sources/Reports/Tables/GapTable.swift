import Archiver
import Foundation
import Manifest
import Payloads
import Recordings

/// Gaps as a table. Numbers are never cut, because a part of one looks like a number.
package struct GapTable {
    private let timeZone: TimeZone

    /// A gap, and whose call it was, if that is known.
    package struct Line {
        package let gap: Gap
        package let call: KnownCall?

        package init(gap: Gap, call: KnownCall? = nil) {
            self.gap = gap
            self.call = call
        }
    }

    package init(timeZone: TimeZone) {
        self.timeZone = timeZone
    }

    /// The columns.
    package var table: Table<Line> {
        Table(
            type: "gap",
            columns: [
                .text("organization") { $0.gap.organization.description },
                .text("day") { $0.gap.day.description },
                Table.Column(
                    name: "created_time",
                    heading: timeZone.heading("CREATED"),
                    rank: 1,
                    value: { .text($0.gap.createdTime.description) },
                    text: { $0.gap.createdTime.text(in: timeZone) }
                ),
                .text("task_id", "TASK", rank: 2, line: 5) { $0.gap.taskID.description },
                .cut("recording_id", "RECORDING", rank: 10, line: 2, label: "recording ") {
                    $0.gap.recording?.recordingID.description
                },
                Table.Column(
                    name: "reason",
                    heading: "REASON",
                    value: { .text($0.gap.reason.rawValue) },
                    text: { $0.gap.reason.words }
                ),
                .text("archive") { $0.gap.archive?.description },
                .text("detail") { $0.gap.detail },
                .cut("agent", "AGENT", rank: 5, line: 1, label: "agent ") {
                    $0.call?.facts.agent.map { $0.name ?? $0.id ?? "" }
                },
                .cut("queue", "QUEUE", rank: 7, line: 1, label: "queue ") {
                    $0.call?.facts.queue.map { $0.name ?? $0.id ?? "" }
                },
                .text("origin", "FROM", rank: 6, line: 1, label: "from ") { $0.call?.facts.origin },
                .text("destination", "TO", rank: 8, line: 1, label: "to ") { $0.call?.facts.destination },
                .text("direction") { $0.call?.facts.direction },
                .cut("evidence", "EVIDENCE", rank: 9, line: 3) { $0.gap.evidenceText(in: timeZone) },
                Table.Column(
                    name: "explanation",
                    heading: "EXPLANATION",
                    rank: 4,
                    line: 4,
                    label: "explained: ",
                    value: { .init($0.gap.explanation?.reason.rawValue) },
                    text: { $0.gap.explanation?.text(in: timeZone) ?? "" },
                    short: { $0.gap.explanation?.reason.words ?? "" }
                ),
                .text("note") { $0.gap.explanation?.note },
                .text("explained_by") { $0.gap.explanation?.author },
                .text("explained_by_uid") { $0.gap.explanation?.authorUID.map { "\($0)" } },
                .text("explained_by_claims") { line in
                    (line.gap.explanation?.authorClaims ?? [:]).sorted { $0.key < $1.key }
                        .map { "\($0.key)=\($0.value)" }.joined(separator: " ")
                },
                .text("explained_time") { $0.gap.explanation?.time.description },
            ],
            line: { GapLine($0.gap, call: $0.call) }
        )
    }
}
