import Recordings
import Testing

@testable import Archiver
@testable import WebexContactCenter

/// How far a pass is, by its events.
@Suite struct `The activity of a pass` {
    private let acme: OrganizationName

    init() throws {
        acme = try #require(OrganizationName("acme"))
    }

    private let now = Timestamp(millisecondsSince1970: 1_763_596_800_000)

    private func key(_ id: String) throws -> RecordingKey {
        RecordingKey(
            taskID: try #require(TaskID("task-\(id)")),
            recordingID: try #require(RecordingID(id)),
            kind: .recording,
            isSegment: false,
            callType: "inbound",
            startTime: now,
            providerFileName: "\(id).wav"
        )
    }

    private func activity(_ events: [PassEvent]) -> PassActivity {
        var activity = PassActivity()
        for event in events { activity.count(event) { now } }
        return activity
    }

    @Test func `counts what was listed, found, received and given up`() throws {
        let report = activity([
            .step(acme, .listing), .listed(acme, tasks: 100, new: 90), .found(acme, recordings: 60),
            .asked(acme, tasks: 40), .listed(acme, tasks: 5, new: 5), .asked(acme, tasks: 2), .received(bytes: 1_000),
            .received(bytes: 24),
            .failed(acme, try key("a"), reason: "no recording", attempts: 8), .step(acme, .receiving),
        ])
        .report(now: now)
        #expect(report.tasksListed == 105)
        #expect(report.recordingsFound == 60)
        #expect(report.tasksAsked == 42)
        #expect(report.recordingsFailed == 1)
        #expect(report.recordingsWaiting == 59)
        #expect(report.bytes == 1_024)
        #expect(report.organizations.map(\.step) == [.receiving])
        #expect(!report.isFinding)
        #expect(report.waiting.isEmpty)
    }

    @Test(arguments: PassStep.allCases)
    func `knows how much there is only once everything is asked`(_ step: PassStep) {
        let isFinding = activity([.step(acme, step)]).report(now: now).isFinding
        #expect(isFinding == [.listing, .comparing, .asking].contains(step))
    }

    @Test func `says what is tried again until it has ended`() throws {
        let (one, other) = (try key("a"), try key("b"))
        var events: [PassEvent] = [
            .retrying(one, attempt: 2, of: 8), .retrying(other, attempt: 4, of: 8), .retrying(one, attempt: 3, of: 8),
        ]
        #expect(activity(events).report(now: now).waiting.map(\.message) == ["retrying 2: attempt 4 of 8"])
        events.append(.failed(acme, other, reason: "", attempts: 8))
        #expect(activity(events).report(now: now).waiting.map(\.message) == ["retrying 1: attempt 3 of 8"])
    }

    @Test func `says for how long the provider is waited for, and no longer`() {
        let pause = ProviderPause(
            call: "list tasks",
            code: .throttled,
            duration: .seconds(40),
            attempt: 2,
            attempts: 6
        )
        let paused = activity([.providerPaused(acme, pause)])
        #expect(
            paused.report(now: now + .seconds(3)).waiting.map(\.message)
                == ["acme: waiting for the request limit: list tasks, attempt 2 of 6 in 37 s"]
        )
        #expect(paused.report(now: now + .seconds(40)).waiting.isEmpty)
        var answered = paused
        answered.count(.listed(acme, tasks: 1, new: 1)) { now }
        #expect(answered.report(now: now).waiting.isEmpty)
    }

    @Test func `says which hosts are busy, until they are not`() {
        let busy = PassEvent.paced(host: "media.example", downloads: 2, of: 16, reason: "503")
        let message = "media.example is busy: 2 of 16 downloads at once"
        #expect(activity([busy]).report(now: now).waiting.map(\.message) == [message])
        let idle = PassEvent.paced(host: "media.example", downloads: 16, of: 16, reason: "better")
        #expect(activity([busy, idle]).report(now: now).waiting.isEmpty)
    }
}
