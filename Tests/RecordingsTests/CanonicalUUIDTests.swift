import Foundation
import Recordings
import Testing

@Suite struct CanonicalUUIDTests {
    @Test func `the bytes are those that Foundation reads, and the text comes back`() throws {
        for _ in 0..<200 {
            let witness = UUID()
            let text = witness.uuidString.lowercased()
            let uuid = try #require(CanonicalUUID(text))
            let bytes = withUnsafeBytes(of: witness.uuid) { Array($0) }
            #expect(uuid.withBytes { Array($0) } == bytes)
            #expect(uuid.description == text)
            #expect(bytes.withUnsafeBytes { CanonicalUUID(bytes: $0) } == uuid)
        }
    }

    @Test(arguments: [
        "", "6F9619FF-8B86-D011-B42D-00C04FC964FF", "6f9619ff-8b86-d011-b42d-00c04fc964f",
        "6f9619ff-8b86-d011-b42d-00c04fc964ff0", "6f9619ff8b86-d011-b42d-00c04fc964ff0",
        "6f9619ff-8b86-d011-b42d-00c04fc964fg", "6f9619ff-8b86-d011-b42d-00c04fc964é",
        "-f9619ff-8b86-d011-b42d-00c04fc964ff", "{6f9619ff-8b86-d011-b42d-00c04fc964}",
        "6f9619ff_8b86_d011_b42d_00c04fc964ff",
    ])
    func `a text that is not its canonical form has none`(text: String) {
        #expect(CanonicalUUID(text) == nil)
    }

    @Test(arguments: [0, 15, 17]) func `bytes in another number are none`(count: Int) {
        let bytes = [UInt8](repeating: 0, count: count)
        #expect(bytes.withUnsafeBytes { CanonicalUUID(bytes: $0) } == nil)
    }
}
