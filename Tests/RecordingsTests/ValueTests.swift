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
