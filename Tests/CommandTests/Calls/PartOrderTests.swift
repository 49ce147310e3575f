import Recordings
import Testing

@testable import Manifest
@testable import callark

/// The order of the rows of `list --recordings`.
@Suite struct `The order of recordings` {
    private static func call(
        _ number: Int,
        created: Int,
        recorded starts: [Int?],
        hasGap: Bool = false,
        of organization: String = "acme"
    ) throws -> CallRow {
        let organization = try #require(OrganizationName(organization))
        let task = try #require(TaskID("task-\(number)"))
        let day = try #require(ArchiveDay("2025-11-20"))
        var rows = try starts.enumerated().map { place, start in
            let key = RecordingKey(
                taskID: task,
                recordingID: try #require(RecordingID("\(number)-\(place)")),
                kind: .recording,
                isSegment: false,
                callType: "main",
                startTime: start.map(time),
                providerFileName: "\(number)-\(place).wav"
            )
            return ListRow.recording(
                RecordingRow(
                    row: RecordingRowID(task: 1, ordinal: 1),
                    organization: organization,
                    day: day,
                    key: key,
                    file: FileName.of(key, distinguisher: 0),
                    state: .pending,
                    attempts: 0
                )
            )
        }
        if hasGap {
            rows.append(
                .gap(
                    Gap(
                        organization: organization,
                        day: day,
                        taskID: task,
                        createdTime: time(created),
                        reason: .unusable
                    )
                )
            )
        }
        return CallRow(
            organization: organization,
            taskID: task,
            day: day,
            createdTime: time(created),
            status: TaskStatus("completed"),
            captureRequest: .requested,
            state: .pending,
            recordings: [],
            gaps: [],
            rows: rows
        )
    }

    private static func time(_ second: Int) -> Timestamp { Timestamp(millisecondsSince1970: Int64(second) * 1000) }

    /// The parts as they come: `1-0` for a recording, `gap 1`, `none 1`; the first of its call is marked with a star.
    private func order(_ calls: [CallRow]) -> [[String]] {
        var order = PartOrder()
        func names(_ parts: [PartOrder.Part]) -> [String] {
            parts.map { part in
                let call = part.call.taskID.description.dropFirst(5)
                let name =
                    switch part.row {
                    case .recording(let recording): recording.key.recordingID.description
                    case .gap: "gap \(call)"
                    case nil: "none \(call)"
                    }
                return name + (part.isFirst ? "*" : "")
            }
        }
        var taken: [[String]] = []
        for call in calls {
            taken.append(names(order.taken(before: call)))
            order.add(call)
        }
        return taken + [names(order.rest())]
    }

    @Test func `is by their own times, however long a call is`() throws {
        let calls = [
            try Self.call(1, created: 10, recorded: [60, 15, 25]), try Self.call(2, created: 20, recorded: [22]),
            try Self.call(3, created: 30, recorded: [], hasGap: true), try Self.call(4, created: 30, recorded: []),
            try Self.call(5, created: 100, recorded: [nil]),
        ]
        let expected = [[], ["1-1*"], ["2-0*", "1-2"], [], ["gap 3*", "none 4*", "1-0"], ["5-0*"]]
        #expect(order(calls) == expected)
    }

    @Test func `keeps calls together that come at the same time, or before their own creation`() throws {
        let calls = [
            try Self.call(1, created: 10, recorded: [10, 10]), try Self.call(2, created: 10, recorded: [5, 10]),
            try Self.call(3, created: 11, recorded: [11]),
        ]
        #expect(order(calls).flatMap(\.self) == ["1-0*", "1-1", "2-0*", "2-1", "3-0*"])
    }

    @Test func `begins anew with another organization, and with a call that is not later`() throws {
        let calls = [
            try Self.call(1, created: 10, recorded: [99]),
            try Self.call(2, created: 20, recorded: [21], of: "zeta"),
            try Self.call(3, created: 15, recorded: [16], of: "zeta"),
        ]
        #expect(order(calls) == [[], ["1-0*"], ["2-0*"], ["3-0*"]])
    }
}
