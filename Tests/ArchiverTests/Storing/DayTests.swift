import DailyArchive
import Foundation
import Manifest
import Recordings
import Simulator
import Testing

@testable import Archiver

@Suite struct `Days by time zone` {
    /// Time zones and days on which their clocks change, or zones far from Greenwich.
    static let days: [(zone: String, days: [String])] = [
        ("UTC", ["2025-11-20", "2025-11-21"]),
        ("Europe/London", ["2025-03-29", "2025-03-30"]),
        ("Europe/London", ["2025-10-26", "2025-10-27"]),
        // There the clocks went from 23:59:59 to 01:00:00, so the day has no midnight.
        ("America/Sao_Paulo", ["2018-11-03", "2018-11-04"]),
        ("America/Sao_Paulo", ["2018-02-17", "2018-02-18"]),
        ("Pacific/Kiritimati", ["2025-11-20"]),
        ("Asia/Kathmandu", ["2025-11-20"]),
    ]

    /// The last call of each of these days continues into the next one.
    @Test(arguments: days)
    func `put each call where it was created, across midnight and changes of the clock`(
        _ zone: String,
        _ days: [String]
    ) async throws {
        try await Installation.with(.small(days: days, calls: 12, zone: zone)) { here in
            let result = try await here.pass(.sinceLastPass)
            #expect(result.isComplete)
            #expect(result.archives.map(\.name.day.description) == days)
            let day = Dictionary(
                uniqueKeysWithValues: here.simulator.servedRecordings().map { ($0.recording.id, $0.day) }
            )
            for row in try await here.recordings() where row.key.kind == .recording {
                #expect(row.day.description == day[row.key.recordingID.description])
            }
            try await here.expectWhole()
        }
    }

    @Test func `are asked for one at a time, and no call falls between them`() async throws {
        let days = ["2025-10-25", "2025-10-26", "2025-10-27"]
        try await Installation.with(.small(days: days, calls: 12, zone: "Europe/London")) { here in
            for day in days {
                let result = try await here.pass(.day(try #require(ArchiveDay(day))))
                #expect(result.archives.map(\.name.day.description) == [day])
                #expect(result.isComplete)
            }
            try await here.expectWhole()
        }
    }
}
