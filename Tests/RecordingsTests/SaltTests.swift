import Foundation
import Recordings
import Testing

@Suite struct SaltTests {
    @Test func `base64 for URLs is what Foundation writes, without padding, and comes back`() {
        let seed = UInt64.random(in: .min ... .max)
        var state = seed
        for count in 0..<200 {
            let bytes = (0..<count).map { _ in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return UInt8(truncatingIfNeeded: state >> 56)
            }
            let witness = Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
                .replacing("=", with: "")
            #expect(Base64URL.text(bytes) == witness, "seed \(seed)")
            #expect(Base64URL.bytes(witness) == bytes, "seed \(seed)")
        }
    }

    @Test(arguments: ["A", "AB", "AAB", "AA==", "A+AA", "A/AA", "AAA A", "é", "AAAAA", "AAA\n"])
    func `what base64 for URLs would not write is not read`(text: String) {
        #expect(Base64URL.bytes(text) == nil)
    }

    @Test func `a salt is sixteen bytes in twenty-two characters`() throws {
        var generator = SystemRandomNumberGenerator()
        let salt = Salt(using: &generator)
        #expect(salt.bytes.count == 16 && salt.description.count == 22)
        #expect(Salt(salt.description) == salt && Salt(bytes: salt.bytes) == salt)
        #expect(Salt(using: &generator) != salt)
        #expect(Salt(salt.description + "A") == nil && Salt(String(salt.description.dropLast())) == nil)
        #expect(Salt("") == nil && Salt(bytes: [UInt8](repeating: 0, count: 15)) == nil)
        // 128 bits end within a character, whose remaining bits are zeros.
        let zeros = try #require(Salt(bytes: [UInt8](repeating: 0, count: 16)))
        #expect(zeros.description == String(repeating: "A", count: 22))
        #expect(Salt(String(repeating: "A", count: 21) + "B") == nil)
    }
}
