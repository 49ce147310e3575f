import Recordings
import Testing

@Suite struct `An identifier` {
    private static let small = "93912f11-6017-404b-bf14-5331890b1797"
    private static let large = "93912F11-6017-404B-BF14-5331890B1797"
    private static let mixed = "93912F11-6017-404b-BF14-5331890b1797"

    @Test(arguments: [(small, large, true), (large, mixed, true), ("Abc", "abc", false), (small, "93912f11", false)])
    func `that is a UUID is the same in any case, and any other is not`(_ one: String, _ other: String, same: Bool)
        throws
    {
        let (one, other) = (try #require(TaskID(one)), try #require(TaskID(other)))
        #expect((one == other) == same)
        #expect(Set([one, other]).count == (same ? 1 : 2))
        if same {
            #expect(!(one < other))
            #expect(!(other < one))
        }
    }

    @Test func `keeps its spelling`() throws {
        #expect(try #require(TaskID(Self.mixed)).description == Self.mixed)
    }

    @Test func `has one order`() throws {
        let texts = [Self.large, "abc", "93912f11", "83912f11-6017-404b-bf14-5331890b1797", "ZZZ"]
        let sorted = try texts.map { try #require(TaskID($0)) }.sorted()
        for (place, one) in sorted.enumerated() {
            for other in sorted[(place + 1)...] { #expect(one < other && !(other < one)) }
        }
    }
}
