import Archiver
import Files
import Foundation
import Manifest
import Recordings
import Settings
import Simulator
import Testing

@testable import Service
@testable import Wiring

/// What a vault is told before a recording is sent.
@Suite struct `A recording in a vault` {
    private struct Nothing: ByteSource {
        let name = "nothing"
        let byteCount: Int64

        func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(ArchiveError) -> Int { 0 }

        func expect(_ use: ByteUse) {}
    }

    @Test func `is announced unless two readers would displace what each other has fetched`() async throws {
        try await Office.with { office in
            let manifest = try await office.installation.manifest.forWriting()
            let acme = try #require(office.installation.settings.organizations.first?.name)
            let task = try #require(TaskID(try office.firstTask.id))
            var held = try #require(try await manifest.recordings(of: task, organization: acme).first?.held)
            let (small, large): (Int64, Int64) = (HeldFile.answerBytes, HeldFile.answerBytes + 1)
            let part: Range<Int64> = 1000..<2000
            let cases: [(size: Int64, range: Range<Int64>, isKnownSound: Bool, announced: Range<Int64>?)] = [
                (small, part, true, part), (small, part, false, 0..<small), (small, 0..<small, false, 0..<small),
                (large, part, true, part), (large, part, false, nil), (large, 0..<large, false, 0..<large),
            ]
            for each in cases {
                held.byteCount = each.size
                let file = HeldFile(held, Nothing(byteCount: held.offset + each.size))
                let stream = AudioStream(file: file, range: each.range, isKnownSound: each.isKnownSound) { _ in }
                #expect(stream.announced == each.announced, "\(each)")
            }
        }
    }
}
