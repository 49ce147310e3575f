import Foundation
import Recordings
import Testing

@testable import Manifest

/// Random sequences of what passes, crashes, readings, repairs and people do, compared with a small, readable model in
/// memory. Each run draws other sequences. A failure names its seed: `CALLARK_TEST_SEED` makes the first sequence that
/// one, and `CALLARK_TEST_SEQUENCES` sets how many there are.
@Suite struct ModelTests {
    private static let seeds: [UInt64] = {
        let environment = ProcessInfo.processInfo.environment
        let first = environment["CALLARK_TEST_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 0...999_999)
        print("sequences of steps against a model: seeds from \(first)")
        return (0..<(environment["CALLARK_TEST_SEQUENCES"].flatMap { UInt64($0) } ?? 12)).map { first &+ $0 }
    }()

    @Test(arguments: seeds)
    func `any sequence of steps leaves what a simple model says`(seed: UInt64) async throws {
        try await Fixture.with { fixture in
            var random = SplitMix(state: seed)
            var model = Model()
            for number in 0..<80 {
                model.steps = number
                model.now = model.now + .minutes(Int.random(in: 0...60, using: &random))
                let step = Model.Step.drawn(&random)
                model.place = "seed \(seed), step \(number): \(step)"
                try await model.take(step, fixture, &random)
                try await model.check(fixture)
            }
            #expect(try await fixture.manifest.faults() == [])
            #expect(try await run("sqlite3", [fixture.path, "PRAGMA integrity_check"]) == "ok\n")
        }
    }
}

/// Repeatable random numbers (Steele, Lea and Flood 2014).
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
