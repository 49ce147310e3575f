import Evidence
import Foundation
import Recordings
import TestSupport
import Testing

@testable import Anchors

/// Time stamps of RFC 3161: the requests, and which answers are accepted. Judges: OpenSSL's `ts`, as authority and as
/// verifier, and `rfc3161-client`.
@Suite struct `Time stamps` {
    private static let checkpoint = Array("archive.example/callark/acme/1\n1\nAAAA\n\n\u{2014} signed\n".utf8)
    private static let eightYears = 8 * 366 * 86400

    private static func code(_ body: () throws -> Void) -> AnchorError.Code? {
        do {
            try body()
            return nil
        } catch {
            return (error as? AnchorError)?.code
        }
    }

    @Test func `are asked for in some seventy bytes, as OpenSSL reads them`() throws {
        let request = try TimeStampRequest(for: Self.checkpoint, nonce: 0x7123_4567_89AB_CDEF)
        #expect(request.bytes.count == 69)
        let folder = try TemporaryFolder()
        let path = try folder.put("tsq", request.bytes)
        let text = try Tool.run("openssl", "ts", "-query", "-in", path, "-text").output
        #expect(text.contains("Hash Algorithm: sha256") && text.contains("Nonce: 0x7123456789ABCDEF"))
        #expect(text.contains("Certificate required: yes") && text.contains("Version: 1"))
        #expect(try TimeStampRequest(for: Self.checkpoint) != TimeStampRequest(for: Self.checkpoint))
    }

    @Test func `hold for Callark, for OpenSSL and for rfc3161-client`() throws {
        let (authority, folder) = (try LocalAuthority(), try TemporaryFolder())
        let request = try TimeStampRequest(for: Self.checkpoint)
        let reply = try authority.reply(to: request.bytes)
        let stamp = try TimeStamp(reply, to: request, of: Self.checkpoint, trusting: authority.certificates)
        #expect(try TimeStamp.claimedTime(of: reply) == stamp.time)
        #expect(abs((Timestamp(Date()) - stamp.time).components.seconds) < 3600)
        let files = [
            try folder.put("reply", reply), try folder.put("request", request.bytes),
            try folder.put("data", Self.checkpoint),
        ]
        let openssl = try Tool.run(
            "openssl",
            ["ts", "-verify", "-in", files[0], "-data", files[2], "-CAfile", authority.rootPath]
        )
        #expect(openssl.status == 0, "\(openssl.output)")
        let said = try Tool.run(Judge.python, ["-B", Judge.path("stamp.py")] + files + [authority.rootPath])
        #expect(said.status == 0, "\(said.output)")
        #expect(said.output == "\(stamp.time.millisecondsSince1970 / 1000)\n")
    }

    @Test func `of something else, to another question, or by a stranger are refused`() throws {
        let (authority, stranger) = (try LocalAuthority(), try LocalAuthority())
        let request = try TimeStampRequest(for: Self.checkpoint)
        let reply = try authority.reply(to: request.bytes)
        let trusted = try authority.certificates
        let other = Self.checkpoint + [0x0A]
        #expect(Self.code { _ = try TimeStamp(reply, to: nil, of: other, trusting: trusted) } == .unsound)
        let another = try TimeStampRequest(for: Self.checkpoint)
        #expect(Self.code { _ = try TimeStamp(reply, to: another, of: Self.checkpoint, trusting: trusted) } == .unsound)
        let unknown = try stranger.certificates
        #expect(Self.code { _ = try TimeStamp(reply, to: request, of: Self.checkpoint, trusting: unknown) } == .unsound)
        #expect(Self.code { _ = try TimeStampRequest(request.bytes, of: other) } == .unsound)
        for (_, changed) in request.bytes.changes {
            let parsed = try? TimeStampRequest(changed, of: Self.checkpoint)
            // A different nonce makes a different request for the same checkpoint, and the reply answers the first one.
            guard let parsed else { continue }
            #expect(
                Self.code { _ = try TimeStamp(reply, to: parsed, of: Self.checkpoint, trusting: trusted) } == .unsound
            )
        }
    }

    @Test func `that were not granted are refused`() throws {
        // A request that no one can answer: OpenSSL's authority says so in its reply.
        let reply = try LocalAuthority().reply(to: Array("no request".utf8))
        let trusted = try LocalAuthority().certificates
        #expect(Self.code { _ = try TimeStamp(reply, to: nil, of: Self.checkpoint, trusting: trusted) } == .refused)
        for garbage in [[], [0x30], Array("<html>".utf8), [UInt8](repeating: 0x30, count: 5000)] {
            #expect(
                Self.code { _ = try TimeStamp(garbage, to: nil, of: Self.checkpoint, trusting: trusted) } == .unsound
            )
        }
    }

    @Test func `stay valid after their certificates have ended, and not if those had not begun`() throws {
        let old = try LocalAuthority(clock: -Self.eightYears, days: 30)
        let request = try TimeStampRequest(for: Self.checkpoint)
        let reply = try old.reply(to: request.bytes)
        let stamp = try TimeStamp(reply, to: request, of: Self.checkpoint, trusting: old.certificates)
        #expect((Timestamp(Date()) - stamp.time).components.seconds > Self.eightYears - 3600)
        let folder = try TemporaryFolder()
        let files = ["-in", try folder.put("reply", reply), "-data", try folder.put("data", Self.checkpoint)]
        let verify = ["ts", "-verify", "-CAfile", old.rootPath] + files
        #expect(try Tool.run("openssl", verify).status != 0, "OpenSSL judges by today, unless it is told otherwise")
        let then = ["-attime", "\(stamp.time.millisecondsSince1970 / 1000)"]
        #expect(try Tool.run("openssl", verify + then).status == 0)
    }

    /// Changing bytes outside of what is signed, such as those of an unneeded certificate, changes nothing that is
    /// relied on; ``AnchoringTests`` shows that the log detects each such change.
    @Test func `with a byte of what is signed changed are refused`() throws {
        let authority = try LocalAuthority()
        let request = try TimeStampRequest(for: Self.checkpoint)
        let reply = try authority.reply(to: request.bytes)
        let trusted = try authority.certificates
        let whole = try TimeStamp(reply, to: request, of: Self.checkpoint, trusting: trusted)
        var accepted: [Int] = []
        for (place, changed) in reply.changes {
            guard let stamp = try? TimeStamp(changed, to: request, of: Self.checkpoint, trusting: trusted) else {
                continue
            }
            #expect(stamp == whole)
            accepted.append(place)
        }
        // Mostly names of algorithms, which OpenSSL takes from elsewhere; their number depends on the signature.
        #expect(accepted.count * 30 < reply.count, "\(accepted) of \(reply.count)")
        for cut in stride(from: 0, to: reply.count, by: 17) {
            let short = Array(reply[..<cut])
            #expect(
                Self.code { _ = try TimeStamp(short, to: request, of: Self.checkpoint, trusting: trusted) } == .unsound
            )
        }
        #expect(
            Self.code { _ = try TimeStamp(reply + [0], to: request, of: Self.checkpoint, trusting: trusted) }
                == .unsound
        )
    }

    @Test func `are checked with certificates that can be read`() throws {
        let pem = try LocalAuthority().certificates.pem
        #expect(try TrustedCertificates(pem: pem + pem).pem.count == 2 * pem.count)
        #expect(Self.code { _ = try TrustedCertificates(pem: []) } == .unsound)
        #expect(Self.code { _ = try TrustedCertificates(pem: Array("no certificate".utf8)) } == .unsound)
        var broken = pem + pem
        broken[pem.count + 60] = UInt8(ascii: "!")
        #expect(Self.code { _ = try TrustedCertificates(pem: broken) } == .unsound)
    }
}
