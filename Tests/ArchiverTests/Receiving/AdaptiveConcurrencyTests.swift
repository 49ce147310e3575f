import Recordings
import Testing

@testable import Archiver

@Suite struct `The number of downloads at once` {
    private let quick = AdaptiveConcurrency.Outcome.good(timeToFirstByte: .milliseconds(20))
    private let late = AdaptiveConcurrency.Outcome.good(timeToFirstByte: .milliseconds(900))

    /// Records an outcome of a download that began after the last change.
    private func note(_ outcome: AdaptiveConcurrency.Outcome, in pool: inout AdaptiveConcurrency) {
        _ = pool.note(outcome, begunIn: pool.round)
    }

    @Test func `stays as configured while all is well`() {
        var pool = AdaptiveConcurrency(ceiling: 16)
        for number in 0..<10_000 {
            // The network's own noise: a first connection, a retransmission.
            let time = Duration.milliseconds(number.isMultiple(of: 100) ? 250 : 5 + number % 40)
            #expect(pool.note(.good(timeToFirstByte: time), begunIn: 0) == nil)
        }
        #expect(pool.limit == 16 && pool.lowest == 16)
    }

    @Test func `is halved by trouble, once for all downloads that were under way`() {
        var pool = AdaptiveConcurrency(ceiling: 16)
        #expect(pool.note(.trouble, begunIn: 0) == .lowered)
        for _ in 0..<15 { #expect(pool.note(.trouble, begunIn: 0) == nil) }
        #expect(pool.limit == 8)
        #expect(pool.note(.trouble, begunIn: pool.round) == .lowered)
        #expect(pool.limit == 4)
    }

    @Test func `never falls below one, nor rises above what is configured`() {
        var pool = AdaptiveConcurrency(ceiling: 5)
        for _ in 0..<20 { note(.trouble, in: &pool) }
        #expect(pool.limit == 1 && pool.lowest == 1)
        for _ in 0..<100 { note(quick, in: &pool) }
        #expect(pool.limit == 5 && pool.lowest == 1)
        #expect(AdaptiveConcurrency(ceiling: 0).limit == 1)
    }

    @Test func `rises by one with as many good downloads as it allows at once`() {
        var pool = AdaptiveConcurrency(ceiling: 16)
        note(.trouble, in: &pool)
        var changes: [Int] = []
        for number in 1...100 {
            let before = pool.limit
            note(quick, in: &pool)
            if pool.limit > before { changes.append(number) }
        }
        #expect(Array(changes.prefix(4)) == [8, 17, 27, 38])
        #expect(pool.limit == 16)
    }

    @Test func `is not raised by what began before it was lowered`() {
        var pool = AdaptiveConcurrency(ceiling: 16)
        note(.trouble, in: &pool)
        for _ in 0..<100 { #expect(pool.note(quick, begunIn: 0) == nil) }
        #expect(pool.limit == 8)
    }

    @Test func `is not touched by what says nothing about the host`() {
        var pool = AdaptiveConcurrency(ceiling: 4)
        note(.trouble, in: &pool)
        let before = pool
        for _ in 0..<100 { note(.neutral, in: &pool) }
        #expect(pool == before)
    }

    @Test func `falls as the host answers later, and rises as it answers as before`() {
        var pool = AdaptiveConcurrency(ceiling: 16)
        for _ in 0..<64 { note(quick, in: &pool) }
        for _ in 0..<16 { note(late, in: &pool) }
        #expect(pool.limit == 12)
        for _ in 0..<12 { note(late, in: &pool) }
        #expect(pool.limit == 9)
        for _ in 0..<200 { note(quick, in: &pool) }
        #expect(pool.limit == 16)
    }

    @Test func `gets used to a host that has become slow for good`() {
        var pool = AdaptiveConcurrency(ceiling: 16)
        for _ in 0..<64 { note(quick, in: &pool) }
        for _ in 0..<2000 { note(late, in: &pool) }
        #expect(pool.limit == 16)
        #expect(pool.lowest < 8)
    }
}
