import DailyArchive
import Files
import Foundation
import Logging
import Manifest
import Recordings
import Simulator
import Testing
import Transfer
@testable import Archiver

@Suite struct `A verification beside a pass` {
    @Test func `finds no fault at any moment of it, and notes what it read`() async throws {
        try await Installation.with(.small(calls: 60, scale: 0.02, mix: .plain)) { here in
            let pass = Task { try await here.pass { $0.rules.downloads.concurrency = 4 } }
            let manifest = SharedManifest(of: here.root)
            let log = ReadingLog(manifest, now: here.now)
            var (looks, archived) = (0, 0)
            let end = ContinuousClock.now + .seconds(300)
            while archived == 0 {
                try #require(ContinuousClock.now < end)
                guard (try? Manifest.exists(at: here.root.manifestPath)) == true,
                    let verification = try? VerificationRun.reading(here.root)
                else {
                    // Not created yet, or not migrated yet.
                    try await Task.sleep(for: .milliseconds(1))
                    continue
                }
                var faults: [String] = []
                let summary = try await verification.run(VerificationRun.Scope()) { report in
                    faults += report.faults.map(\.description)
                    await log.note(report)
                }
                #expect(faults == [])
                looks += 1
                archived += summary.archives
            }
            let result = try await pass.value
            #expect(result.isComplete)
            #expect(looks > 1)
            try await manifest.close()
            #expect(await log.obstacle == nil)
            try await here.expectWhole()
        }
    }

    @Test func `also reads what is sealed while it runs`() async throws {
        try await Installation.with(.small(days: ["2025-11-19", "2025-11-20"], calls: 3, mix: .plain)) { here in
            try await here.pass(.day(try #require(ArchiveDay("2025-11-19"))))
            var read: [ArchiveName] = []
            let summary = try await VerificationRun.reading(here.root).run(VerificationRun.Scope()) { report in
                if read.isEmpty {
                    let pass = try await here.pass()
                    #expect(pass.isComplete)
                }
                #expect(report.faults.isEmpty)
                if let name = report.name { read.append(name) }
            }
            #expect(try read == here.root.archives.list() && read.count == 2)
            #expect(summary.archives == 2 && summary.faults == 0)
            #expect(try await summary.recordings == here.recordings().count)
        }
    }
}
