import Foundation
import Testing

@testable import Transfer

@Suite struct HostPolicyTests {
    @Test(arguments: [
        "https://media.example.com/a", "https://203.0.113.7/a", "https://[2001:db8::1]:8443/a",
        "http://127.0.0.1:8080/a", "http://127.255.0.3/a", "http://localhost/a", "http://LOCALHOST/a",
        "http://[::1]:9/a",
        // Addresses are recognized in any notation.
        "http://0x7f000001/a", "http://2130706433/a",
    ])
    func `https of any host and http of this machine are allowed`(url: String) throws {
        try HostPolicy().check(WebAddress(url))
    }

    @Test(arguments: [
        "http://media.example.com/a", "http://128.0.0.1/a", "http://126.255.255.255/a", "http://10.0.0.1/a",
        "http://[::2]/a", "http://localhost.example.com/a", "http://127.0.0.1.example.com/a",
        "http://[::ffff:8.8.8.8]/a",
        "ftp://127.0.0.1/a", "file:///etc/passwd", "gopher://127.0.0.1/a", "//127.0.0.1/a", "127.0.0.1/a", "",
        "https://",
        "https://user:word@media.example.com/a", "https://user@media.example.com/a", "https://a b/", "https://a:99999/",
        "http://127.0.0.1@media.example.com/a", "http://media.example.com#@127.0.0.1/a",
    ])
    func `everything else is refused`(url: String) {
        #expect {
            try HostPolicy().check(WebAddress(url))
        } throws: { ($0 as? TransferError)?.code == .refused }
    }

    @Test(arguments: [
        ("https://media.example.com/a", true), ("https://MEDIA.example.COM/a", true), ("https://a.s3.test/", true),
        ("https://a.b.s3.test/", true), ("https://s3.test/", false), ("https://evils3.test/", false),
        ("https://.s3.test/", false), ("https://media.example.com.evil.test/", false), ("https://other.test/", false),
        ("http://127.0.0.1/", false), ("https://other.test/?media.example.com", false),
        ("https://other.test\\@media.example.com/", false),
    ])
    func `a list of hosts allows these and no other`(url: String, allowed: Bool) {
        let policy = HostPolicy(allowedHosts: ["Media.example.com", "*.S3.test"])
        var isAllowed = true
        do { try policy.check(WebAddress(url)) } catch { isAllowed = false }
        #expect(isAllowed == allowed)
    }

    @Test(arguments: [
        ("/b?x=%2F", "https://h.test/b?x=%2F"), ("b", "https://h.test/d/b"), ("../b", "https://h.test/b"),
        ("//o.test/b", "https://o.test/b"), ("https://o.test:444/b?q=%3D+", "https://o.test:444/b?q=%3D+"),
        ("?q=2", "https://h.test/d/a?q=2"), ("/with space", "https://h.test/with%20space"),
    ])
    func `a relative location is resolved as RFC 3986 has it`(location: String, target: String) throws {
        #expect(try WebAddress("https://h.test/d/a?s=1").following(location).text == target)
    }

    @Test func `a location of another scheme is refused`() throws {
        let address = try WebAddress("http://127.0.0.1/a")
        for location in ["file:///etc/passwd", "ftp://127.0.0.1/", "javascript:alert(1)", "http://u:p@127.0.0.1/"] {
            #expect(throws: TransferError.self) { try address.following(location) }
        }
    }

    @Test func `the protection of TLS is never given up`() throws {
        #expect(throws: TransferError.self) {
            try HostPolicy().check(WebAddress("http://127.0.0.1/"), comingFrom: WebAddress("https://h.test/"))
        }
    }

    @Test func `a message names the place without the query`() throws {
        let address = try WebAddress("https://h.test/a/b.wav?X-Amz-Signature=secret#f")
        #expect(address.place == "h.test:443/a/b.wav")
        #expect(try WebAddress("http://[::1]:8/x").place == "[::1]:8/x")
    }
}
