import Foundation
import Recordings
import Testing

@testable import Manifest

@Suite struct `Listed time` {
    private static func span(_ from: Int64, _ to: Int64) -> Range<Timestamp> {
        Timestamp(millisecondsSince1970: from)..<Timestamp(millisecondsSince1970: to)
    }

    private static func time(_ spans: [(Int64, Int64)]) -> ListedTime { ListedTime(spans.map { span($0.0, $0.1) }) }

    @Test(
        arguments: [
            ([(10, 20)], [(10, 20)]), ([(10, 20), (30, 40)], [(10, 20), (30, 40)]),
            ([(30, 40), (10, 20)], [(10, 20), (30, 40)]), ([(10, 20), (20, 30)], [(10, 30)]),
            ([(20, 30), (10, 20)], [(10, 30)]), ([(10, 20), (30, 40), (15, 35)], [(10, 40)]),
            ([(10, 40), (20, 30)], [(10, 40)]), ([(20, 30), (10, 40)], [(10, 40)]),
            ([(10, 20), (30, 40), (50, 60), (20, 50)], [(10, 60)]), ([(10, 10)], []),
        ] as [([(Int64, Int64)], [(Int64, Int64)])]
    )
    func `is joined where it overlaps or touches`(_ spans: [(Int64, Int64)], _ joined: [(Int64, Int64)]) {
        #expect(Self.time(spans).spans == joined.map { Self.span($0.0, $0.1) })
    }

    @Test(
        arguments: [
            ((10, 20), true), ((12, 18), true), ((9, 20), false), ((10, 21), false), ((20, 30), false),
            ((18, 32), false), ((30, 40), true), ((25, 25), true),
        ] as [((Int64, Int64), Bool)]
    )
    func `has a span only as a whole`(_ span: (Int64, Int64), _ isIn: Bool) {
        #expect(Self.time([(10, 20), (30, 40)]).contains(Self.span(span.0, span.1)) == isIn)
    }

    @Test func `is kept for each organization, beside that of the daily work`() async throws {
        try await Fixture.with { fixture in
            let manifest = fixture.manifest
            func span(_ from: Int, _ to: Int) -> Range<Timestamp> {
                (Fixture.morning + .hours(from))..<(Fixture.morning + .hours(to))
            }
            let other = try #require(OrganizationName("beta"))
            _ = try await manifest.register(
                other,
                id: try #require(OrganizationID("0b1c2d3e-0000-4000-8000-000000000001"))
            )
            try await manifest.noteListedSpan(fixture.acme, span(0, 2))
            try await manifest.noteListedSpan(fixture.acme, span(5, 6))
            try await manifest.noteListedSpan(fixture.acme, span(1, 3))
            try await manifest.noteListedSpan(fixture.acme, span(4, 4))
            #expect(try await manifest.closingOutlook(fixture.acme).listedTime.spans == [span(0, 3), span(5, 6)])
            try await manifest.setWatermark(
                fixture.acme,
                listedFrom: Fixture.morning + .hours(3),
                listedThrough: Fixture.morning + .hours(5)
            )
            let outlook = try await manifest.closingOutlook(fixture.acme)
            #expect(outlook.listedTime.spans == [span(0, 6)])
            #expect(outlook.listed == span(3, 5), "what the daily work has listed is its own")
            #expect(try await manifest.closingOutlook(other).listedTime.spans == [])
            let rows = try await run("sqlite3", [fixture.path, "SELECT listed_from FROM listed_spans_readable"])
            #expect(rows.split(separator: "\n").count == 2)
        }
    }
}
