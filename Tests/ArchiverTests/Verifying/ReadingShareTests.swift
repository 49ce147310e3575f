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

/// `verify --share`: the archives read longest ago come first.
@Suite struct `A share of the archives` {
    private func read(_ here: Installation, _ share: String) async throws -> [ArchiveName] {
        var read: [ArchiveName] = []
        let manifest = SharedManifest(of: here.root)
        let log = ReadingLog(manifest, now: here.now)
        let part = try #require(ReadingShare(share))
        let scope = VerificationRun.Scope(share: part)
        _ = try await VerificationRun.reading(here.root).run(scope) { report in
            if let name = report.name { read.append(name) }
            await log.note(report)
        }
        try await manifest.close()
        #expect(await log.obstacle == nil)
        return read
    }

    private func archived(_ here: Installation) async throws -> [ArchiveName] {
        try await here.pass(.sinceLastPass)
        let names = try here.root.archives.list()
        try #require(names.count == 5)
        return names
    }

    private static let days = ["2025-11-16", "2025-11-17", "2025-11-18", "2025-11-19", "2025-11-20"]

    @Test func `read every day has read everything, however uneven the days are`() async throws {
        try await Installation.with(.small(days: Self.days, calls: 3, mix: .plain)) { here in
            let names = try await archived(here)
            var all: [ArchiveName] = []
            for day in 0..<5 {
                here.simulator.clock.advance(by: .seconds(86_400))
                let read = try await read(here, "1/5")
                #expect(!read.isEmpty, "day \(day)")
                all += read
            }
            #expect(Set(all) == Set(names))
            #expect(try await read(here, "100%") == names, "in their order, however they were read")
            let manifest = try Manifest(of: here.root, mode: .readOnly)
            let status = try await manifest.readingStatus(here.organization)
            #expect(try #require(status.allReadSince) >= here.now() - .hours(5 * 24))
            try manifest.close()
            #expect(try await read(here, "1/1").count == 5)
            #expect(try await read(here, "1/1000000").count == 1, "never nothing")
        }
    }

    @Test func `takes along what had a fault the last time, and what the manifest does not know`() async throws {
        try await Installation.with(.small(days: Self.days, calls: 3, mix: .plain)) { here in
            let names = try await archived(here)
            let sideFile = here.root.archivePath(names[4]) + ".sha256"
            try FileManager.default.moveItem(atPath: sideFile, toPath: sideFile + ".aside")
            _ = try await read(here, "100%")
            for _ in 0..<3 { #expect(try await read(here, "1%").contains(names[4])) }
            try FileManager.default.moveItem(atPath: sideFile + ".aside", toPath: sideFile)
            #expect(try await read(here, "1%").contains(names[4]))
            #expect(try await read(here, "1%").contains(names[4]) == false, "it is sound again")
        }
    }

    @Test(arguments: ["1/30", "5%", "100%", "3/7", "1/1"]) func `is a part of the whole`(text: String) throws {
        let share = try #require(ReadingShare(text))
        for total in [0, 1, 29, 30, 31, 1000, 9_000_000_000_000_000] as [Int64] {
            let bytes = share.bytes(of: total)
            #expect(bytes <= total)
            #expect(Double(bytes) >= Double(total) * Double(share.numerator) / Double(share.denominator) - 2)
            if total > 0 { #expect(bytes > 0) }
        }
    }

    @Test(arguments: ["0/30", "2/1", "1/0", "-1/3", "1", "", "%", "0%", "101%", "1/2/3", "a/b", "1/9999999"])
    func `is nothing else`(text: String) {
        #expect(ReadingShare(text) == nil)
    }
}
