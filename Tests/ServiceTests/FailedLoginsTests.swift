import Recordings
import Testing

@testable import Service

@Suite struct `Failed logins` {
    private static let begin = Timestamp(millisecondsSince1970: 1_763_625_600_000)

    @Test func `are counted by address, and forgiven with time`() throws {
        let logins = FailedLogins()
        for _ in 0..<FailedLogins.most { #expect(logins.note("192.0.2.1", now: Self.begin) == nil) }
        let seconds = try #require(logins.note("192.0.2.1", now: Self.begin))
        #expect((1...7).contains(seconds))
        #expect(logins.note("192.0.2.2", now: Self.begin) == nil)
        #expect(logins.note("192.0.2.1", now: Self.begin + .seconds(seconds)) == nil)
        #expect(logins.note("192.0.2.1", now: Self.begin + .seconds(seconds)) != nil)
        #expect(logins.note("192.0.2.1", now: Self.begin + .hours(1)) == nil)
    }

    @Test func `count together for what one machine may call itself`() {
        let logins = FailedLogins()
        for number in 0..<FailedLogins.most {
            #expect(logins.note("2001:db8::\(number)", now: Self.begin) == nil)
        }
        #expect(logins.note("2001:db8::ffff:1", now: Self.begin) != nil)
        #expect(logins.note("2001:db8:0:1::1", now: Self.begin) == nil)
    }

    @Test func `are not forgotten because the clock was set back`() {
        let logins = FailedLogins()
        for _ in 0..<FailedLogins.most { _ = logins.note("192.0.2.1", now: Self.begin) }
        #expect(logins.note("192.0.2.1", now: Self.begin - .hours(1)) != nil)
    }
}
