import Foundation
import Simulator
import TestSupport
import Testing

/// Errors with a success status instead of recordings.
@Suite struct `An error in the place of a recording` {
    private static let page =
        "<!DOCTYPE html><html><body>Access was denied. Request 4711 cannot be served.</body></html>"

    private static func encoded(_ encoding: String.Encoding, mark: [UInt8] = []) -> Data {
        Data(mark) + (page.data(using: encoding) ?? Data())
    }

    /// What a gateway, a proxy or a store sends.
    private static let errors: [Data] = [
        encoded(.utf8), encoded(.utf16LittleEndian, mark: [0xFF, 0xFE]), encoded(.utf16BigEndian, mark: [0xFE, 0xFF]),
        encoded(.utf16LittleEndian), encoded(.utf32LittleEndian, mark: [0xFF, 0xFE, 0, 0]),
        encoded(.utf32BigEndian, mark: [0, 0, 0xFE, 0xFF]), encoded(.utf32LittleEndian), encoded(.utf32BigEndian),
    ]

    @Test func `is refused in any encoding, and a later recording is accepted`() async throws {
        try await Desk.with(calls: 12, scale: 0.002, mix: .recorded) { desk in
            let served = desk.simulator.servedRecordings()
            try #require(served.count > Self.errors.count)
            for (number, (recording, _)) in zip(served, Self.errors).enumerated() {
                let rule = FaultRule(
                    .media,
                    .always,
                    .status(200, body: "\(number)"),
                    pathContains: recording.recording.id
                )
                desk.simulator.inject(rule)
            }
            desk.simulator.rewrite { endpoint, body in
                let number = endpoint == .media ? Int(String(decoding: body, as: UTF8.self)) : nil
                return number.map { Self.errors[$0] } ?? body
            }
            let pass = try await desk.run("archive", "--day", desk.day)
            #expect(pass.status == 75, "\(pass.errors)")
            let rows = try await desk.run("list", "--json").objects.filter { $0["type"]?.text == "recording" }
            let failed = rows.filter { $0["state"]?.text == "failed" }
            #expect(
                Set(failed.compactMap { $0["recording_id"]?.text })
                    == Set(served.prefix(Self.errors.count).map(\.recording.id))
            )
            #expect(failed.allSatisfy { $0["reason_code"]?.text == "damaged_at_provider" }, "\(failed)")
            #expect(Set(try await desk.archived()).isSubset(of: desk.offered))
            try await expectAllLater(desk)
        }
    }

    @Test func `is no transcription either`() async throws {
        var mix = CallMix.recorded
        mix.transcriptShare = 1
        let errors = [
            #"{"status":false,"errorCode":124,"errorMessage":"Invalid access token.","result":null}"#,
            #"{"type":"about:blank","title":"Not Found","status":404,"detail":"No such transcript"}"#,
            Self.page,
        ]
        try await Desk.with(calls: 4, scale: 0.002, mix: mix) { desk in
            for error in errors {
                desk.simulator.inject(FaultRule(.media, .always, .status(200, body: error), pathContains: ".json"))
                #expect(try await desk.run("archive", "--day", desk.day, "--retry-failed").status == 75)
                _ = try await desk.run("archive", "--day", desk.day)
                let rows = try await desk.run("list", "--json").objects.filter { $0["type"]?.text == "recording" }
                let texts = rows.filter { $0["kind"]?.text == "transcription" }
                #expect(!texts.isEmpty)
                #expect(texts.allSatisfy { $0["state"]?.text == "failed" && $0["sha256"] == .null }, "\(error)")
                desk.simulator.clearFaults()
            }
            try await expectAllLater(desk)
            let rows = try await desk.run("list", "--json").objects.filter { $0["kind"]?.text == "transcription" }
            #expect(!rows.isEmpty && rows.allSatisfy { $0["state"]?.text == "archived" })
        }
    }

    private func expectAllLater(_ desk: Desk) async throws {
        desk.simulator.clearFaults()
        let later = try await desk.run("archive", "--day", desk.day, "--retry-failed")
        #expect(later.status == 0, "\(later.errors)")
        #expect(try await desk.archived() == desk.offered)
        #expect(try await desk.run("verify").status == 0)
    }
}
