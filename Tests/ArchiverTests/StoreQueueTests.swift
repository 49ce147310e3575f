import Testing

@testable import Archiver

@Suite struct `The queue of what is to be stored` {
    @Test func `hands over everything, once, in groups`() async {
        let queue = StoreQueue<Int>(capacity: 8)
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

    @Test func `lets putters go when nobody stores any more`() async {
        let queue = StoreQueue<Int>(capacity: 1)
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<10 { group.addTask { await queue.put(number) } }
            await queue.abandon()
        }
        #expect(await queue.takeAll() == nil)
    }

    @Test func `is over when it is finished and empty`() async {
        let queue = StoreQueue<Int>(capacity: 1)
        await queue.put(1)
        await queue.finish()
        #expect(await queue.takeAll() == [1])
        #expect(await queue.takeAll() == nil)
    }
}
