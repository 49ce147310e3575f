import DailyArchive
import Files
import Foundation
import Logging
import Manifest
import Recordings
import Simulator
import TestSupport
import Testing
import WebexContactCenter

@testable import Archiver

@Suite struct SourceComparisonTests {
    private let searchOnly: (inout CallArchive.Setup) -> Void = {
        $0.providers[0].crossChecksActivities = false
        $0.providers[0].crossChecksStatistics = false
    }

    private func events(_ kind: Event.Kind, _ here: Installation) async throws -> [Event] {
        let manifest = try Manifest(of: here.root, mode: .readOnly)
        defer { try? manifest.close() }
        var events: [Event] = []
        for try await event in manifest.events() where event.kind == kind { events.append(event) }
        return events
    }

    @Test func `calls that the listing leaves out are found by Search, and archived`() async throws {
        var options = SimulatorOptions.unlimited
        options.tasks.hiddenShare = 0.3
        try await Installation.with(try .small(calls: 30, mix: .plain), options: options) { here in
            let first = try await here.pass(change: searchOnly)
            let comparison = try #require(first.comparisons.first)
            let hidden = try #require(comparison.figures["not_listed"])
            #expect((3..<20).contains(hidden))
            #expect(!comparison.fits)
            #expect(try await events(.taskNotListed, here).count == hidden)
            #expect(first.summary.tasks.listed == 30)
            try await here.expectWhole()
            // Once they are known, they are not news, and the day needs no comparison any more.
            let second = try await here.pass(change: searchOnly)
            #expect(second.comparisons.map(\.fits) == [true])
            #expect(try await here.pass(change: searchOnly).comparisons == [])
        }
    }

    @Test func `a call that Search says was recorded is asked for, whatever the listing says`() async throws {
        try await Installation.with(try .small(calls: 4, mix: .plain)) { here in
            let task = try #require(here.recordedTasks.first)
            here.simulator.setCaptureRequested(false, of: task)
            let result = try await here.pass(change: searchOnly)
            #expect(try #require(result.comparisons.first).figures["claimed"] == 1)
            #expect(try await events(.captureClaimed, here).map(\.task?.description) == [task])
            try await here.expectWhole()
            // The listing still says no, but what the other source has seen counts.
            let again = try await here.pass(change: searchOnly)
            #expect(again.summary.tasks.captureRequested == 4 && again.summary.tasks.notRequested == 0)
        }
    }

    @Test func `that a call was recorded is known after a rebuild too, whatever the listing says`() async throws {
        try await Installation.with(try .small(calls: 4, mix: .plain)) { here in
            let task = try #require(here.recordedTasks.first)
            here.simulator.setCaptureRequested(false, of: task)
            try await here.pass(change: searchOnly)
            let logger = Logger(label: "callark.tests") { _ in SwiftLogNoOpLogHandler() }
            _ = try await Rebuild(root: here.root, schedule: AskSchedule(), logger: logger).run(
                now: here.now(),
                discardingOld: true
            ) { _ in
            }
            // Only the listing is asked, and it still says no.
            let again = try await here.pass {
                searchOnly(&$0)
                $0.providers[0].crossChecksSearch = false
            }
            #expect(again.summary.tasks.captureRequested == 4 && again.summary.tasks.notRequested == 0)
        }
    }

    @Test func `that a call was recorded is in the day's next archive if Search says it late`() async throws {
        try await Installation.with(try .small(calls: 4, mix: .plain)) { here in
            let task = try #require(here.recordedTasks.first)
            here.simulator.setCaptureRequested(false, of: task)
            try await here.pass {
                searchOnly(&$0)
                $0.providers[0].crossChecksSearch = false
            }
            let later = try await here.pass(change: searchOnly)
            #expect(later.archives.map(\.name.sequence) == [2])
            let supplement = try #require(later.archives.first)
            let member = "\(supplement.name)/metadata/tasks.jsonl"
            let text = try Tool.run("tar", "-xOf", supplement.path, member).output
            #expect(text.contains(task) && text.contains(#""claimed_by":"search""#))
            try await here.expectWhole()
        }
    }

    @Test func `a source that refuses costs the pass nothing and is named`() async throws {
        try await Installation.with(try .small(calls: 4, mix: .plain)) { here in
            here.simulator.change { $0.search.isPermitted = false }
            let refused = try await here.pass(change: searchOnly)
            #expect(refused.isComplete)
            #expect(refused.comparisons == [])
            #expect(try #require(refused.sourceAbsences[.search]).contains("403"))
            #expect(here.simulator.counters.requests(to: .search) == 1)
        }
    }

    @Test func `makes no request if it is turned off`() async throws {
        try await Installation.with(try .small(calls: 4, mix: .plain)) { here in
            let result = try await here.pass {
                $0.providers[0].crossChecksSearch = false
                $0.providers[0].crossChecksStatistics = false
            }
            #expect(result.comparisons == [] && result.sourceAbsences == [:])
            #expect(here.simulator.counters.requests[.search] == nil)
            #expect(here.simulator.counters.requests[.statistics] == nil)
        }
    }

    /// How many requests to Search a pass into a new archive makes.
    private func requests(_ here: Installation, _ change: (inout CallArchive.Setup) -> Void) async throws -> Int {
        let other = Installation(here, root: here.root.path + "-\(UUID())")
        try other.makeRoot()
        here.simulator.resetCounters()
        let result = try await other.pass(change: change)
        #expect(result.isComplete)
        return here.simulator.counters.requests(to: .search)
    }

    @Test func `two look at what Search says, and each moment is asked about once`() async throws {
        var options = SimulatorOptions.unlimited
        options.search.pageSize = 5
        try await Installation.with(try .small(calls: 60, mix: .plain), options: options) { here in
            let comparing = try await requests(here, searchOnly)
            let enriching = try await requests(here) {
                searchOnly(&$0)
                $0.rules.searchesCalls = true
                $0.providers[0].crossChecksSearch = false
            }
            #expect(comparing >= 12 && enriching >= 12)
            let both: (inout CallArchive.Setup) -> Void = {
                searchOnly(&$0)
                $0.rules.searchesCalls = true
            }
            // The two hours before the day's first call are asked about too, which may be one window more.
            #expect(try await requests(here, both) <= comparing + 1)
            here.simulator.resetCounters()
            let result = try await here.pass(change: both)
            #expect(result.callMetadata?.searched == 60)
            #expect(result.comparisons.map(\.fits) == [true])
            #expect(result.comparisons.first?.figures["search_contacts"] == 60)
            here.simulator.resetCounters()
            _ = try await here.pass(change: both)
            #expect(here.simulator.counters.requests(to: .search) == 0)
        }
    }

    @Test func `what Search has made known, it is heard on at once`() async throws {
        var options = SimulatorOptions.unlimited
        options.tasks.hiddenShare = 0.3
        try await Installation.with(try .small(calls: 30, mix: .plain), options: options) { here in
            let result = try await here.pass {
                searchOnly(&$0)
                $0.rules.searchesCalls = true
            }
            #expect(try #require(result.comparisons.first?.figures["not_listed"]) > 2)
            #expect(result.callMetadata?.searched == 30)
            #expect(try await here.recordings().allSatisfy { $0.call?.isSearched == true })
        }
    }

    @Test func `consecutive days are each compared with their own calls`() async throws {
        let days = ["2025-11-18", "2025-11-19", "2025-11-20"]
        try await Installation.with(try .small(days: days, calls: 12, mix: .plain)) { here in
            let first = try #require(ArchiveDay(days[0])).interval(in: .gmt).lowerBound
            let last = try #require(ArchiveDay(days[2])).interval(in: .gmt).upperBound
            let result = try await here.pass(.between(from: first, to: last)) {
                searchOnly(&$0)
                $0.rules.searchesCalls = true
            }
            #expect(result.comparisons.map(\.day.description) == days)
            #expect(result.comparisons.allSatisfy { $0.fits && $0.figures["search_contacts"] == 12 })
        }
    }

    @Test func `what Search says before it fails counts, and the next pass asks about the rest`() async throws {
        let days = ["2025-11-18", "2025-11-19", "2025-11-20"]
        try await Installation.with(try .small(days: days, calls: 6, mix: .plain)) { here in
            var fault = FaultRule(.search, .always, .status(403))
            fault.after = 1
            here.simulator.inject(fault)
            let first = try #require(ArchiveDay(days[0])).interval(in: .gmt).lowerBound
            let last = try #require(ArchiveDay(days[2])).interval(in: .gmt).upperBound
            let window = PassWindow.Request.between(from: first, to: last)
            let broken = try await here.pass(window, change: searchOnly)
            #expect(broken.isComplete)
            #expect(broken.comparisons.map(\.day.description) == ["2025-11-18"])
            #expect(broken.comparisons.allSatisfy { $0.fits && $0.figures["search_contacts"] == 6 })
            #expect(try #require(broken.sourceAbsences[.search]).contains("403"))
            here.simulator.clearFaults()
            let whole = try await here.pass(window, change: searchOnly)
            #expect(whole.comparisons.map(\.day.description) == ["2025-11-19", "2025-11-20"])
            #expect(whole.comparisons.allSatisfy(\.fits) && whole.sourceAbsences == [:])
        }
    }

    @Test func `a Search that does not date its calls does not say that there are none`() async throws {
        var options = SimulatorOptions.unlimited
        options.search.undefinedFields = ["createdTime"]
        try await Installation.with(try .small(calls: 6, mix: .plain), options: options) { here in
            let result = try await here.pass(change: searchOnly)
            #expect(result.comparisons.map(\.fits) == [true])
        }
    }

    @Test func `a moment is asked about once`() {
        func time(_ hours: Int64) -> Timestamp { Timestamp(millisecondsSince1970: hours * 3_600_000) }
        let spans = [(5, 9), (1, 3), (2, 4), (9, 10), (12, 13), (12, 12)].map { time($0.0)..<time($0.1) }
        #expect(Searching.union(spans) == [(1, 4), (5, 10), (12, 13)].map { time($0.0)..<time($0.1) })
    }

    private let earlyAccess: (inout CallArchive.Setup) -> Void = {
        $0.providers[0].dialect = .earlyAccess
        $0.providers[0].crossChecksActivities = false
        $0.providers[0].crossChecksStatistics = false
        $0.rules.searchesCalls = true
    }

    @Test func `a platform without Search is reported if the configuration asks for Search, and otherwise not`()
        async throws
    {
        var options = SimulatorOptions.unlimited
        options.isEarlyAccess = true
        try await Installation.with(try .small(calls: 4, mix: .plain), options: options) { here in
            let silent = try await here.pass(change: earlyAccess)
            #expect(silent.isComplete)
            #expect(silent.callMetadata == nil && silent.sourceAbsences == [:] && silent.comparisons == [])
            let told = try await here.pass {
                earlyAccess(&$0)
                $0.providers[0].demandsSearch = true
            }
            #expect(told.isComplete)
            #expect(told.sourceAbsences == [.search: "the early-access platform has no Search"])
            #expect(here.simulator.counters.requests(to: .search) == 0)
        }
    }

    private let statisticsOnly: (inout CallArchive.Setup) -> Void = {
        $0.providers[0].crossChecksActivities = false
        $0.providers[0].crossChecksSearch = false
    }

    @Test func `queues that count what the listing has fit, and are not asked again`() async throws {
        try await Installation.with(try .small(calls: 30)) { here in
            let first = try await here.pass(change: statisticsOnly)
            #expect(first.comparisons.map(\.source) == [.queueStatistics])
            #expect(first.comparisons.map(\.differences) == [[]])
            #expect(try #require(first.comparisons.first?.figures["queue_accepted"]) > 0)
            #expect(try await here.pass(change: statisticsOnly).comparisons == [])
        }
    }

    @Test func `queues that count more than the listing has are reported`() async throws {
        var options = SimulatorOptions.unlimited
        options.tasks.hiddenShare = 0.7
        try await Installation.with(try .small(calls: 30), options: options) { here in
            let result = try await here.pass(change: statisticsOnly)
            let comparison = try #require(result.comparisons.first)
            #expect(!comparison.fits)
            #expect(comparison.differences.contains { $0.contains("accepted") })
            let manifest = try Manifest(of: here.root, mode: .readOnly)
            defer { try? manifest.close() }
            #expect(try await manifest.comparisons(here.organization, days: here.day...here.day) == [comparison])
        }
    }

    @Test(arguments: [403, 404, 410]) func `statistics that are gone cost the pass nothing`(_ status: Int) async throws
    {
        try await Installation.with(try .small(calls: 4, mix: .plain)) { here in
            here.simulator.inject(FaultRule(.statistics, .always, .status(status)))
            let result = try await here.pass(change: statisticsOnly)
            #expect(result.isComplete && result.comparisons == [])
            #expect(try #require(result.sourceAbsences[.queueStatistics]).contains("\(status)"))
        }
    }

    @Test(arguments: [
        (StatisticsCount(accepted: 80, abandoned: 10), 100, 10, Int?.none, 0),
        (StatisticsCount(accepted: 95, abandoned: 15), 100, 15, nil, 0),
        (StatisticsCount(accepted: 95, abandoned: 25), 100, 25, nil, 1),
        (StatisticsCount(accepted: 95, abandoned: 10), 100, 10, 5, 0),
        (StatisticsCount(accepted: 95, abandoned: 11), 100, 11, 5, 1),
        (StatisticsCount(accepted: 10, abandoned: 10), 100, 5, nil, 1),
    ])
    func `transfers count twice, and self-service does not count`(
        _ count: StatisticsCount,
        _ tasks: Int,
        _ abandoned: Int,
        _ transfers: Int?,
        _ lines: Int
    ) {
        var known = DayCounts()
        (known.tasks, known.abandoned) = (tasks, abandoned)
        #expect(count.differences(from: known, transfers: transfers).count == lines)
    }

    @Test(arguments: [
        (SearchCount(contacts: 10, recorded: 8), 10, 8, 0), (SearchCount(contacts: 10, recorded: 9), 10, 8, 1),
        (SearchCount(contacts: 0), 10, 0, 1), (SearchCount(contacts: 9, recorded: 7), 10, 8, 0),
        (SearchCount(contacts: 10, recorded: 8, notListed: 2), 10, 8, 1),
        (SearchCount(contacts: 10, recorded: 8, notListed: 1, sighted: 1), 10, 8, 2),
    ])
    func `only what is missing is a difference`(_ count: SearchCount, _ tasks: Int, _ requested: Int, _ lines: Int) {
        var known = DayCounts()
        (known.tasks, known.captureRequested) = (tasks, requested)
        #expect(count.differences(from: known).count == lines)
    }
}
