import Recordings
import Reports
import Testing

@testable import Archiver
@testable import callark

/// The line that shows how far a pass is.
@Suite struct `The line of progress` {
    private func report(
        found: Int,
        stored: Int,
        failed: Int = 0,
        toAsk: Int? = nil,
        step: PassStep = .receiving,
        waiting: [String] = []
    ) -> PassActivity.Report {
        PassActivity.Report(
            organizations: [.init(organization: "acme", step: step)],
            tasksListed: 1_234,
            tasksAsked: 142,
            tasksToAsk: toAsk,
            recordingsFound: found,
            recordingsStored: stored,
            recordingsFailed: failed,
            bytes: 45_000_000,
            waiting: waiting.map { .init(code: .retry, message: $0) }
        )
    }

    @Test(arguments: 8...140)
    func `fits every width, and says how far it is at each`(_ width: Int) {
        var line = ProgressLine()
        let waits = ["retrying 1: attempt 4 of 8", "media.example is busy: 2 of 16 downloads at once"]
        let text = line.text(
            report(found: 100, stored: 40, failed: 2, waiting: waits),
            elapsed: .seconds(60),
            width: width
        )
        #expect(text.displayWidth <= width)
        #expect(text.contains("42/100"))
        if width >= 59 { #expect(text.contains("retrying 1: attempt 4 of 8")) }
    }

    @Test func `never goes backwards, however many recordings are found`() {
        var line = ProgressLine()
        var fullest = 0
        for (found, stored) in [(10, 9), (100, 12), (100, 50), (1_000, 60), (1_000, 999), (1_000, 1_000)] {
            let text = line.text(report(found: found, stored: stored), elapsed: .seconds(10), width: 100)
            let filled = text.filter { $0 == "#" }.count
            #expect(filled >= fullest)
            fullest = filled
        }
        #expect(fullest == 20)
    }

    @Test(arguments: PassStep.allCases)
    func `says nothing of recordings before there is one`(_ step: PassStep) {
        var line = ProgressLine()
        let text = line.text(report(found: 0, stored: 0, step: step), elapsed: .seconds(1), width: 100)
        #expect(!text.contains("0/0") && !text.contains("0 stored"))
    }

    @Test(arguments: [
        (PassStep.listing, "listing 1234 tasks  42 of at least 100 recordings"),
        (.comparing, "comparing the task list  42 of at least 100 recordings"),
        (.asking, "142 asked about  42 of at least 100 recordings"), (.sealing, "sealing  42/100 recordings"),
        (.receiving, "[########............]  42/100 recordings"),
    ])
    func `begins with what the pass does`(_ step: PassStep, _ beginning: String) {
        var line = ProgressLine()
        let text = line.text(report(found: 100, stored: 42, step: step), elapsed: .seconds(10), width: 100)
        #expect(text.hasPrefix(beginning))
    }

    @Test func `says how many calls are asked about of how many`() {
        var line = ProgressLine()
        let some = report(found: 100, stored: 42, toAsk: 200, step: .asking)
        #expect(line.text(some, elapsed: .seconds(10), width: 100).hasPrefix("142 of 200 (71 %) asked about  42 of"))
    }
}
