import Archiver
import Recordings
import Testing

@testable import Service

/// The queue of requested work.
@Suite struct `A board of work` {
    private struct Errand: RequestedWork {
        let id: String
        let requestedBy = "mia"
        let requestedTime = Timestamp(millisecondsSince1970: 1_763_625_600_000)
        let error: String? = nil
        var state = WorkState.waiting
        var endedTime: Timestamp?
        var version = 0
    }

    private let now = Timestamp(millisecondsSince1970: 1_763_625_600_000)

    @Test func `keeps nothing of work that was stopped before it began`() async throws {
        let board = WorkBoard<Errand>(mostWaiting: 3, mostKept: 5)
        for number in 0..<100 {
            try board.add(Errand(id: "\(number)"))
            board.stop("\(number)", now: now)
        }
        #expect(board.waitingCount == 0)
        #expect(board.all.count == 5 && board.all.allSatisfy { $0.state == .stopped && $0.endedTime == now })
        for name in ["a", "b", "c"] { try board.add(Errand(id: name)) }
        #expect(throws: Problem.self) { try board.add(Errand(id: "d")) }
        board.stop("b", now: now)
        let stop = StopRequest()
        let done = Notes<String>()
        await board.work(until: stop) { errand, _ in
            done.add(errand.id)
            board.update(errand.id) { $0.state = .complete }
            if errand.id == "c" { stop.make() }
        }
        #expect(done.all == ["a", "c"])
        #expect(board.waitingCount == 0)
    }
}
