import Archiver
import Crypto
import Evidence
import Files
import Foundation
import GRDB
import Recordings
import Settings
import TestSupport
import Testing

@testable import Manifest
@testable import Service
@testable import Wiring

/// What the API says about the closing of a day, and how it finds that in the evidence log.
@Suite struct `A day-close statement by HTTP` {
    private static let path = "/api/v1/days/acme/2020-01-01"

    /// Closes a day without calls, as a pass does.
    private func close(_ office: Office, _ acme: OrganizationName) async throws -> Manifest {
        let manifest = try await office.installation.manifest.forWriting()
        let record = DayClose(
            organization: acme,
            organizationID: try #require(office.installation.organization(acme)).organizationID,
            day: try #require(ArchiveDay("2020-01-01"))
        )
        let draft = DayCloseDraft(record: record, hasChanged: true, mark: ClosingMark(event: .max))
        try await manifest.noteClosed(draft, now: office.installation.now)
        return manifest
    }

    @Test func `has its entries in the log, and a proof that an independent program checks`() async throws {
        try await Office.with { office in
            let acme = try #require(OrganizationName("acme"))
            let manifest = try await close(office, acme)
            try await office.installation.evidence.publish()
            let auditor = try await office.key(.auditor)
            let day = try await office.ask(Self.path, key: auditor).json
            let closing = try #require(day["closings"]?.list.first)
            #expect(day["closings"]?.list.count == 1 && closing["type"] == .text("day.closed"))
            #expect(closing["published"] == .boolean(true) && closing["recordings"] == .number(0))
            #expect(day["statement"]?["sha256"] == closing["sha256"] && day["statement"]?["current"] == .boolean(true))
            let json = [("Accept", "application/json")]
            let proof = try await office.ask("\(Self.path)/proof", key: auditor, headers: json).json
            #expect(proof["leaf"] == closing["leaf"])
            let statement = Data(try #require(proof["statement"]?.text).utf8)
            let digest = SHA256.hash(data: statement).map { String(format: "%02x", $0) }.joined()
            #expect(closing["sha256"]?.text == digest)
            let entry = try #require(proof["entry"]?.text)
            #expect(entry.contains(digest))
            let text = try await office.ask("\(Self.path)/proof", key: auditor)
            #expect(text.headers["content-disposition"] == "attachment; filename=\"acme-2020-01-01-closed.tlog-proof\"")
            let key = try #require(proof["vkey"]?.text)
            let checked = try await `A proof by HTTP`.check(text.body, Array(entry.utf8), key: key)
            #expect(checked.status == 0, "\(checked.output)")

            let queue = try DatabaseQueue(path: office.installation.root.manifestPath)
            try await queue.write { db in try db.execute(sql: "UPDATE day_close SET is_current = 0") }
            try queue.close()
            try await manifest.noteReopened(acme, now: office.installation.now)
            let after = try await office.ask(Self.path, key: auditor).json
            #expect(after["closings"]?.list.suffix(1).compactMap { $0["type"]?.text } == ["day.reopened"])
            #expect(after["statement"]?["current"] == .boolean(false))
        }
    }

    @Test func `is proven to those who may have proofs, of days that were closed`() async throws {
        try await Office.with { office in
            _ = try await close(office, try #require(OrganizationName("acme")))
            try await office.installation.evidence.publish()
            for (role, status) in [(Role.viewer, 403), (.reviewer, 200), (.auditor, 200)] {
                #expect(try await office.ask("\(Self.path)/proof", key: office.key(role)).status == status, "\(role)")
            }
            let key = try await office.key(.auditor)
            let never = try await office.ask("/api/v1/days/acme/2020-01-02", key: key).json
            #expect(never["closings"] == .list([]) && never["statement"]?.isNull == true)
            #expect(try await office.ask("/api/v1/days/acme/2020-01-02/proof", key: key).problem == "not_logged")
            let other = try await office.ask("\(Self.path)/proof", key: key, headers: [("Accept", "image/png")])
            #expect(other.status == 406)
        }
    }

    @Test func `is shown without its number, and not proven, if the log does not hold`() async throws {
        try await Office.with { office in
            let acme = try #require(OrganizationName("acme"))
            _ = try await close(office, acme)
            let key = try await office.key(.auditor)
            try await office.installation.evidence.publish()
            let folder = LogFolder(acme, in: office.installation.root.logsPath)
            let checkpoint = URL(filePath: folder.checkpointPath)
            let whole = try Data(contentsOf: checkpoint)
            try Data("no checkpoint\n".utf8).write(to: checkpoint)
            let day = try await office.ask(Self.path, key: key)
            #expect(day.status == 200, "\(day.text)")
            let closing = try #require(try day.json["closings"]?.list.first)
            #expect(closing["type"] == .text("day.closed") && closing["leaf"]?.isNull == true)
            let proof = try await office.ask("\(Self.path)/proof", key: key)
            #expect(proof.status == 503 && proof.problem == "log_damaged")
            // So that the log can be closed.
            try whole.write(to: checkpoint)
        }
    }

    @Test func `is found by its time, however long the log is`() async throws {
        try await Office.with(isArchived: false) { office in
            let logs = office.installation.evidence
            let acme = try #require(OrganizationName("acme"))
            let (begin, actor) = (office.installation.now, Actor(name: "tester", uid: 1))
            let day = try #require(ArchiveDay("2020-01-01"))
            let digest = try FileDigest.digest(of: [1])
            // A second apart each; every hundredth closes a day, and the entry after it is a little older.
            let entries = (0..<1500).map { number in
                let time = begin + .seconds(number) - .seconds(number % 100 == 1 ? 5 : 0)
                guard number % 100 == 0 else {
                    return LogEntry(.auditExported, time: time, actor: actor, organization: acme, [.count: .number(1)])
                }
                return LogEntry(
                    .dayClosed,
                    time: time,
                    actor: actor,
                    organization: acme,
                    [
                        .day: .text(number == 700 ? "2020-01-02" : day.description), .record: .digest(digest),
                        .recordings: .number(Int64(number)), .gaps: .number(0),
                    ]
                )
            }
            try await BlockingWork.run { _ throws(any Error) in _ = try logs.append(entries) }
            let folder = LogFolder(acme, in: office.installation.root.logsPath)
            for isPublished in [false, true] {
                if isPublished { try await logs.publish() }
                try await BlockingWork.run { _ throws(any Error) in
                    let log = DayEntries(try LogEpochs(of: acme, in: folder, keyFile: logs.setup.keyFile))
                    for number in stride(from: 0, to: 1500, by: 100) where number != 700 {
                        let found = try log.find(.dayClosed, of: day, at: begin + .seconds(number))
                        #expect(found?.entry.number(.recordings) == Int64(number), "\(number)")
                        if isPublished { #expect(found?.place.isPublished == true, "\(number)") }
                    }
                    #expect(try log.find(.dayClosed, of: day, at: begin + .seconds(700))?.entry == nil)
                    #expect(try log.find(.dayReopened, of: day, at: begin)?.entry == nil)
                    #expect(try log.find(.dayClosed, of: day, at: begin + .hours(2))?.entry == nil)
                }
            }
        }
    }
}
