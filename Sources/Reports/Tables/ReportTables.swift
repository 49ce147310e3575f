import Archiver
import DailyArchive
import Files
import Manifest
import Payloads
import Recordings

/// The tables of a report: one description for both text and CSV.
package enum ReportTables {
    package static var days: Table<ReportRow> {
        func figure(
            _ name: String,
            _ short: String? = nil,
            rank: Int,
            _ value: @escaping (ReportFigures) -> Int
        ) -> Table<ReportRow>.Column {
            Table.Column(
                name: name,
                heading: name.uppercased(),
                isNumber: true,
                rank: rank,
                shortHeading: short,
                line: 1,
                label: "\(name) ",
                isExtra: short == nil,
                value: { .integer(Int64(value($0.figures))) },
                text: { value($0.figures).grouped }
            )
        }
        return Table(
            type: "day",
            columns: [
                .text("organization") { $0.organization.description },
                Table.Column(
                    name: "day",
                    heading: "DAY",
                    value: { .init($0.day?.description) },
                    text: { $0.day?.description ?? "total" }
                ),
                figure("calls", rank: 9) { $0.calls },
                // A sum without one of its parts would look wrong: only columns of zeros may be left out.
                figure("expected", "EXP", rank: 1) { $0.expected },
                figure("archived", "ARCH", rank: 1) { $0.archived },
                figure("stored", "STOR", rank: 2) { $0.stored },
                figure("pending", "PEND", rank: 2) { $0.pending },
                figure("missing", "MISS", rank: 1) { $0.missing },
                figure("explained", "EXPL", rank: 2) { $0.explained },
                figure("damaged", "DAM", rank: 2) { $0.damaged },
                figure("suspect", rank: 5) { $0.suspect },
                Table.Column(
                    name: "audio_hours",
                    heading: "HOURS",
                    isNumber: true,
                    rank: 11,
                    line: 1,
                    label: "hours ",
                    isExtra: true,
                    value: { .text(hours($0.figures.audioMilliseconds)) }
                ),
                Table.Column(
                    name: "bytes",
                    heading: "SIZE",
                    isNumber: true,
                    rank: 10,
                    line: 1,
                    label: "size ",
                    isExtra: true,
                    value: { .integer($0.figures.bytes) },
                    text: { Readable.bytes($0.figures.bytes) }
                ),
                Table.Column(
                    name: "state",
                    heading: "STATE",
                    value: { .text($0.stateCode) },
                    text: { $0.state },
                    short: { $0.shortState }
                ),
                .text("open_because") { $0.openBecause },
                .text("differing") { $0.differing },
            ]
        )
    }

    /// The headings are for a page; on a terminal each archive is on a line of its own.
    package static func archives(_ root: ArchiveRoot) -> Table<ArchiveStanding> {
        Table(
            type: "archive",
            columns: [
                .text("organization") { $0.archive.name.organization.description },
                .text("day") { $0.archive.name.day.description },
                .text("archive", "ARCHIVE") { $0.archive.name.description },
                .text("state", "STATE") { $0.state.rawValue },
                .count("recordings", "RECORDINGS") { $0.archive.recordings },
                .count("counting", "COUNTING HERE") { $0.counting },
                .count("damaged", "DAMAGED") { $0.damaged },
                .count("bytes", "BYTES") { Int($0.archive.byteCount) },
                .text("sha256", "SHA-256 AS SEALED") { $0.archive.digest.description },
                .text("path") { root.archivePath($0.archive.name) },
                .text("copies") { $0.copies.names.joined(separator: ", ") },
                .text("detail", "WHAT IS WRONG") { $0.remark },
            ]
        )
    }

    package static var displaced: Table<DisplacedCopy> {
        Table(
            type: "displaced",
            columns: [
                .text("organization") { $0.archive.organization.description },
                .text("day") { $0.archive.day.description },
                .text("archive", "ARCHIVE") { $0.archive.description },
                .text("task_id", "TASK") { $0.key.taskID.description },
                .text("recording_id") { $0.key.recordingID.description },
                .text("file", "FILE") { $0.file.description },
                .count("offset", "OFFSET") { Int($0.offset) },
                .count("bytes", "BYTES") { Int($0.byteCount) },
                .text("sha256", "SHA-256") { $0.digest.description },
                .text("reason", "WHY") { $0.reason.rawValue },
                .text("replaced_by", "REPLACED BY") { $0.counting?.archive.description },
            ]
        )
    }

    /// `1.25`.
    static func hours(_ milliseconds: Int64) -> String {
        let hundredths = (milliseconds + 18_000) / 36_000
        let fraction = hundredths % 100
        return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction)"
    }
}
