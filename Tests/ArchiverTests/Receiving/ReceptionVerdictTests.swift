import DailyArchive
import Files
import Recordings
import Testing
import Transfer

@testable import Archiver

@Suite struct `What an attempt comes to` {
    private func verdict(
        _ objection: ReceptionSink.Objection? = nil,
        body: String = "",
        error: TransferError? = nil,
        retryAfter: Duration? = nil
    ) -> ReceptionVerdict {
        var findings = ReceptionSink.Findings()
        findings.objection = objection
        findings.errorBody = Array(body.utf8)
        findings.retryAfter = retryAfter
        return ReceptionVerdict(findings: findings, error: error)
    }

    @Test func `a whole body has arrived`() {
        #expect(verdict() == .arrived)
    }

    @Test(arguments: [400, 401, 403, 404, 410])
    func `a URL that no longer works is replaced`(status: Int) {
        #expect(verdict(.status(status)) == .freshURL(StoreRefusal(status: status)))
        #expect("\(StoreRefusal(status: status))" == "the media host answered \(status)")
    }

    @Test func `the object store's own code is part of the reason`() {
        let body = "<?xml version=\"1.0\"?><Error><Code>ExpiredToken</Code><Message>gone</Message></Error>"
        guard case .freshURL(let refusal) = verdict(.status(400), body: body) else {
            Issue.record("no new URL is asked for")
            return
        }
        #expect("\(refusal)" == "the media host answered 400 (ExpiredToken)")
        #expect(refusal.saysExpired)
    }

    @Test func `a code that is no word is left out`() {
        let body = "<Error><Code>X-Amz-Signature=0123</Code></Error>"
        #expect(verdict(.status(403), body: body) == .freshURL(StoreRefusal(status: 403)))
    }

    @Test(arguments: [408, 425, 429, 500, 502, 503])
    func `a passing refusal is tried again, as late as the host asks`(status: Int) {
        #expect(
            verdict(.status(status), retryAfter: .seconds(7))
                == .busy(reason: "the media host answered \(status)", retryAfter: .seconds(7))
        )
    }

    @Test(arguments: [412, 416])
    func `an object that changed is fetched from its beginning`(status: Int) {
        #expect(verdict(.status(status)) == .startOver(reason: "the media host answered \(status)"))
    }

    @Test(arguments: [TransferError.Code.cutShort, .timedOut, .unreachable, .unresolved])
    func `an interrupted body is resumed`(code: TransferError.Code) {
        let error = TransferError(code, "what happened")
        #expect(verdict(error: error) == .busy(reason: "what happened", retryAfter: nil))
    }

    @Test(arguments: [TransferError.Code.stalled, .tooSlow])
    func `silent and slow downloads are resumed next to others`(code: TransferError.Code) {
        let error = TransferError(code, "what happened")
        #expect(verdict(error: error) == .slow(reason: "what happened"))
    }

    @Test func `a size that no recording has is the recording's own failure`() {
        let error = TransferError(.unwanted, "unwanted")
        #expect(
            verdict(.tooLarge(.max), error: error)
                == .giveUp(
                    reason: "the media host announces or sends 9223372036854775807 bytes, which no recording has"
                )
        )
    }

    @Test(arguments: [
        (
            "<Error><Code>AccessDenied</Code><Message>Request has expired</Message>", 403, true,
            "captures.url_expiration"
        ),
        ("<Error><Code>ExpiredToken</Code>", 400, true, "check this machine's clock"),
        ("<Error><Code>RequestTimeTooSkewed</Code>", 403, false, "check this machine's clock"),
        ("<Error><Code>AccessDenied</Code><Message>Access Denied</Message>", 403, false, "proxy or firewall"),
        ("<Error><Code>SignatureDoesNotMatch</Code>", 403, false, "changes the URLs"),
        ("<Error><Code>NoSuchKey</Code>", 404, false, "does not have"), ("", 410, false, "does not have"),
        ("<Error><Code>SlowDown</Code>", 503, false, "overloaded"), ("", 403, false, "firewall"),
    ])
    func `a refusal of everything comes with what to do about it`(
        body: String,
        status: Int,
        isExpiry: Bool,
        advice: String
    ) {
        let refusal = StoreRefusal(status: status, body: Array(body.utf8))
        #expect(refusal.saysExpired == isExpiry)
        #expect(refusal.advice.contains(advice))
        #expect(!refusal.advice.contains("\n") && !refusal.advice.hasSuffix("."))
    }

    @Test(arguments: [TransferError.Code.untrusted, .refused, .tooLong])
    func `what will not change is given up`(code: TransferError.Code) {
        let error = TransferError(code, "what happened")
        #expect(verdict(error: error) == .giveUp(reason: "what happened"))
    }

    @Test func `a full disk is no affair of one recording's`() {
        let error = ArchiveError(.noSpace, "the disk is full", path: "/x")
        #expect(verdict(.storage(error), error: TransferError(.unwanted, "unwanted")) == .storage(error))
    }

    @Test func `a cancelled transfer is cancelled`() {
        #expect(verdict(error: TransferError(.cancelled, "cancelled")) == .cancelled)
    }
}
