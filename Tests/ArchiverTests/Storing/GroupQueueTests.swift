import TestSupport
import Testing
import WebexContactCenter

@testable import Archiver

@Suite struct `The queue between two steps of a pass` {
    @Test func `hands over everything, once, in groups`() async {
        let queue = GroupQueue<Int>(capacity: 8, stopwatch: Stopwatch(ContinuousClock()))
        let taken = await withTaskGroup(of: [Int].self) { group in
            group.addTask {
                var taken: [Int] = []
                while let some = await queue.takeAll() {
                    #expect(some.count <= 8)
                    taken += some
                }
                return taken
            }
            group.addTask {
                await withTaskGroup(of: Void.self) { putters in
                    for number in 0..<500 { putters.addTask { await queue.put(number) } }
                }
                await queue.finish()
                return []
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        #expect(taken.sorted() == Array(0..<500))
    }

    @Test func `releases waiting putters when storing has ended`() async {
        let queue = GroupQueue<Int>(capacity: 1, stopwatch: Stopwatch(ContinuousClock()))
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<10 { group.addTask { await queue.put(number) } }
            await queue.abandon()
        }
        #expect(await queue.takeAll() == nil)
        #expect(await queue.put(10) == false)
    }

    @Test func `lets the one that takes go when it is given up`() async {
        #expect(
            await GroupQueue<Int>(capacity: 1, stopwatch: Stopwatch(ContinuousClock())).abandoned(gathering: .zero)
                == nil
        )
        #expect(
            await GroupQueue<Int>(capacity: 1, stopwatch: Stopwatch(ContinuousClock())).abandoned(
                gathering: .seconds(3600)
            ) == nil
        )
    }

    @Test func `is over when it is finished and empty`() async {
        let queue = GroupQueue<Int>(capacity: 1, stopwatch: Stopwatch(ContinuousClock()))
        await queue.put(1)
        await queue.finish()
        #expect(await queue.takeAll() == [1])
        #expect(await queue.takeAll() == nil)
    }

    @Test func `what comes before a time is taken together, at the time or when the queue is full or finished`() async {
        let clock = InstantClock()
        let timed = GroupQueue<Int>(capacity: 3, stopwatch: Stopwatch(clock))
        await timed.put(1)
        #expect(await timed.takeAll(notBefore: .milliseconds(20)) == [1])
        #expect(clock.elapsed == .milliseconds(20))

        let queue = GroupQueue<Int>(capacity: 3, stopwatch: Stopwatch(ContinuousClock()))
        let never = Duration.seconds(3600)
        async let full = queue.takeAll(notBefore: never)
        for number in 1...3 { await queue.put(number) }
        #expect(await full == [1, 2, 3])

        let weighed = GroupQueue<Int>(capacity: 10, stopwatch: Stopwatch(ContinuousClock()), weight: { $0 })
        async let heavy = weighed.takeAll(notBefore: never)
        for number in [4, 5, 6] { await weighed.put(number) }
        #expect(await heavy == [4, 5, 6])

        async let rest = queue.takeAll(notBefore: never)
        await queue.put(4)
        await queue.finish()
        #expect(await rest == [4])
        #expect(await queue.takeAll(notBefore: never) == nil)
    }
}

extension GroupQueue {
    /// What a consumer gets from a queue that is abandoned while it waits.
    fileprivate func abandoned(gathering time: Duration) async -> [Element]? {
        async let taken = takeAll(notBefore: time)
        while !isAwaited { await Task.yield() }
        abandon()
        return await taken
    }
}
