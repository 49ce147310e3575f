import DailyArchive
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
        #expect(verdict(.status(status)) == .freshURL(reason: "the media host answered \(status)"))
    }

    @Test func `the object store's own code is part of the reason`() {
        let body = "<?xml version=\"1.0\"?><Error><Code>ExpiredToken</Code><Message>gone</Message></Error>"
        #expect(
            verdict(.status(400), body: body) == .freshURL(reason: "the media host answered 400 (ExpiredToken)")
        )
    }

    @Test func `a code that is no word is left out`() {
        let body = "<Error><Code>X-Amz-Signature=0123</Code></Error>"
        #expect(verdict(.status(403), body: body) == .freshURL(reason: "the media host answered 403"))
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

    @Test(arguments: [TransferError.Code.cutShort, .stalled, .timedOut, .unreachable, .unresolved])
    func `an interruption is gone on from`(code: TransferError.Code) {
        let error = TransferError(code, "what happened")
        #expect(verdict(error: error) == .busy(reason: "what happened", retryAfter: nil))
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
