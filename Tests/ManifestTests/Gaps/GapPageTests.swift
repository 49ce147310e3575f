import Recordings
import Testing

@testable import Manifest

/// Pages of gaps, which come out of the database in no order.
@Suite struct `A page of gaps` {
    /// Gaps with some times in common, and several of one task.
    private static func gaps(_ count: Int) throws -> [Gap] {
        let organization = try #require(OrganizationName("acme"))
        let day = try #require(ArchiveDay("2025-11-20"))
        return try (0..<count).map { number in
            let task = try #require(TaskID("task-\(number / 3)"))
            let key = RecordingKey(
                taskID: task,
                recordingID: try #require(RecordingID("recording-\(number % 3)")),
                kind: .recording,
                isSegment: false,
                callType: "main",
                startTime: nil,
                providerFileName: "call.wav"
            )
            return Gap(
                organization: organization,
                day: day,
                taskID: task,
                createdTime: Timestamp(millisecondsSince1970: 1_763_625_600_000 + Int64(number / 7)),
                reason: .downloadFailed,
                recording: number % 3 == 0 ? nil : key
            )
        }
    }

    @Test(arguments: [1, 2, 7, 49, 50, 51, 200])
    func `has the next ones in their order, whatever order they come in, and few of them in memory`(_ limit: Int) throws
    {
        let gaps = try Self.gaps(50)
        let sorted = gaps.sorted(by: Gap.isEarlier)
        var (found, place, pages) = ([Gap](), GapPlace?.none, 0)
        while pages < 60 {
            var selection = GapSelection(after: place, limit: limit)
            var most = 0
            for gap in pages % 2 == 0 ? gaps.shuffled() : sorted.reversed() {
                selection.add(gap)
                most = max(most, selection.kept.count)
            }
            #expect(selection.total == 50 && most <= 2 * limit)
            let page = selection.first()
            guard let last = page.last else { break }
            #expect(page.count <= limit)
            found += page
            place = GapPlace(last)
            pages += 1
        }
        #expect(found == sorted)
    }

    @Test func `of no gaps only counts`() throws {
        var selection = GapSelection(after: nil, limit: 0)
        for gap in try Self.gaps(5) { selection.add(gap) }
        #expect(selection.total == 5 && selection.first().isEmpty)
    }
}
