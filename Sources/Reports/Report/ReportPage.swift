import Archiver
import Foundation
import Manifest
import Mustache
import Pages
import Recordings

/// A report as one HTML page, to be read and printed. It has no script and refers to nothing outside itself.
package struct ReportPage {
    private let report: Report

    /// How many copies that do not count are named one by one.
    private static let maxCopies = 20

    package init(_ report: Report) {
        self.report = report
    }

    /// What the page may load: its own style.
    package static var policy: String { style.policy }

    /// The whole page.
    package var html: String {
        get throws {
            let view = Self.known([
                "period": report.period.name, "making": report.making, "zone": report.zone, "remark": report.remark,
                "sections": report.sections.map(view), "legend": Report.legend,
            ])
            return try VisibleHTML.template(Self.template).render(view)
        }
    }

    private func view(_ section: Report.Section) -> [String: Any] {
        let figures = section.verdict.figures
        let reasons = figures.reasons.flatMap(\.reasons)
        let rows = section.days.map(ReportRow.init) + (section.days.count > 1 ? [ReportRow(totalOf: section)] : [])
        let lines = section.gaps.map { GapTable.Line(gap: $0, call: section.calls[$0.taskID]) }
        let gapTable = GapTable(timeZone: report.timeZone).table
        // If everything has moved, there is too much to read; the archive's row says where it is.
        let displaced = section.displaced.count > Self.maxCopies ? [] : section.displaced
        let tables = [
            gapTable.view("Gaps that are not explained", lines.filter { $0.gap.explanation == nil }),
            gapTable.view("Gaps that are explained", lines.filter { $0.gap.explanation != nil }),
            SuspectTable(timeZone: report.timeZone).table.view("Suspect recordings", section.suspects),
            ReportTables.archives(report.root).view("Archives", section.archives),
            ReportTables.displaced.view("Copies in archives that do not count", displaced),
        ]
        return Self.known([
            "sentence": report.sentence(section),
            "standing": section.verdict.standing == .notComplete ? "bad" : "good",
            "organization": section.organization.description, "id": section.organizationID.description,
            "days": ReportTables.days.view("Days", rows),
            "reasons": reasons.map { reason in
                [
                    "count": reason.count.grouped, "words": reason.words, "meaning": reason.meaning,
                    "advice": reason.advice,
                ]
            },
            "hasReasons": !reasons.isEmpty, "hasExplanations": !figures.explanations.isEmpty,
            "hasSteps": !section.steps.isEmpty,
            "explanations": figures.explanations.byFrequency.map {
                ["count": $0.count.grouped, "words": $0.key.words]
            },
            "steps": section.steps.map { ["period": $0.period, "why": $0.why, "steps": $0.steps] as [String: Any] },
            "disagreements": section.days.flatMap(\.comparisons).compactMap(\.disagreement),
            "tables": tables.compactMap(\.self),
        ])
    }

    /// Values for a template, without unknown ones: it would print an empty optional as `nil`.
    private static func known(_ view: [String: Any?]) -> [String: Any] { view.compactMapValues(\.self) }
}

extension Table {
    /// The rows as text, for a template; `nil` if there are none.
    fileprivate func view(_ title: String, _ rows: [Row]) -> [String: Any]? {
        guard !rows.isEmpty else { return nil }
        func text(_ column: Column, _ row: Row) -> String { column.text?(row) ?? column.value(row).csv }
        // A column that is empty in every row would only take up room.
        let shown = columns.filter { column in
            column.heading != nil && rows.contains { !text(column, $0).isEmpty }
        }
        return [
            "title": title,
            "headings": shown.map {
                ["text": ($0.heading ?? "").inSentenceCase, "isNumber": $0.isNumber] as [String: Any]
            },
            "rows": rows.map { row in
                [
                    "cells": shown.map { column in
                        ["text": text(column, row), "isNumber": column.isNumber] as [String: Any]
                    }
                ]
            },
        ]
    }
}

extension String {
    /// A table's heading for a page: `COUNTING HERE` becomes `Counting here`.
    fileprivate var inSentenceCase: String {
        (prefix(1) + dropFirst().lowercased()).replacing("Sha-", with: "SHA-")
    }
}
