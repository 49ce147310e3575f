import Reports
import Archiver
import Foundation
import Manifest
import Recordings

/// For people.
extension Report {
    /// - Parameter verbose: whether each copy that does not count gets a line too.
    func writeText(to output: Output, verbose: Bool) throws {
        for section in sections { output.text(sentence(section)) }
        if let remark { output.text(remark) }
        for section in sections { try write(section, to: output, verbose: verbose) }
        output.text("")
        for line in Self.legend { output.text(line) }
    }

    private func write(_ section: Section, to output: Output, verbose: Bool) throws {
        output.text("")
        output.text("Organization  \(section.organization) (\(section.organizationID))")
        output.text("Time zone     \(zone)")
        output.text("Made          \(making)")
        output.text("")
        let total = section.days.count > 1 ? [ReportRow(totalOf: section)] : []
        let rows = section.days.map(ReportRow.init) + total
        try ReportTables.days.write(rows, to: output)
        writeReasons(of: section, to: output)
        try writeSuspects(of: section, to: output)
        writeSteps(of: section, to: output)
        try writeGaps(of: section, to: output)
        writeArchives(of: section, to: output, verbose: verbose)
    }

    private func writeReasons(of section: Section, to output: Output) {
        let figures = section.verdict.figures
        for (figure, reasons) in figures.reasons where !reasons.isEmpty {
            output.text("")
            output.text("\(figure.uppercased()), BY REASON")
            for reason in reasons {
                output.text("\(reason.count.grouped.leftPadded(to: 7))  \(reason.words): \(reason.meaning)")
                output.text("         \(reason.advice)")
            }
        }
        guard !figures.explanations.isEmpty else { return }
        output.text("")
        output.text("EXPLAINED, BY EXPLANATION")
        for (reason, count) in figures.explanations.byFrequency {
            output.text("\(count.grouped.leftPadded(to: 7))  \(reason.words)")
        }
    }

    private func writeSuspects(of section: Section, to output: Output) throws {
        guard !section.suspects.isEmpty else { return }
        output.text("")
        output.text("SUSPECT")
        try SuspectTable(timeZone: timeZone).table.write(section.suspects, to: output)
    }

    private func writeSteps(of section: Section, to output: Output) {
        let disagreements = section.days.flatMap(\.comparisons).compactMap(\.disagreement)
        guard !section.steps.isEmpty || !disagreements.isEmpty else { return }
        output.text("")
        output.text("TO DO")
        for step in section.steps {
            output.text("\(step.period): \(step.why)")
            for line in step.steps { output.text("    \(line)") }
        }
        for disagreement in disagreements { output.text(disagreement) }
    }

    /// For a single day, every gap; over more days there are too many to read.
    private func writeGaps(of section: Section, to output: Output) throws {
        let gaps = section.gaps
        guard !gaps.isEmpty else { return }
        output.text("")
        guard period.list.count == 1 else {
            let command = "callark gaps --all --org \(section.organization) \(period.options)"
            return output.text("\(Readable.count(gaps.count, "gap")), explained or not: \(command)")
        }
        output.text("GAPS")
        try GapTable(timeZone: timeZone).table.write(
            gaps.map { GapTable.Line(gap: $0, call: section.calls[$0.taskID]) },
            to: output
        )
    }

    private func writeArchives(of section: Section, to output: Output, verbose: Bool) {
        let archives = section.archives
        guard !archives.isEmpty else { return }
        output.text("")
        if period.list.count > 1 {
            let bytes = archives.reduce(0) { $0 + $1.archive.byteCount }
            let command = "callark report --org \(section.organization) \(period.options) --csv archives"
            let count = Readable.count(archives.count, "archive")
            let whose = archives.count == 1 ? "its checksum" : "their checksums"
            output.text("\(count), \(Readable.bytes(bytes)), with \(whose): \(command)")
        } else {
            output.text("ARCHIVES")
        }
        for archive in archives where period.list.count == 1 || archive.state != .sound {
            output.text(archive.line)
            for copy in archive.displaced where verbose { output.text("  \(copy.line)") }
        }
    }
}
