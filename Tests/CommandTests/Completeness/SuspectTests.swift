import Foundation
import TestSupport
import Testing

@testable import Simulator

/// Every command that a person looks at reports recordings that are held but suspect.
@Suite struct `Half a recording` {
    /// Keeps alarms about a test machine's disk out of the test.
    private static let roomy = ["CALLARK_ALARMS_FREE_BYTES": "0"]

    @Test func `is reported until somebody acknowledges it, and again until it comes whole`() async throws {
        try await Desk.with(calls: 6, scale: 0.05, mix: .plain) { desk in
            let streaming: [WaveLayout] = [.streamingZero, .streamingMaximum]
            let withLength = desk.simulator.servedRecordings().filter { !streaming.contains($0.held.sound.layout) }
            let served = try #require(withLength.first)
            let (id, task) = (served.recording.id, served.taskID)
            desk.simulator.inject(FaultRule(.media, .always, .cut(share: 0.5, tag: .own), pathContains: id))
            let pass = try await desk.run("archive", "--day", desk.day, "--json")
            #expect(pass.status == 0, "\(pass.errors)")
            #expect(try pass.objects.last?["recordings"]?["suspect"] == .number(1))

            let rows = try await desk.run("list", "--state", "suspect", "--json").objects
                .filter { $0["type"]?.text == "recording" }
            #expect(rows.map { $0["recording_id"]?.text } == [id])
            #expect(rows.first?["suspect"]?.text?.isEmpty == false)
            let gaps = try await desk.run("gaps", "--json").objects
            #expect(gaps.filter { $0["type"]?.text == "suspect" }.map { $0["recording_id"]?.text } == [id])
            let days = try await desk.run("status", "--json").objects.filter { $0["type"]?.text == "day" }
            #expect(days.compactMap { $0["suspect"]?.number } == [1])
            for command in [["gaps"], ["report", "--day", desk.day], ["report", "--day", desk.day, "--json"]] {
                let told = try await desk.start(command).end()
                #expect(told.output.lowercased().contains("suspect"), "\(command)")
                #expect(told.output.contains(task), "\(command)")
            }

            let check = try await desk.run("status", "--check", environment: Self.roomy)
            #expect(check.status == 75)
            #expect(check.output.contains("WARNING acme recordings_suspect: 1 recording is held and suspect"))
            let alarms = try await desk.run("status", "--check", "--json", environment: Self.roomy).objects
            let alarm = try #require(alarms.first { $0["code"]?.text == "recordings_suspect" })
            let command = try #require(alarm["command"]?.text).split(separator: " ").dropFirst().map(String.init)
            let named = try await desk.start(command).end()
            #expect(named.status == 0 && named.output.contains(task), "\(named.output)")
            let known = try await desk.run("gaps", "acknowledge", task, "--note", "case 4711")
            #expect(known.status == 0, "\(known.errors)")
            let after = try await desk.run("status", "--check", environment: Self.roomy)
            #expect(!after.output.contains("recordings_suspect"))
            #expect(try await desk.run("report", "--day", desk.day, "--json").output.contains("case 4711"))
            #expect(try await desk.run("list", "--state", "suspect", "--json").output.contains(id))
            #expect(try await desk.run("gaps", "acknowledge", "--withdraw", task).status == 0)
            let withdrawn = try await desk.run("status", "--check", environment: Self.roomy)
            #expect(withdrawn.output.contains("recordings_suspect"))

            desk.simulator.clearFaults()
            #expect(try await desk.run("archive", "--day", desk.day).status == 0)
            #expect(Set(try await desk.archived()).isSuperset(of: desk.offered))
            let whole = try await desk.run("status", "--check", environment: Self.roomy)
            #expect(!whole.output.contains("recordings_suspect"))
            #expect(try await desk.run("verify").status == 0)
        }
    }
}
