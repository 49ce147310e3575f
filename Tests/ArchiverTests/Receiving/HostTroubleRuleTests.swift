import Synchronization
import TestSupport
import Testing
import WebexContactCenter

@testable import Archiver
@testable import Manifest

@Suite(.timeLimit(.minutes(20))) struct `A host that has nothing for anybody` {
    private let start = Duration.zero
    private let skewed = StoreRefusal(status: 403, body: Array("<Code>RequestTimeTooSkewed</Code>".utf8))
    private let expired = StoreRefusal(status: 403, body: Array("<Code>AccessDenied</Code>Request has expired".utf8))

    private func row(_ number: Int) -> RecordingRowID { RecordingRowID(task: Int64(number), ordinal: 1) }

    private func trouble(_ refusals: Int) -> HostTroubleRule {
        var trouble = HostTroubleRule(patience: .seconds(900))
        for number in 0..<refusals { _ = trouble.note(skewed, of: row(number), isSurprising: true, now: start) }
        return trouble
    }

    @Test func `is tried by one recording while the others wait, and by none if that one got nothing`() {
        var trouble = trouble(3)
        #expect(
            trouble.note(skewed, of: row(0), isSurprising: true, now: start) == .proceed,
            "three are no more than that"
        )
        #expect(trouble.note(skewed, of: row(3), isSurprising: true, now: start) == .proceed)
        #expect(trouble.note(skewed, of: row(0), isSurprising: true, now: start) == .wait)
        #expect(trouble.note(skewed, of: row(3), isSurprising: true, now: start) == .proceed)
        #expect(trouble.end(of: row(0), isFailed: true) == false)
        #expect(trouble.nextStep(for: row(1)) == .wait)
        #expect(trouble.end(of: row(3), isFailed: true) == true)
        let sentence =
            "the media host answered 403 (RequestTimeTooSkewed) to one recording after the other: check this machine's "
            + "clock with `callark config check`; if it is right, the provider signs URLs with a wrong one: report it to its support"
        #expect(trouble.nextStep(for: row(1)) == .giveUp(sentence))
        #expect(trouble.note(expired, of: row(9), isSurprising: false, now: start) == .giveUp(sentence))
    }

    @Test func `is tried by another if the one that did was left to the next pass`() {
        var trouble = trouble(4)
        #expect(trouble.end(of: row(3), isFailed: false) == true)
        #expect(trouble.nextStep(for: row(1)) == .proceed)
        #expect(trouble.nextStep(for: row(2)) == .wait)
    }

    @Test func `is not raised when something arrives, at any time`() {
        for ended in [false, true] {
            var trouble = trouble(4)
            if ended { _ = trouble.end(of: row(3), isFailed: true) }
            #expect(trouble.end() == true)
            #expect(trouble.end() == false)
            #expect(trouble.nextStep(for: row(1)) == .proceed)
            #expect(trouble.note(skewed, of: row(1), isSurprising: true, now: start) == .proceed)
        }
    }

    @Test func `is not assumed if one recording is refused repeatedly`() {
        var trouble = HostTroubleRule(patience: .seconds(900))
        for _ in 0..<100 { #expect(trouble.note(skewed, of: row(7), isSurprising: true, now: start) == .proceed) }
        #expect(trouble.nextNotice("x", now: start) == nil)
    }

    @Test func `is not assumed if old URLs have expired`() {
        var trouble = HostTroubleRule(patience: .seconds(900))
        for number in 0..<100 {
            #expect(trouble.note(expired, of: row(number), isSurprising: false, now: start) == .proceed)
        }
        #expect(trouble.nextNotice("x", now: start) == nil)
    }

    @Test func `that fails in passing is left alone when nothing came for long enough`() {
        var trouble = HostTroubleRule(patience: .seconds(900))
        for second in 0..<900 {
            #expect(trouble.noteFailure("busy", of: row(second), now: start + .seconds(second)) == .proceed)
        }
        #expect(trouble.closed == nil)
        let sentence = "busy; nothing has come from the media host for 15 min: run it again later"
        #expect(trouble.noteFailure("busy", of: row(1), now: start + .seconds(900)) == .giveUp(sentence))
        #expect(trouble.closed == sentence)
        #expect(trouble.end() == false)
    }

    @Test func `that fails in passing and brings something now and then is not left alone`() {
        var trouble = HostTroubleRule(patience: .seconds(900))
        for second in 0..<10_000 {
            #expect(trouble.noteFailure("busy", of: row(second), now: start + .seconds(second)) == .proceed)
            if second % 800 == 0 { _ = trouble.end() }
        }
    }

    @Test func `with few recordings is tried as often as each of them may be`() {
        var trouble = HostTroubleRule(patience: .seconds(900))
        for second in 0..<10_000 {
            #expect(trouble.noteFailure("busy", of: row(second % 3), now: start + .seconds(second)) == .proceed)
        }
    }

    @Test func `is reported once: at once for a refusal, and later for a lasting failure`() {
        var refused = trouble(3)
        #expect(refused.nextNotice("x", now: start) == nil)
        refused = trouble(4)
        #expect(
            refused.nextNotice("x", now: start)?.hasPrefix(
                "the media host answered 403 (RequestTimeTooSkewed) to 4 recordings in a row: check this machine's clock"
            ) == true
        )
        #expect(refused.nextNotice("x", now: start) == nil)
        var failing = HostTroubleRule(patience: .seconds(900))
        for number in 0..<8 { _ = failing.noteFailure("busy", of: row(number), now: start) }
        #expect(failing.nextNotice("busy", now: start + .seconds(59)) == nil)
        #expect(
            failing.nextNotice("busy", now: start + .seconds(61))
                == "busy; nothing has come from the media host for 61 s, retrying"
        )
        #expect(failing.nextNotice("busy", now: start + .seconds(99)) == nil)
    }

    @Test func `keeps waiting those who wait, until it is known, or they are cancelled`() async throws {
        let told = Mutex<[String]>([])
        let troubles = HostTroubles(patience: .seconds(900), stopwatch: Stopwatch(InstantClock())) { event in
            if case .mediaTrouble(let host, let reason) = event { told.withLock { $0.append("\(host): \(reason)") } }
        }
        for number in 0..<4 { _ = troubles.note(skewed, of: row(number), at: "a", isSurprising: true) }
        #expect(told.withLock(\.count) == 1)
        #expect(troubles.note(skewed, of: row(0), at: "a", isSurprising: true) == .wait)
        #expect(try await troubles.wait(of: row(0), at: "b") == .proceed)
        let cancelled = Task { try await troubles.wait(of: row(0), at: "a") }
        cancelled.cancel()
        await #expect(throws: CancellationError.self) { try await cancelled.value }
        troubles.end(of: row(3), at: "a", isFailed: false)
        #expect(try await troubles.wait(of: row(1), at: "a") == .proceed)
        async let other = troubles.wait(of: row(2), at: "a")
        troubles.end(of: row(1), at: "a", isFailed: true)
        guard case .giveUp = try await other else {
            Issue.record("the other goes on")
            return
        }
        troubles.end(at: "a")
        #expect(try await troubles.wait(of: row(1), at: "a") == .proceed)
    }
}
