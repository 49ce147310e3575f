import Foundation
import Simulator
import TestSupport
import Testing

/// A person may decide to keep what Callark cannot read.
@Suite struct `A recording in no known format` {
    /// Control characters: neither a container nor a text begins like this.
    private static let body = String(String.UnicodeScalarView((0..<400).map { Unicode.Scalar(UInt8($0 * 7 % 8 + 14)) }))

    @Test func `is refused, and held with a suspicion if a person asks for it`() async throws {
        try await Desk.with(calls: 4, mix: .plain) { desk in
            let served = try #require(desk.simulator.servedRecordings().first)
            desk.simulator.inject(
                FaultRule(.media, .always, .status(200, body: Self.body), pathContains: served.recording.id)
            )
            #expect(try await desk.run("archive", "--day", desk.day).status == 75)
            let failed = try await desk.run("list", "--state", "failed", "--json").objects
            #expect(failed.first?["recording_id"]?.text == served.recording.id)
            #expect(failed.first?["reason"]?.text?.contains("callark fetch --accept-unknown") == true)
            let out = "\(desk.folder)/out"
            #expect(try await desk.run("fetch", served.taskID, "-o", out).status == 75)
            #expect(
                (try? FileManager.default.subpathsOfDirectory(atPath: out))?.contains { $0.hasSuffix(".wav") } != true
            )

            let held = try await desk.run("fetch", served.taskID, "--accept-unknown", "-o", "\(out)-2")
            #expect(held.status == 0, "\(held.errors)")
            let bytes = try FileManager.default.subpathsOfDirectory(atPath: "\(out)-2").compactMap {
                FileManager.default.contents(atPath: "\(out)-2/\($0)")
            }
            #expect(bytes.contains(Data(Self.body.utf8)))
            let suspects = try await desk.run("list", "--state", "suspect", "--json").objects
            #expect(suspects.first?["recording_id"]?.text == served.recording.id)
            #expect(try await desk.run("archive", "--day", desk.day).status == 0)
            #expect(try await desk.run("verify").status == 0)
        }
    }

    @Test func `is never a page of text`() async throws {
        try await Desk.with(calls: 2, mix: .plain) { desk in
            let served = try #require(desk.simulator.servedRecordings().first)
            desk.simulator.inject(FaultRule(.media, .always, .html200, pathContains: served.recording.id))
            let ending = try await desk.run("fetch", served.taskID, "--accept-unknown", "-o", "\(desk.folder)/out")
            #expect(ending.status == 75)
            #expect(try await desk.archived().isEmpty)
        }
    }
}
