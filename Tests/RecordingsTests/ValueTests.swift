import Foundation
import Recordings
import Testing

@Suite struct ValueTests {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (1, "1970-01-01T00:00:00.001Z"), (-1, "1969-12-31T23:59:59.999Z"),
            (1_763_625_600_123, "2025-11-20T08:00:00.123Z"), (1_763_625_600_999, "2025-11-20T08:00:00.999Z"),
            (1_709_164_800_000, "2024-02-29T00:00:00.000Z"), (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        ] as [(Int64, String)]
    )
    func `a timestamp is written to the millisecond`(milliseconds: Int64, text: String) {
        #expect(Timestamp(millisecondsSince1970: milliseconds).description == text)
    }

    @Test func `every millisecond of a second is written as itself`() {
        for millisecond in 0..<1000 as Range<Int64> {
            let time = Timestamp(millisecondsSince1970: 1_763_625_600_000 + millisecond)
            let digits = String(1000 + millisecond).dropFirst()
            #expect(time.description == "2025-11-20T08:00:00.\(digits)Z")
            #expect(Timestamp(time.date) == time)
        }
    }

    @Test func `timestamps count in durations`() {
        let time = Timestamp(millisecondsSince1970: 1000)
        #expect((time + .hours(1)).millisecondsSince1970 == 3_601_000)
        #expect((time - .minutes(1)).millisecondsSince1970 == -59_000)
        #expect(time - Timestamp(millisecondsSince1970: 3000) == .seconds(-2))
        #expect(Duration.milliseconds(-1500).milliseconds == -1500)
        #expect(Duration.milliseconds(1500).seconds == 1.5)
    }

    @Test func `times and lengths beyond all time stop at its ends`() {
        let (first, last) = (Timestamp(millisecondsSince1970: .min), Timestamp(millisecondsSince1970: .max))
        #expect(last + .seconds(1) == last && first - .seconds(1) == first)
        #expect(last + .seconds(Int64.max) == last && first + .seconds(Int64.min) == first)
        #expect(last - first == .milliseconds(Int64.max) && first - last == .milliseconds(Int64.min))
        #expect(Duration.seconds(Int64.max).milliseconds == .max && Duration.seconds(Int64.min).milliseconds == .min)
        #expect(Timestamp(Date(timeIntervalSince1970: 1e300)) == last)
        #expect(Timestamp(Date(timeIntervalSince1970: -.infinity)) == first)
        #expect(Timestamp(Date(timeIntervalSince1970: .nan)).millisecondsSince1970 == 0)
        #expect(Int64(clamping: 1e300) == .max && Int64(clamping: -1e300) == .min && Int64(clamping: -1.9) == -1)
        #expect(Int64.max.addingWithSaturation(1) == .max && Int64.min.subtractingWithSaturation(1) == .min)
        for time in [first, last] { #expect(time.description.hasSuffix("Z")) }
    }

    @Test func `a digest reads digits of either case and nothing else`() throws {
        let text = String(repeating: "0aF9", count: 16)
        let digest = try #require(ContentDigest(hexadecimal: text))
        #expect(digest.description == text.lowercased())
        #expect(ContentDigest(bytes: digest.bytes) == digest)
        #expect(try JSONDecoder().decode(ContentDigest.self, from: JSONEncoder().encode(digest)) == digest)
        for wrong in ["", String(text.dropLast()), text + "0", "g" + text.dropFirst(), "é" + text.dropFirst(2)] {
            #expect(ContentDigest(hexadecimal: wrong) == nil)
        }
        #expect(ContentDigest(bytes: [UInt8](repeating: 0, count: 31)) == nil)
    }

    @Test func `identifiers that are empty or that C would cut are refused`() {
        #expect(TaskID("") == nil)
        #expect(RecordingID("a\0b") == nil)
        #expect(TaskStatus("comp\0leted").isTerminal)
        #expect(throws: DecodingError.self) { try JSONDecoder().decode([TaskID].self, from: Data(#"[""]"#.utf8)) }
    }
}
