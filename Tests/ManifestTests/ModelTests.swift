import Foundation
import Recordings
import Testing

@testable import Manifest

/// Random sequences of what a pass, a crash, a disk and a person do, against a ``Model`` in memory. Each run draws others;
/// a failure names its seed, and `CALLARK_TEST_SEED` has the first sequence be that one.
@Suite struct ModelTests {
    private static let seeds: [UInt64] = {
        let given = ProcessInfo.processInfo.environment["CALLARK_TEST_SEED"].flatMap { UInt64($0) }
        let first = given ?? UInt64.random(in: 0...999_999)
        print("sequences of steps against a model: seeds from \(first)")
        return (0..<12).map { first &+ $0 }
    }()

    @Test(arguments: seeds)
    func `any sequence of steps leaves what a simple model says`(seed: UInt64) async throws {
        try await Fixture.with { fixture in
            var random = SplitMix(state: seed)
            var model = Model()
            for step in 0..<90 {
                model.now = model.now + .minutes(Int.random(in: 0...60, using: &random))
                try await model.step(fixture, &random)
                try await model.check(fixture, "seed \(seed), step \(step)")
            }
            #expect(try await fixture.manifest.faults() == [])
            #expect(try await run("sqlite3", [fixture.path, "PRAGMA integrity_check"]) == "ok\n")
        }
    }
}

private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
