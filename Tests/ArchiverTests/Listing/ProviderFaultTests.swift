import DailyArchive
import Files
import Foundation
import Manifest
import Recordings
import TestSupport
import Testing
import Transfer
import WebexContactCenter

@testable import Archiver
@testable import Simulator

/// Everything that the provider can do to a pass, as rules of the simulator's fault plan. Whatever happens, the
/// archives hold, byte for byte, what the simulator has: nothing false, nothing twice, nothing missing without a name.
@Suite struct `Whatever the provider does` {
    /// Faults that a pass overcomes by itself.
    static let overcome = ofMedia + ofAPI

    private static let ofMedia: [[String]] = [
        // The media host refuses for a while.
        ["media 500 share=0.3"], ["media 502 first=2 recordings=1"], ["media slow-down share=0.3"],
        ["media 429 first=2 recordings=0.5"], ["media 429 retry-after=0 share=0.3"], ["media 408 first=4"],
        ["media throttle seconds=1 first=1"], ["media throttle seconds=0.2 tells=no first=2"],
        // Pages instead of recordings, whatever type they claim.
        ["media html first=1 recordings=1"], ["media html type=audio/wav first=1 recordings=1"],
        ["media json first=1 recordings=1"], ["media json type=audio/wav first=1 recordings=1"],
        ["media 200 body=%3C?xml%20version=%221.0%22?%3E%3CError/%3E type=binary/octet-stream first=3"],
        ["media empty first=2 recordings=1"], ["media 204 first=3"],
        // Bodies that end early, break off or stall.
        ["media truncate bytes=100 first=1 recordings=1"], ["media truncate bytes=0 share=0.3"],
        ["media truncate-chunked bytes=100 first=1 recordings=1"],
        ["media truncate-chunked bytes=700 share=0.3", "media chunked"],
        ["media chunked"], ["media shorten bytes=200 first=1 recordings=1"],
        ["media reset bytes=0 share=0.3"], ["media reset bytes=700 first=1 recordings=1"],
        ["media stall bytes=500 seconds=60 first=1 recordings=0.4"], ["media delay seconds=0.2 share=0.3"],
        ["media slow bytes=40000 share=0.2"],
        // Ranges and objects other than those requested.
        ["media truncate bytes=900 first=1 recordings=1", "media ignore-range"],
        ["media truncate bytes=900 first=1 recordings=1", "media change first=1 recordings=1"],
        ["media truncate bytes=900 first=1 recordings=1", "media change-under-range first=1 recordings=1"],
        // URLs that expire early, before or during a download.
        ["media expired first=2 recordings=1"], ["media expired-token first=1 recordings=1"],
        ["media truncate bytes=900 first=1 recordings=1", "media expired first=1 recordings=1"],
    ]

    private static let ofAPI: [[String]] = [
        ["tasks 500 first=3", "captures 500 first=3", "token 500 first=3"],
        ["tasks 503 first=2", "captures 503 share=0.4"],
        ["tasks 413 first=3"], ["tasks 422 first=3"], ["tasks 422 body=%7B%7D first=1"],
        ["tasks 413 first=2 after=1", "tasks 422 first=2"],
        ["captures 429 retry-after=1 first=1"],
        ["captures throttle seconds=1 first=1 after=1", "tasks throttle seconds=1 first=1"],
        ["tasks 401 first=1", "captures 401 every=2"],
        ["captures html first=2", "tasks html first=2", "token html first=2"],
        ["captures html type=application/json first=2"], ["tasks json first=2", "captures json first=2"],
        ["captures empty first=2", "tasks empty first=2", "token empty first=2"],
        ["captures truncate bytes=50 first=2", "tasks truncate bytes=50 first=2", "token truncate bytes=9 first=2"],
        ["captures reset bytes=9 first=2", "tasks reset bytes=9 first=2", "token reset bytes=9 first=2"],
        ["captures 400 after=1 first=1"],
    ]

    @Test(arguments: overcome) func `a pass that gets through it holds everything`(_ rules: [String]) async throws {
        let world = try SimulatedWorld.small(calls: Self.ofAPI.contains(rules) ? 25 : 8)
        try await Installation.with(world) { here in
            for rule in rules { here.simulator.inject(try FaultRule(rule)) }
            let result = try await here.pass {
                $0.rules.downloads.stallTimeout = .milliseconds(500)
                $0.rules.downloads.retry.attempts = 30
            }
            #expect(result.failure == nil)
            #expect(result.isComplete)
            #expect(here.simulator.strikes.allSatisfy { $0 > 0 }, "\(here.simulator.strikes)")
            try await here.expectWhole()
        }
    }

    /// Faults that a pass cannot overcome, or not completely.
    static let outlasted: [[String]] = [
        ["media 500"], ["media 503 recordings=0.4"], ["media slow-down recordings=0.4"], ["media 429 recordings=0.4"],
        ["media throttle seconds=7200"], ["media html recordings=0.4 type=audio/wav"],
        ["media json recordings=0.4 type=audio/x-wav"], ["media empty recordings=0.4"],
        ["media truncate bytes=100 recordings=0.4"], ["media truncate-chunked bytes=100 recordings=0.4"],
        ["media reset bytes=100 recordings=0.4"], ["media stall bytes=100 seconds=60 recordings=0.2"],
        ["media expired recordings=0.4"], ["media 404 recordings=0.4"],
        ["captures poison status=400 recordings=0.2"], ["captures poison status=422 recordings=0.2"],
        ["captures poison status=500 recordings=0.2"],
        ["captures vanish recordings=0.3"], ["captures late seconds=200000 recordings=0.3"],
        ["captures origin origin=https://media.invalid recordings=0.4"],
        ["tasks 500"], ["tasks 400"], ["tasks 413"], ["tasks 422"], ["captures 500"], ["captures 403"],
        ["token 500"], ["token html"], ["tasks html"], ["captures json"],
    ]

    @Test(arguments: outlasted)
    func `a pass that does not get through it says so, holds nothing false, and the next one has the rest`(
        _ rules: [String]
    ) async throws {
        try await Installation.with(.small(calls: 12, mix: .plain)) { here in
            let truth = here.offered()
            for rule in rules { here.simulator.inject(try FaultRule(rule)) }
            let result = try await here.pass {
                $0.rules.downloads.stallTimeout = .milliseconds(300)
                $0.rules.downloads.retry = RetryPolicy(attempts: 3, baseDelay: .milliseconds(5))
                $0.rules.apiRetry = RetryPolicy(attempts: 2, baseDelay: .milliseconds(5))
            }
            #expect(here.simulator.strikes.allSatisfy { $0 > 0 }, "\(here.simulator.strikes)")
            let held = Set(try await here.held())
            #expect(held.isSubset(of: truth))
            try await expectEveryAbsenceNamed(truth.filter { !held.contains($0) }, result, here)
            #expect(try await here.verify() == [])
            here.simulator.clearFaults()
            here.simulator.clock.advance(by: .seconds(3 * 3600))
            let next = try await here.pass()
            #expect(next.failure == nil)
            #expect(next.isComplete)
            try await here.expectWhole()
        }
    }

    /// Whatever is not held is a row with a reason, a task with a gap, or the failure of the pass itself. Otherwise the
    /// task is unsettled and will be asked about again, as when only one of its recordings has appeared.
    private func expectEveryAbsenceNamed(
        _ missing: [Evidence],
        _ result: Pass.Result,
        _ here: Installation
    ) async throws {
        guard result.failure == nil else { return }
        let rows = try await here.recordings()
        let gaps = Set(try await here.gaps().map(\.taskID.description))
        let questions = try await openQuestions(here)
        for evidence in missing {
            let row = rows.first { $0.key.recordingID.description == evidence.recording }
            let isNamed = row?.reason?.isEmpty == false || gaps.contains(evidence.task)
            #expect(isNamed || questions.contains(evidence.task), "\(evidence) is missing without a name")
            #expect(!result.isComplete || questions.contains(evidence.task))
        }
    }

    private func openQuestions(_ here: Installation) async throws -> Set<String> {
        let manifest = try Manifest(of: here.root, mode: .readOnly)
        defer { try? manifest.close() }
        let tasks = try await manifest.openQuestions(
            organization: here.organization,
            window: nil,
            dueBy: here.now() + .hours(24 * 30),
            impatientIn: nil,
            after: nil,
            limit: 1000
        )
        return Set(tasks.map(\.id.description))
    }

    /// A little of each, at the same time; the world's seed makes the draws the same in each run.
    static let everything = [
        "media 500 share=0.04", "media slow-down share=0.04", "media html type=audio/wav share=0.04",
        "media json share=0.03", "media empty share=0.03", "media truncate bytes=200 share=0.06",
        "media truncate-chunked bytes=200 share=0.06", "media reset bytes=100 share=0.06", "media expired share=0.04",
        "media stall bytes=50 seconds=60 share=0.02", "media ignore-range share=0.2", "media chunked share=0.1",
        "media 404 recordings=0.1 first=9", "tasks 503 share=0.2", "tasks 422 first=2", "tasks html first=1",
        "captures 401 every=4", "captures 500 share=0.1", "captures empty share=0.1",
        "captures poison status=400 recordings=0.05", "token 500 share=0.2",
        "captures vanish recordings=0.04", "captures name name=..%2Fa%00.wav recordings=0.3",
    ]

    @Test func `all of it at once is got through in a few passes, and what is held was true at every one`() async throws
    {
        var options = SimulatorOptions.unlimited
        options.tokens.accessLifetime = .seconds(20)
        options.tokens.rotatesRefreshTokens = true
        try await Installation.with(.small(calls: 60), options: options) { here in
            // Purges and bad names are permanent.
            let lasting = try Self.everything.suffix(2).map { try FaultRule($0) }
            lasting.forEach(here.simulator.inject)
            let truth = Set(here.offered())
            for rule in Self.everything.dropLast(2) { here.simulator.inject(try FaultRule(rule)) }
            for number in 0..<9 {
                // In the end the other faults are removed, such as that of the task that could not be asked about.
                if number == 6 {
                    here.simulator.clearFaults()
                    lasting.forEach(here.simulator.inject)
                }
                _ = try await here.pass {
                    $0.rules.downloads.stallTimeout = .milliseconds(300)
                    $0.rules.downloads.retry = RetryPolicy(attempts: 6, baseDelay: .milliseconds(5))
                    $0.rules.apiRetry = RetryPolicy(attempts: 4, baseDelay: .milliseconds(5))
                }
                #expect(try await truth.isSuperset(of: here.held()))
                here.simulator.clock.advance(by: .seconds(2 * 3600))
            }
            try await here.expectWhole()
            // Recordings that the provider purged before anyone saw them are gaps; nothing else is.
            let gaps = try await here.gaps()
            #expect(Set(gaps.map(\.taskID.description)).isDisjoint(with: here.recordedTasks))
            #expect(gaps.allSatisfy { $0.reason == .notYetAvailable })
            #expect(try await here.recordings().allSatisfy { $0.state == .archived })
        }
    }

    @Test func `a batch that fails is asked for in ever smaller parts, until the bad task stands alone`() async throws {
        try await Installation.with(.small(calls: 10, mix: .plain)) { here in
            let bad = try #require(here.recordedTasks.dropFirst(3).first)
            here.simulator.inject(FaultRule(.captures, .always, .poisonedTask(status: 500), pathContains: bad))
            let result = try await here.pass { $0.rules.apiRetry = RetryPolicy(attempts: 2, baseDelay: .zero) }
            #expect(result.failure == nil)
            #expect(!result.isComplete)
            #expect(try await here.held() == here.offered().filter { $0.task != bad })
            let gap = try #require(try await here.gaps().first)
            #expect(gap.taskID.description == bad)
            #expect(gap.detail?.contains("status 500") == true)
            here.simulator.clearFaults()
            #expect(try await here.pass().isComplete)
            try await here.expectWhole()
        }
    }

    static let names = [
        "../../../../etc/passwd", "..", ".", "/", "a\0b.wav", "\0", String(repeating: "x", count: 300) + ".wav",
        String(repeating: "ü", count: 300), "recording.wav", "-rf.wav", "a\nb\r.wav", "con.wav", "a/b\\c.wav", "%2e%2e",
    ]

    @Test(arguments: names)
    func `a file name, the same for every recording of a call, never leaves its folder`(_ name: String) async throws {
        try await Installation.with(.small(calls: 6)) { here in
            here.simulator.inject(FaultRule(.named(name)))
            #expect(try await here.pass().isComplete)
            try await here.expectWhole()
            for archive in try here.root.archives.list() {
                let said = try Tool.run("tar", "-tf", here.root.archivePath(archive))
                #expect(said.status == 0, "\(said.output)")
                let listing = said.output.split(separator: "\n").map(String.init)
                #expect(Set(listing).count == listing.count)
                for member in listing {
                    #expect(member.hasPrefix("\(archive)/"))
                    #expect(member.wholeMatch(of: /[A-Za-z0-9._\/-]+/) != nil, "\(member)")
                    #expect(!member.contains("..") && member.split(separator: "/").count <= 4)
                }
            }
        }
    }

    @Test
    func `thousands of tasks in one millisecond are listed as far as they can be, and the rest is not passed over`()
        async throws
    {
        var mix = CallMix.plain
        (mix.abandonedShare, mix.tasksInOneMillisecond) = (0.985, 2500)
        try await Installation.with(.small(calls: 5200, mix: mix)) { here in
            let listingOnly: (inout CallArchive.Setup) -> Void = {
                $0.providers[0].crossChecksActivities = false
                $0.providers[0].crossChecksSearch = false
            }
            let result = try await here.pass(change: listingOnly)
            #expect(result.failure == nil)
            #expect(result.listingDoubts == 1)
            #expect(!result.isComplete)
            // All except those of that millisecond, of which the provider lists a thousand.
            #expect(result.summary.tasks.listed == 5200 - 2500 + 1000)
            let held = try await here.held()
            let offered = here.offered()
            #expect(Set(held).isSubset(of: offered) && held.count < offered.count && held.count > 10)
            #expect(try await here.verify() == [])
            let again = try await here.pass(change: listingOnly)
            #expect(again.listingDoubts == 1 && !again.isComplete)
            // Tasks that the listing cannot show are not lost: anyone who knows them can fetch them.
            let missing = Set(offered.map(\.task)).subtracting(held.map(\.task)).compactMap { TaskID($0) }
            let organization = try here.organization
            _ = try await here.open { try await $0.acquire(Array(missing), organization: organization) }
            #expect(try await here.held() == offered)
        }
    }

    @Test func `a recording that is purged after it was archived stays archived`() async throws {
        try await Installation.with(.small(calls: 6)) { here in
            try await here.pass()
            let held = here.offered()
            here.simulator.inject(try FaultRule("captures vanish recordings=0.7"))
            #expect(here.offered().count < held.count)
            here.simulator.clock.advance(by: .seconds(5 * 3600))
            #expect(try await here.pass().isComplete)
            #expect(try await here.held() == held)
            #expect(try await here.verify() == [])
        }
    }

    @Test func `a recording that is purged before it was fetched is named, until the horizon and after it`()
        async throws
    {
        try await Installation.with(.small(calls: 6, mix: .plain)) { here in
            let offered = here.offered()
            let gone = try #require(offered.first)
            here.simulator.inject(FaultRule(.media, .always, .status(500), pathContains: gone.recording))
            #expect(try await here.pass { $0.rules.downloads.retry.attempts = 2 }.summary.recordings.failed == 1)
            here.simulator.clearFaults()
            here.simulator.removeRecording(gone.recording)
            for hours in [5, 24, 24 * 10] {
                here.simulator.clock.advance(by: .seconds(hours * 3600))
                #expect(try await !here.pass().isComplete)
                let failed = try await here.recordings(ListFilter(state: .recording(.failed)))
                #expect(failed.map(\.key.recordingID.description) == [gone.recording])
                #expect(failed.first?.reason?.isEmpty == false)
            }
            #expect(try await here.held() == offered.filter { $0 != gone })
        }
    }
}
