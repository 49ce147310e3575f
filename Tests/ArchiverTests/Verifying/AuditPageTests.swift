import Archiver
import Evidence
import Foundation
import Recordings
import TestSupport
import Testing

/// Pages of the rows of an evidence log, as the API asks for them.
@Suite struct `A page of an audit` {
    private let filter = AuditFilter(types: [.recordingStored])

    private func tasks(_ rows: [AuditRow]) -> [String] { rows.compactMap { $0.entry.text(.taskID) } }

    private func rows(_ audit: Audit) throws -> [AuditRow] {
        var rows: [AuditRow] = []
        try audit.forEachRow(filter) { rows.append($0) }
        return rows
    }

    @Test func `has the rows that reading all of the log gives, with their number`() throws {
        let stage = try LogStage()
        try stage.append("a", "b", "c")
        try stage.beginEpoch()
        try stage.append("d", "e")
        try stage.append("f", isFolded: false)
        let audit = try Audit(stage.epochs())
        #expect(try audit.count(filter) == 6)
        let all = try rows(audit)
        #expect(tasks(all) == ["a", "b", "c", "d", "e", "f"])
        #expect(all.map(\.isPublished) == [true, true, true, true, true, false])
        for (numbers, wanted) in [(0..<6, 0..<6), (0..<0, 0..<0), (2..<4, 2..<4), (5..<9, 5..<6), (6..<9, 6..<6)] {
            let page = try Audit(stage.epochs()).page(filter, numbers, most: 9)
            #expect(page.rows == Array(all[wanted]) && page.total == 6, "\(numbers)")
            #expect(page.first == wanted.lowerBound, "\(numbers)")
        }
        let newest = try Audit(stage.epochs()).page(filter, 0..<Int.max, most: 2)
        #expect(newest.rows == Array(all[4...]) && newest.first == 4)
        let before = try Audit(stage.epochs()).page(filter, 0..<4, most: 2)
        #expect(before.rows == Array(all[2..<4]) && before.first == 2)
        #expect(try Audit(stage.epochs()).page(AuditFilter(actor: "nobody"), 0..<9, most: 9).total == 0)
    }

    @Test func `has no row of an epoch that does not hold, and counts none of it`() throws {
        let stage = try LogStage()
        try stage.append("a", "b")
        try stage.beginEpoch()
        try stage.append("c", "d")
        try stage.damage(stage.log.previous, 3)
        let audit = try Audit(stage.epochs())
        let page = try audit.page(filter, 0..<3, most: 9)
        #expect(tasks(page.rows) == ["c", "d"] && page.total == 2)
        #expect(audit.faults.count == 1 && audit.sources.count == 1)
        #expect(tasks(try Audit(stage.epochs()).page(filter, 1..<9, most: 9).rows) == ["d"])
    }

    @Test func `of a log that does not hold is none`() throws {
        let stage = try LogStage()
        try stage.append("a", "b")
        try stage.damage(stage.log, 3)
        #expect {
            try Audit(stage.epochs()).page(filter, 0..<9, most: 9)
        } throws: {
            ($0 as? EvidenceError)?.code == .damaged
        }
    }
}
