import Foundation
import Recordings
import Testing

@testable import Manifest

/// RFC 9562, section 4: the case of a UUID's digits makes no difference.
@Suite struct `A task in another spelling` {
    private static let spellings = [
        "93912F11-6017-404B-BF14-5331890B1797", "93912f11-6017-404b-bf14-5331890b1797",
        "93912F11-6017-404b-bf14-5331890b1797",
    ]

    private func task(_ spelling: String) throws -> ListedTask {
        var task = try Fixture.task(1)
        task.id = try #require(TaskID(spelling))
        return task
    }

    @Test(arguments: spellings, spellings)
    func `is the one task that was listed first, and keeps its first spelling`(first: String, other: String)
        async throws
    {
        try await Fixture.with { fixture in
            _ = try await fixture.list([task(first)])
            let again = try await fixture.list([task(other)])
            #expect(again.new == 0)
            let asked = try #require(TaskID(other))
            let captured = try Fixture.captured(asked)
            let wanted = try await fixture.answer([.capture(Capture(taskID: asked, recordings: [captured]))])
            #expect(wanted.count == 1)
            let rows = try await fixture.manifest.tasks(asked)
            #expect(rows.map(\.id.description) == [first])
            #expect(try await fixture.manifest.spelled([asked]).map(\.description) == [first])
            var listed: [String] = []
            for try await row in fixture.manifest.entries(
                ListFilter(organization: fixture.acme, task: asked),
                at: Fixture.standpoint()
            ) {
                if case .recording(let recording) = row { listed.append(recording.key.taskID.description) }
            }
            #expect(listed == [first])
            #expect(try await fixture.manifest.unknownTasks(of: [asked], organization: fixture.acme).isEmpty)
        }
    }

    @Test func `is asked for as it was written if nothing is known of it`() async throws {
        try await Fixture.with { fixture in
            let id = try #require(TaskID(Self.spellings[0]))
            #expect(try await fixture.manifest.spelled([id]).map(\.description) == [Self.spellings[0]])
        }
    }
}
