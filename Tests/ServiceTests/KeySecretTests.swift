import Testing

@testable import Service

@Suite struct `The text of a key` {
    @Test func `is new each time, and can be read back`() throws {
        let secrets = (0..<100).map { _ in KeySecret() }
        #expect(Set(secrets.map(\.text)).count == 100)
        for secret in secrets {
            #expect(secret.text.wholeMatch(of: /clk_[A-Za-z0-9_-]{43}/) != nil)
            let read = try #require(KeySecret(secret.text))
            #expect(read.digest.isEqual(to: secret.digest))
            #expect(!secret.digest.isEqual(to: KeySecret().digest))
        }
    }

    @Test func `is not shown by accident`() {
        let secret = KeySecret()
        var dumped = ""
        dump(secret, to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), dumped] { #expect(!text.contains(secret.text)) }
    }

    @Test(arguments: [
        "", "clk_", "clk_short", "CLK_" + String(repeating: "a", count: 43), String(repeating: "a", count: 47),
        "clk_" + String(repeating: "a", count: 42), "clk_" + String(repeating: "a", count: 44),
        "clk_" + String(repeating: "ä", count: 43), "clk_" + String(repeating: "+", count: 43),
        "clk_" + String(repeating: "a", count: 42) + "\n",
    ])
    func `is refused in any other form`(_ text: String) {
        #expect(KeySecret(text) == nil)
    }

    @Test func `digests are compared whole`() {
        let digest = KeySecret().digest
        for place in digest.bytes.indices {
            var bytes = digest.bytes
            bytes[place] ^= 1
            #expect(!digest.isEqual(to: KeyDigest(bytes: bytes)))
        }
        #expect(!digest.isEqual(to: KeyDigest(bytes: Array(digest.bytes.dropLast()))))
    }
}
