import Foundation
import Recordings
import Testing

@Suite struct `A suspect recording, in time` {
    private let morning = Timestamp(millisecondsSince1970: 1_763_625_600_000)

    @Test(
        arguments: [
            (0, 0, 1), (1, 1, 3), (2, 3, 7), (5, 31, 63), (9, 100, 132), (9, 140, 168), (20, 167, 168), (3, 168, nil),
            (3, 900, nil),
        ] as [(Int, Int, Int?)]
    )
    func `is looked at again at growing intervals, and at the horizon for the last time`(
        looks: Int,
        hours: Int,
        next: Int?
    ) {
        let schedule = LookSchedule(horizon: .hours(168))
        let found = schedule.next(received: morning, looks: looks, now: morning + .hours(hours))
        #expect(found == next.map { morning + .hours($0) })
    }

    @Test func `is fetched again by every second look and by the last one, whatever the store says of its tag`() {
        let schedule = LookSchedule(horizon: .hours(168))
        for (looks, hours, expected) in [(0, 1, false), (1, 3, true), (2, 7, false), (3, 15, true), (5, 168, false)] {
            let now = morning + .hours(hours)
            #expect(schedule.isConditional(received: morning, looks: looks, now: now) == expected)
        }
    }
}
