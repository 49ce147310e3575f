import Foundation
import Simulator
import Testing

@Suite struct `A suspect recording` {
    @Test func `is listed with the gaps, shown with its task, and acknowledged by name`() async throws {
        try await Desk.with(calls: 4, mix: .plain) { desk in
            let served = desk.simulator.servedRecordings()
            let half = try #require(served.first)
            let whole = try #require(served.last).taskID
            desk.simulator.inject(
                FaultRule(.media, .always, .cut(share: 0.5, tag: .own), pathContains: half.recording.id)
            )
            try await desk.archiveDay()
            let listed = try await desk.run("gaps", "--json").objects
            #expect(listed.map { $0["type"]?.text } == ["suspect", "summary"])
            #expect(listed.first?["task_id"]?.text == half.taskID)
            let text = try await desk.run("gaps").output
            #expect(text.hasPrefix("SUSPECT RECORDINGS\nDAY") && text.contains("1 suspect recording\n"))
            let story = try await desk.run("gaps", "show", half.taskID)
            #expect(story.output.contains("  suspect \(half.recording.id)"))
            func acknowledge(_ arguments: String...) async throws -> Program.Ending {
                try await desk.start(["gaps", "acknowledge"] + arguments).end()
            }
            let unknown = try await acknowledge(half.taskID, "no-such-task", "--note", "x")
            #expect(unknown.status == 66 && unknown.errors.contains("no-such-task is not known; "))
            let other = try await acknowledge(whole, "--note", "x")
            #expect(other.status == 64 && other.errors.contains("\(whole): has no suspect recording"))
            #expect(try await acknowledge(half.taskID).status == 64, "without a note")
            #expect(try await acknowledge("--withdraw", half.taskID).status == 64, "nothing to take back")
            #expect(try await acknowledge(half.taskID, "--note", "case 4711").status == 0)
            #expect(try await desk.run("gaps", "--json").objects.count == 1)
            let csv = try await desk.run("report", "--day", desk.day, "--csv", "suspects").output
            #expect(csv.split(separator: "\r\n").count == 2 && csv.contains("case 4711"))
            let report = try await desk.run("report", "--day", desk.day).output
            #expect(report.contains("SUSPECT\nDAY") && report.contains("case 4711"))
            #expect(try await acknowledge("--withdraw", half.taskID).status == 0)
            #expect(try await desk.run("gaps", "--json").objects.count == 2)
        }
    }
}
