import Foundation
import Testing

@testable import Simulator

@Suite struct WorldTests {
    private func world(
        _ calls: Int,
        days: [String] = ["2025-11-20"],
        seed: UInt64 = 7,
        zone: String = "GMT",
        mix: CallMix = .typical
    ) throws -> SimulatedWorld {
        let zone = try #require(TimeZone(identifier: zone))
        return try SimulatedWorld(seed: seed, days: days, callsPerDay: calls, timeZone: zone, mix: mix)
    }

    @Test func `two worlds of one seed are alike to the last byte`() throws {
        let options = SimulatorOptions()
        let first = Simulator(world: try world(12), options: options).servedRecordings()
        let second = Simulator(world: try world(12), options: options).servedRecordings()
        #expect(first.map(\.recording.id) == second.map(\.recording.id))
        #expect(first.prefix(2).map { $0.sha256() } == second.prefix(2).map { $0.sha256() })
        let other = Simulator(world: try world(12, seed: 8), options: options).servedRecordings()
        #expect(Set(first.map(\.recording.id)).isDisjoint(with: other.map(\.recording.id)))
    }

    @Test(arguments: ["2025-11-21", "2024-02-29", "2026-12-31", "2026-11-29", "1999-01-01"])
    func `a world on another date is the same one, moved`(_ first: String) throws {
        func content(_ world: SimulatedWorld) throws -> [[String]] {
            let starts = try world.days.map { try #require(CalendarDay($0)).span(in: .gmt).lowerBound }
            return world.tasks().map { task in
                let start = starts[world.days.firstIndex(of: task.day) ?? 0]
                let times = [task.created, task.ended, task.captureRequestKnown].map { start.distance(to: $0) }
                let facts = world.facts(of: task)
                let recordings = task.recordings.map { "\($0.id) \($0.fileName) \($0.callType) \($0.sound)" }
                let staff = "\(task.owner?.name ?? "") \(task.queue?.name ?? "") \(facts.holdDuration)"
                return [task.id, "\(task.kind)", "\(times)", staff, "\(task.transcripts.map(\.id))"] + recordings
            }
        }
        let usual = try content(try world(60, days: ["2025-11-20", "2025-11-21"]))
        #expect(try content(try world(60, days: try SimulatedWorld.days(2, from: first))) == usual)
    }

    @Test func `the first recording of a day can be given a size, and nothing else changes`() throws {
        let days = ["2025-11-20", "2025-11-21"]
        var mix = CallMix.typical
        mix.firstRecordingBytes = 3_000_000
        // This makes the first call one without a recording.
        (mix.unrecordedShare, mix.abandonedShare) = (1, 1)
        let sized = try world(10, days: days, mix: mix)
        for day in days {
            let recordings = try #require(sized.tasks().first { $0.day == day }?.recordings)
            #expect(recordings[0].sound.byteCount >= 3_000_000 && recordings[0].stop > recordings[0].start)
        }
        mix.firstRecordingBytes = nil
        let drawn = try world(10, days: days, mix: mix)
        let others = { (world: SimulatedWorld) in world.tasks().map { ($0.id, $0.recordings.map(\.id)) } }
        let pairs = zip(others(sized), others(drawn)).filter { $0 != $1 }
        #expect(pairs.count == 2)
    }

    @Test func `two thousand calls give about two thousand nine hundred recordings`() throws {
        let recordings = Simulator(world: try world(2000)).servedRecordings()
        #expect((2750...3050).contains(recordings.count))
        #expect(Set(recordings.map(\.recording.id)).count == recordings.count)
    }

    @Test func `tasks come in the order of their creation, within their day`() throws {
        let world = try world(500, days: ["2025-11-21", "2025-11-20"])
        let times = world.tasks().map(\.created)
        #expect(times == times.sorted())
        #expect(times.count == 2 * 525)
        let day = try #require(CalendarDay("2025-11-20")).span(in: .gmt)
        #expect(world.tasks().filter { $0.day == "2025-11-20" }.allSatisfy { day.contains($0.created) })
    }

    @Test func `a listing that starts anywhere equals the rest of the whole`() throws {
        let world = try world(100, days: ["2025-11-20", "2025-11-21"])
        let all = Array(world.tasks())
        for place in stride(from: 0, to: all.count, by: 17) {
            let rest = world.tasks(organization: 0, from: all[place].created).map(\.id)
            #expect(rest == all.filter { $0.created >= all[place].created }.map(\.id))
        }
    }

    @Test func `a task is found by its identifier and by no other`() throws {
        var mix = CallMix.typical
        mix.opaqueIdentifierShare = 0.5
        let world = try world(60, mix: mix)
        for task in world.tasks() {
            #expect(world.task(id: task.id, organization: 0)?.created == task.created)
        }
        #expect(Set(world.tasks().map(\.id.utf8.count)) == [20, 36])
        for id in [
            "", "AW", "AWaaaaaaaaaaaaaaaaaa", UUID().uuidString.lowercased(), "ü", String(repeating: "-", count: 36),
        ] {
            #expect(world.task(id: id, organization: 0) == nil)
        }
    }

    @Test func `a day has its shape, its last call ends on the next day and some share a millisecond`() throws {
        let tasks = Array(try world(2000).tasks())
        let hours = tasks.map { Int($0.created.milliseconds / 3_600_000 % 24) }
        func calls(_ range: Range<Int>) -> Int { hours.count { range.contains($0) } }
        #expect(calls(9..<11) > calls(12..<13) * 2)
        #expect(calls(0..<6) > 10 && calls(0..<6) < 100)
        let midnight = try #require(CalendarDay("2025-11-20")).span(in: .gmt).upperBound
        #expect(tasks.contains { $0.created < midnight && $0.ended > midnight && !$0.recordings.isEmpty })
        let crowds = Dictionary(grouping: tasks, by: \.created).values.map(\.count)
        #expect(crowds.max() ?? 0 >= 5)
        #expect(crowds.count { $0 > 1 } > 15)
    }

    @Test func `every kind of call and recording occurs`() throws {
        let tasks = Array(try world(1000).tasks())
        #expect(Set(tasks.map(\.kind)) == [.answered, .outdial, .abandoned, .selfService, .digital])
        #expect(tasks.filter { $0.kind == .selfService }.allSatisfy { $0.owner == nil && $0.queue == nil })
        #expect(tasks.filter { $0.kind == .abandoned }.allSatisfy { $0.owner == nil && $0.recordings.isEmpty })
        let recordings = tasks.flatMap(\.recordings)
        #expect(Set(recordings.map(\.callType)) == ["main", "consult", "va-main"])
        #expect(recordings.filter { $0.callType == "consult" }.allSatisfy { !$0.segment })
        #expect(Set(recordings.map(\.sound.layout)) == Set(WaveLayout.allCases))
        let pieces = tasks.map { $0.recordings.count { $0.segment } }
        #expect(Set(pieces) == [0, 2, 3, 4])
        #expect(tasks.contains { Set($0.recordings.map(\.fileName)).count < $0.recordings.count })
    }

    @Test func `lengths are log-normal: a median near 100 seconds, a mean near three minutes`() throws {
        let lengths = try world(3000).tasks().flatMap(\.recordings).filter { $0.callType == "main" && !$0.stitched }
            .map { Double($0.sound.frames) / 8000 }.sorted()
        #expect((90...110).contains(lengths[lengths.count / 2]))
        #expect((160...200).contains(lengths.reduce(0, +) / Double(lengths.count)))
    }

    @Test(arguments: [("2025-10-26", 25), ("2025-03-30", 23), ("2025-11-20", 24)])
    func `a day has as many hours as its time zone gives it`(day: String, hours: Int64) throws {
        let zone = try #require(TimeZone(identifier: "Europe/Berlin"))
        let span = try #require(CalendarDay(day)).span(in: zone)
        #expect(span.lowerBound.distance(to: span.upperBound) == hours * 3_600_000)
        let world = try world(100, days: [day], zone: "Europe/Berlin")
        #expect(world.tasks().allSatisfy { span.contains($0.created) })
    }

    @Test(arguments: ["2025-02-30", "2025-1-01", "20251101", "", "2025-11-20 ", "yesterday"])
    func `a day that does not exist is refused`(day: String) {
        #expect { try SimulatedWorld(seed: 1, days: [day], callsPerDay: 1) } throws: {
            ($0 as? SimulatorError)?.code == .badDay
        }
    }

    @Test func `organizations have worlds of their own`() throws {
        let other = SimulatedOrganization(name: "globex", id: "11111111-2222-4333-8444-555555555555")
        let world = try SimulatedWorld(seed: 7, organizations: [.acme, other], days: ["2025-11-20"], callsPerDay: 20)
        let (first, second) = (world.tasks().map(\.id), world.tasks(organization: 1).map(\.id))
        #expect(Set(first).isDisjoint(with: second))
        #expect(world.task(id: second[0], organization: 0) == nil)
    }

    @Test func `the names of days follow the calendar`() throws {
        #expect(try SimulatedWorld.days(3, from: "2024-02-28") == ["2024-02-28", "2024-02-29", "2024-03-01"])
        let moment = Moment(1_763_596_800_000)  // 2025-11-20T00:00:00Z
        #expect(SimulatedWorld.days(2, before: moment, in: .gmt) == ["2025-11-19", "2025-11-18"])
        let west = try #require(TimeZone(identifier: "America/New_York"))
        #expect(SimulatedWorld.days(1, before: moment, in: west) == ["2025-11-18"])
    }
}
