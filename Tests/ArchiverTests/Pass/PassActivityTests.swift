import Recordings
import Testing

@testable import Archiver
@testable import WebexContactCenter

/// The progress of a pass, from its events.
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

    @Test func `says how many tasks are asked about of how many`() throws {
        let other = try #require(OrganizationName("other"))
        var events: [PassEvent] = [.step(acme, .listing), .step(other, .listing), .due(acme, tasks: 400)]
        #expect(activity(events).report(now: now).tasksToAsk == nil, "nothing is known of the other one")
        events += [.due(other, tasks: 10), .due(acme, tasks: 840), .asked(acme, tasks: 256)]
        let report = activity(events).report(now: now)
        #expect(report.tasksToAsk == 850 && report.tasksAsked == 256 && report.isListing)
        events += [.step(acme, .asking), .step(other, .receiving), .asked(acme, tasks: 600)]
        let end = activity(events).report(now: now)
        #expect(end.tasksToAsk == 856, "never fewer than were asked about")
        #expect(!end.isListing && end.isFinding)
    }

    @Test func `says which day of a backfill it is at`() throws {
        let day = try #require(ArchiveDay("2026-10-01"))
        let report = activity([.backfilling(acme, day, number: 1, of: 60), .step(acme, .listing)]).report(now: now)
        #expect(report.organizations.first?.backfill == .init(day: "2026-10-01", number: 1, days: 60))
        #expect(activity([.step(acme, .listing)]).report(now: now).organizations.first?.backfill == nil)
    }

    @Test func `says what is tried again, why and when, until it has ended`() throws {
        let (one, other) = (try key("a"), try key("b"))
        let late = "not audio but html (begins with <html>)"
        func retry(_ key: RecordingKey, _ attempt: Int, _ seconds: Int64, _ reason: String = "HTTP 503") -> PassEvent {
            .retrying(key, attempt: attempt, of: 8, reason: reason, delay: .seconds(seconds))
        }
        var events = [retry(one, 2, 1), retry(other, 4, 12, late), retry(one, 3, 40)]
        func messages(after seconds: Int64 = 0) -> [String] {
            activity(events).report(now: now + .seconds(seconds)).waiting.map(\.message)
        }
        #expect(
            messages()
                == ["2 downloads failed and are tried again: the next in 12 s, attempt 4 of 8 (not audio but html)"]
        )
        #expect(messages(after: 12).first?.contains("tried again: one of them now, attempt 4 of 8") == true)
        events.append(.failed(acme, other, reason: "", attempts: 8))
        #expect(messages() == ["1 download failed and is tried again: the next in 40 s, attempt 3 of 8 (HTTP 503)"])
        #expect(messages(after: 41) == ["1 download failed and is tried again: now, attempt 3 of 8 (HTTP 503)"])
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

    @Test func `says which hosts are busy, until they are not`() throws {
        let busy = PassEvent.paced(host: "media.example", downloads: 2, of: 16, reason: "503")
        let message = "media.example is busy: 2 of 16 downloads at once"
        let found = PassEvent.found(acme, recordings: 1)
        #expect(activity([found, busy]).report(now: now).waiting.map(\.message) == [message])
        let idle = PassEvent.paced(host: "media.example", downloads: 16, of: 16, reason: "better")
        #expect(activity([found, busy, idle]).report(now: now).waiting.isEmpty)
        // Nothing is being downloaded any more.
        let last = PassEvent.failed(acme, try key("a"), reason: "", attempts: 8)
        #expect(activity([found, busy, last]).report(now: now).waiting.isEmpty)
    }
}
