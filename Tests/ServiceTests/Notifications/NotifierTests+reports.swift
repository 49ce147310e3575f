import Archiver
import Files
import Foundation
import GRDB
import Manifest
import Recordings
import Simulator
import TestSupport
import Testing
import Transfer

@testable import Service
@testable import Settings
@testable import Wiring

/// The report of a month on its way.
extension `A channel` {
    /// Notes in the manifest that days of an organization, acme by default, are closed, as passes do.
    private func close(
        _ days: [ArchiveDay],
        _ office: Office,
        of other: (name: OrganizationName, id: OrganizationID)? = nil,
        isCurrent: Bool = true
    ) async throws {
        let acme = try #require(office.installation.settings.organizations.first)
        let queue = try DatabaseQueue(path: office.installation.root.manifestPath)
        let own = (name: acme.name, id: try #require(OrganizationID(office.simulator.organizationID)))
        let (name, id) = other ?? own
        try await queue.write { db in
            for day in days {
                let record = DayClose(organization: name, organizationID: id, day: day)
                let text = String(decoding: try record.json.dropLast(), as: UTF8.self)
                try db.execute(
                    sql: """
                        INSERT OR REPLACE INTO day_close (organization, day, record, is_current)
                        SELECT row, ?, ?, ? FROM organization WHERE name = ?
                        """,
                    arguments: [day.daysSince1970, text, isCurrent, name.description]
                )
            }
        }
        try queue.close()
    }

    private func months(_ office: Office) -> [ReportMonth] {
        ReportMonth.ended(before: ArchiveDay(office.installation.now, in: office.installation.timeZone))
    }

    private func days(_ month: ReportMonth) -> [ArchiveDay] { month.days.lowerBound.through(month.days.upperBound) }

    private func look(
        _ office: Office,
        _ channels: [NotificationChannel],
        _ retries: inout ReportRetries
    ) async throws {
        let database = try ServiceDatabase(path: office.installation.root.servicePath)
        await ReportNotifier(
            installation: office.installation,
            channels: channels,
            database: database,
            stop: StopRequest()
        ).look(&retries)
        try database.close()
    }

    /// Runs `body` with a service that knows acme. `look` looks for closed months once, as after a restart.
    private func withReports(
        _ channels: [NotificationChannel],
        _ body: (Office, _ look: () async throws -> Void) async throws -> Void
    ) async throws {
        try await Office.with(isArchived: false) { office in
            let acme = try #require(office.installation.settings.organizations.first)
            let id = try #require(OrganizationID(office.simulator.organizationID))
            _ = try await office.installation.manifest.forWriting().register(acme.name, id: id)
            try await body(office) {
                var none = ReportRetries()
                try await look(office, channels, &none)
            }
        }
    }

    @Test func `is told a month's report once, when its last day has closed, also after failures and restarts`()
        async throws
    {
        let receiver = Receiver(503)
        let url = try #require(URL(string: "https://alarms.example/hook"))
        let channels = [
            channel(.webhook(url: url, secret: nil), [], receiver),
            channel(.command(["/bin/false"]), ["critical"], tellsReports: false),
        ]
        try await withReports(channels) { office, look in
            let month = try #require(months(office).first)
            try await look()
            // Days before the installation are not listed, and do not hold the report back.
            try await close(days(month).suffix(20).dropLast(), office)
            try await look()
            #expect(receiver.requests.isEmpty)
            try await close(days(month).suffix(2), office)
            try await close([days(month)[days(month).count - 5]], office, isCurrent: false)
            try await look()
            #expect(receiver.requests.isEmpty, "a day of it is open")
            try await close([days(month)[days(month).count - 5]], office)
            try await look()
            #expect(receiver.requests.count == 1)
            receiver.answer(204)
            for _ in 0..<3 { try await look() }
            #expect(receiver.requests.count == 2)
            let told = try receiver.requests.map { try JSONDecoder().decode(JSON.self, from: $0.body ?? Data()) }
            #expect(told[0]["id"] == .text("report-acme-\(month)") && told[1]["id"] == told[0]["id"])
            #expect(told[1]["type"] == .text("report") && told[1]["organization"] == .text("acme"))
            #expect(told[1]["month"] == .text("\(month)"))
            #expect(told[1]["report"]?["days"]?.list.count == days(month).count)
            // A day that opens and closes again makes no other report.
            try await close([month.days.upperBound], office, isCurrent: false)
            try await look()
            try await close([month.days.upperBound], office)
            try await look()
            #expect(receiver.requests.count == 2)
        }
    }

    @Test func `is told the reports of others if that of one organization cannot be made`() async throws {
        let receiver = Receiver(200)
        let url = try #require(URL(string: "https://alarms.example/hook"))
        try await withReports([channel(.webhook(url: url, secret: nil), [], receiver)]) { office, look in
            let beta = try #require(OrganizationName("beta"))
            let id = try #require(OrganizationID(Office.otherOrganizationID))
            _ = try await office.installation.manifest.forWriting().register(beta, id: id)
            let month = try #require(months(office).first)
            try await close(days(month), office)
            let queue = try DatabaseQueue(path: office.installation.root.manifestPath)
            // Records that cannot be read.
            try await queue.write { try $0.execute(sql: "UPDATE day_close SET record = '{}'") }
            try queue.close()
            try await close(days(month), office, of: (beta, id))
            try await look()
            let told = try receiver.requests.map { try JSONDecoder().decode(JSON.self, from: $0.body ?? Data()) }
            #expect(told.map { $0["organization"] } == [.text("beta")])
        }
    }

    @Test func `that refuses a report is asked again later, and the others get theirs at once`() async throws {
        let (deaf, receiver) = (Receiver(503), Receiver(200))
        let urls = try ["deaf", "good"].map { try #require(URL(string: "https://\($0).example/hook")) }
        let channels = zip(urls, [deaf, receiver]).map { channel(.webhook(url: $0, secret: nil), [], $1) }
        try await withReports(channels) { office, _ in
            let month = try #require(months(office).first)
            try await close(days(month), office)
            var retries = ReportRetries()
            for _ in 0..<3 { try await look(office, channels, &retries) }
            #expect(deaf.requests.count == 1 && receiver.requests.count == 1)
            // After a restart, it is tried at once.
            var none = ReportRetries()
            deaf.answer(204)
            for _ in 0..<2 { try await look(office, channels, &none) }
            #expect(deaf.requests.count == 2 && receiver.requests.count == 1)
        }
    }

    @Test func `that is new is told of the last month only`() async throws {
        let receiver = Receiver(200)
        let url = try #require(URL(string: "https://alarms.example/hook"))
        try await withReports([channel(.webhook(url: url, secret: nil), [], receiver)]) { office, look in
            for month in months(office) { try await close(days(month), office) }
            for _ in 0..<2 { try await look() }
            let told = try receiver.requests.map { try JSONDecoder().decode(JSON.self, from: $0.body ?? Data()) }
            #expect(told.map { $0["month"] } == [.text("\(months(office)[0])")])
        }
    }

    @Test func `by command gets the report on standard input`() async throws {
        let folder = try TemporaryFolder()
        let words = ["/bin/sh", "-c", "cat >> '\(folder.path)/told'"]
        try await withReports([channel(.command(words))]) { office, look in
            try await close(days(try #require(months(office).first)), office)
            for _ in 0..<2 { try await look() }
            let lines = try String(contentsOfFile: "\(folder.path)/told", encoding: .utf8).split(separator: "\n")
            #expect(lines.count == 1)
            let told = try JSONDecoder().decode(JSON.self, from: Data((lines.first ?? "").utf8))
            #expect(told["type"] == .text("report"))
            #expect(told["sentence"]?.text?.contains("complete. All") == true, "\(lines)")
        }
    }

    @Test(.needs("aiosmtpd", isInstalled())) func `by e-mail gets the report as an attachment`() async throws {
        let folder = try TemporaryFolder()
        let server = try await PythonServer(Self.mailServer, folder.path, "plain")
        try await withReports([channel(email(server, "none"))]) { office, look in
            let month = try #require(months(office).first)
            try await close(days(month), office)
            for _ in 0..<2 { try await look() }
            let text = try read(received(folder))
            #expect(text.hasPrefix("Callark: acme, "), "\(text)")
            #expect(text.contains(": complete|<report-acme-\(month)@archive.example>|"), "\(text)")
            #expect(text.contains("callark-acme-\(month).html text/html "), "\(text)")
        }
    }
}

/// The pauses before a report is tried again.
@Suite struct `A report that was not delivered` {
    @Test func `is tried after a minute, and then less and less often`() throws {
        let begin = Timestamp(millisecondsSince1970: 1_763_625_600_000)
        let month = try #require(ReportMonth.ended(before: ArchiveDay(begin, in: .gmt)).first)
        let delivery = ReportRetries.Delivery(
            channel: "a",
            organization: try #require(OrganizationName("acme")),
            month: month
        )
        var retries = ReportRetries()
        #expect(retries.isDue(delivery, at: begin))
        var (now, pauses) = (begin, [Duration]())
        for _ in 0..<12 {
            let pause = retries.noteFailure(of: delivery, at: now)
            #expect(!retries.isDue(delivery, at: now + pause - .milliseconds(1)))
            #expect(retries.isDue(delivery, at: now + pause))
            // The clock was set back.
            #expect(retries.isDue(delivery, at: now - .hours(1)))
            pauses.append(pause)
            now = now + pause
        }
        #expect(pauses.prefix(4) == [.minutes(1), .minutes(2), .minutes(4), .minutes(8)])
        #expect(pauses.last == ReportRetries.longest && pauses == pauses.sorted())
        var other = delivery
        other.channel = "b"
        #expect(retries.isDue(other, at: begin))
        retries.noteSuccess(of: delivery)
        #expect(retries.isDue(delivery, at: begin))
        #expect(retries.noteFailure(of: delivery, at: begin) == .minutes(1))
    }
}

/// The months whose reports may be due.
@Suite struct `A month` {
    @Test(arguments: [
        ("2025-12-01", "2025-11-01...2025-11-30", "2025-09"), ("2024-03-31", "2024-02-01...2024-02-29", "2023-12"),
        ("2025-01-15", "2024-12-01...2024-12-31", "2024-10"),
    ])
    func `is over before the next begins`(_ today: String, _ last: String, _ oldest: String) throws {
        let months = ReportMonth.ended(before: try #require(ArchiveDay(today)))
        #expect(months.count == ReportMonth.most)
        #expect("\(months[0].days.lowerBound)...\(months[0].days.upperBound)" == last)
        #expect(months.last?.description == oldest)
    }
}
