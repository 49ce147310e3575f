import GRDB
import Recordings
import Testing

@testable import Manifest

/// Which of a task's recordings an answer hands out, and to whom.
@Suite struct ReservationTests {
    @Test func `what somebody is at work on is not handed out again`() async throws {
        try await Fixture.with { fixture in
            _ = try await fixture.list([try Fixture.task(1)])
            let id = try Fixture.taskID(1)
            let reservations = Reservations()
            let answer = TaskAnswer.capture(
                Capture(taskID: id, recordings: try [1, 2].map { try Fixture.captured(id, $0) })
            )
            let work = try await fixture.answer([answer], reservations: reservations)
            #expect(work.count == 2)
            #expect(reservations.held == Set(work.map(\.row)))
            #expect(try await fixture.answer([answer], reservations: reservations).isEmpty)
            // Stored first, then released: an answer between the two must not hand it out again.
            try await fixture.store([work[0]])
            #expect(try await fixture.answer([answer], reservations: reservations).isEmpty)
            work.forEach { reservations.release($0.row) }
            #expect(try await fixture.answer([answer], reservations: reservations).map(\.row) == [work[1].row])
        }
    }

    @Test func `what is asked for from many sides at once is handed out once`() async throws {
        try await Fixture.with { fixture in
            _ = try await fixture.list([try Fixture.task(1)])
            let captured = try Fixture.captured(try Fixture.taskID(1))
            let answer = TaskAnswer.capture(Capture(taskID: captured.key.taskID, recordings: [captured]))
            let reservations = Reservations()
            let stored = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<16 {
                    group.addTask {
                        let work = try await fixture.answer([answer], reservations: reservations)
                        try await fixture.store(work)
                        work.forEach { reservations.release($0.row) }
                        return work.count
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(stored == 1)
        }
    }

    @Test func `a reservation is released if its answer could not be recorded`() async throws {
        try await Fixture.with { fixture in
            _ = try await fixture.list([try Fixture.task(1)])
            let captured = try Fixture.captured(try Fixture.taskID(1))
            let answer = TaskAnswer.capture(Capture(taskID: captured.key.taskID, recordings: [captured]))
            let trigger = "BEFORE INSERT ON question BEGIN SELECT RAISE(ABORT, 'no'); END"
            try await fixture.manifest.write { try $0.execute(sql: "CREATE TRIGGER broken \(trigger)") }
            let reservations = Reservations()
            #expect(await failure { try await fixture.answer([answer], reservations: reservations) } == .conflict)
            #expect(reservations.held.isEmpty)
            try await fixture.manifest.write { try $0.execute(sql: "DROP TRIGGER broken") }
            #expect(try await fixture.answer([answer], reservations: reservations).count == 1)
        }
    }
}
