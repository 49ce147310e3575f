import Foundation
import GRDB
import Recordings
import Testing

@testable import Manifest

/// The size of a recording in the manifest. The figures of docs/manifest.md are printed by
/// `CALLARK_MEASURE_TASKS=200000 swift test --filter SizeTests`.
@Suite struct SizeTests {
    private static let tasks = ProcessInfo.processInfo.environment["CALLARK_MEASURE_TASKS"].flatMap { Int($0) }

    @Test func `an archived recording costs at most 320 bytes, with its place in the evidence log`() async throws {
        try await Fixture.with { fixture in
            let count = Self.tasks ?? 3000
            // The schema's own text, which is stored once.
            let empty = try await fixture.bytesInUse()
            let recordings = try await archiveDays(fixture, tasks: count)
            let inUse = try await fixture.bytesInUse()
            try fixture.manifest.close()
            _ = try await run("sqlite3", [fixture.path, "VACUUM"])
            let size = try FileManager.default.attributesOfItem(atPath: fixture.path)[.size] as? Int ?? .max
            let perRecording = Double(size - empty) / Double(recordings)
            #expect(perRecording <= 320)
            #expect(Double(inUse - empty) / Double(recordings) <= 340, "without VACUUM")
            guard Self.tasks != nil else { return }
            print("\(count) tasks, \(recordings) recordings, \(perRecording) bytes each after VACUUM")
            print("\(Double(inUse - empty) / Double(recordings)) bytes each as the passes left it")
            print(try await run("sqlite3", ["-box", fixture.path, Self.parts(recordings: recordings)]))
            for table in ["recording", "task"] {
                let names = try await run("sqlite3", [fixture.path, "SELECT name FROM pragma_table_info('\(table)')"])
                let columns = names.split(separator: "\n").map(String.init)
                print(try await run("sqlite3", ["-line", fixture.path, Self.columns(columns, of: table)]))
            }
        }
    }

    /// Two thousand calls a day, nine in twenty with a second recording, from the listing to the sealed archive.
    /// Twenty-five agents take them, each in one team and two of six queues; each queue has two lines.
    private func archiveDays(_ fixture: Fixture, tasks: Int) async throws -> Int {
        var recordings = 0
        for first in stride(from: 0, to: tasks, by: 2000) {
            let midnight = Fixture.morning + .hours(24 * (first / 2000) - 8)
            let numbers = first..<min(first + 2000, tasks)
            let day = try numbers.map { number in
                var task = try Fixture.task(number, created: midnight + .seconds((number - first) * 40))
                task.id = try #require(TaskID(UUID().uuidString.lowercased()))
                task.json = SizeTests.listed(task, number)
                return task
            }
            let now = midnight + .hours(25)
            _ = try await fixture.list(day, now: now)
            let searched = zip(day, numbers).map { SearchedTask(id: $0.id, json: SizeTests.searched($1)) }
            _ = try await fixture.manifest.noteSearched(searched, organization: fixture.acme)
            for answers in stride(from: 0, to: day.count, by: 50) {
                let captures = try day[answers..<min(answers + 50, day.count)].enumerated().map { index, task in
                    TaskAnswer.capture(
                        Capture(taskID: task.id, recordings: try Self.captured(task, index % 20 < 9 ? 2 : 1))
                    )
                }
                let work = try await fixture.answer(captures, now: now)
                try await fixture.store(work, now: now)
                recordings += work.count
            }
            // The second answer, which settles the tasks, comes with the next pass.
            _ = try await fixture.answer(
                try day.enumerated().map { index, task in
                    .capture(Capture(taskID: task.id, recordings: try Self.captured(task, index % 50 % 20 < 9 ? 2 : 1)))
                },
                now: now + .hours(2)
            )
            try await fixture.seal(ArchiveDay(midnight, in: .gmt), now: now + .hours(3))
        }
        return recordings
    }

    /// One call in eight is dialled by an agent; one in ten is longer than ten minutes.
    private static func listed(_ task: ListedTask, _ number: Int) -> ProviderJSON {
        let agent = number * 7 % 25
        let queue = (agent + number % 2) % 6
        let line = "+1800555\(1000 + queue * 2 + number / 3 % 2)"
        let customer = "+1555\(1_000_000 + number * 7_919 % 9_000_000)"
        let isOutdial = number % 8 == 0
        return ProviderJSON(
            redacted: """
                {"id":"\(task.id)","attributes":{"owner":{"id":"cccccccc-0000-4000-8000-0000000000\(10 + agent)",\
                "name":"Agent Number \(agent)"},"queue":{"id":"dddddddd-0000-4000-8000-0000000000\(10 + queue)",\
                "name":"Queue \(queue)"},"channelType":"telephony","status":"completed",\
                "createdTime":\(task.createdTime.millisecondsSince1970),\
                "lastUpdatedTime":\((task.createdTime + .minutes(3)).millisecondsSince1970),"captureRequested":true,\
                "origin":"\(isOutdial ? line : customer)","destination":"\(isOutdial ? customer : line)",\
                "direction":"\(isOutdial ? "outdial" : "inbound")","reasonCode":"Payment"}}
                """
        )
    }

    private static func searched(_ number: Int) -> ProviderJSON {
        let agent = number * 7 % 25
        let milliseconds = number % 10 == 0 ? 612_345 + number % 1000 : 30_000 + number * 7_919 % 500_000
        return ProviderJSON(
            redacted: """
                {"lastSite":{"id":"eeeeeeee-0000-4000-8000-0000000000\(10 + agent % 2)","name":"Site \(agent % 2)"},\
                "lastTeam":{"id":"ffffffff-0000-4000-8000-0000000000\(10 + agent % 5)","name":"Team \(agent % 5)"},\
                "totalDuration":\(milliseconds),"lastWrapupCodeName":"Reason \(number % 9)",\
                "terminationType":"\(number % 11 == 0 ? "sudden_disconnect" : "normal")"}
                """
        )
    }

    private static func captured(_ task: ListedTask, _ count: Int) throws -> [CapturedRecording] {
        try (0..<count).map { index in
            let callType = index == 0 ? "main" : "consult"
            let start = task.createdTime + .seconds(15 + 60 * index)
            let name = "recording-\(index + 1).wav"
            var captured = try Fixture.captured(task.id, callType: callType, start: start, file: name)
            // Random like the provider's, but the same when the task is asked about again.
            let id = task.id.description
            captured.key.recordingID = try #require(RecordingID(String(id.prefix(35)) + String(index)))
            return captured
        }
    }

    private static func parts(recordings: Int) -> String {
        """
        SELECT name, sum(pgsize) AS bytes, round(sum(pgsize) * 1.0 / \(recordings), 1) AS a_recording,
            sum(ncell) AS cells, round(100.0 * sum(pgsize - unused) / sum(pgsize)) AS percent_full
        FROM dbstat GROUP BY name HAVING bytes > \(recordings) / 10 ORDER BY bytes DESC
        """
    }
}

extension SizeTests {
    /// The average size of a column's values in a row, by SQLite's record format: a byte for the type, then the value.
    fileprivate static func columns(_ columns: [String], of table: String) -> String {
        let costs = columns.map { name in
            """
            round(avg(1 + CASE typeof(\(name)) WHEN 'blob' THEN length(\(name)) WHEN 'null' THEN 0
                WHEN 'text' THEN length(CAST(\(name) AS BLOB)) ELSE
                CASE WHEN \(name) IN (0, 1) THEN 0 WHEN \(name) BETWEEN -128 AND 127 THEN 1
                WHEN \(name) BETWEEN -32768 AND 32767 THEN 2 WHEN \(name) BETWEEN -8388608 AND 8388607 THEN 3
                WHEN \(name) BETWEEN -2147483648 AND 2147483647 THEN 4
                WHEN \(name) BETWEEN -140737488355328 AND 140737488355327 THEN 6 ELSE 8 END END), 1) AS \(name)
            """
        }
        return "SELECT \(costs.joined(separator: ", ")) FROM \(table)"
    }
}

extension Fixture {
    /// The bytes of the pages in use: what sealing a day frees is reused for the next.
    fileprivate func bytesInUse() async throws -> Int {
        try await manifest.read { db in
            let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
            let free = try Int.fetchOne(db, sql: "PRAGMA freelist_count") ?? 0
            return (pages - free) * 4096
        }
    }
}
