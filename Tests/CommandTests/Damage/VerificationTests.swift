import Foundation
import TestSupport
import Testing
@testable import Simulator

/// What `verify` checks besides what it reads, and what it says about files that are not archives.
@Suite struct `A verification` {
    @Test(arguments: [true, false]) func `of a share ends with 65 if another archive is missing or of another size`(
        isMissing: Bool
    ) async throws {
        try await Desk.with(calls: 2, earlier: [2, 1], mix: .plain) { desk in
            let days = desk.simulator.world.days
            for day in days { try #require(try await desk.run("archive", "--day", day).status == 0) }
            #expect(try await desk.run("verify", "--share", "1/1000").status == 0)
            let path = try #require(try desk.archives().last)
            let bytes = try Data(contentsOf: URL(filePath: path))
            try FileManager.default.removeItem(atPath: path)
            if !isMissing { try (bytes + Data(count: 512)).write(to: URL(filePath: path)) }
            for _ in 0..<3 {
                let share = try await desk.run("verify", "--share", "1/1000")
                #expect(share.status == 65, "\(share.output)")
                let name = URL(filePath: path).deletingPathExtension().lastPathComponent
                #expect(share.output.contains("DAMAGED   \(name)"), "\(share.output)")
            }
            #expect(try await desk.run("verify", "--share", "1/1000", "--day", days[0]).status == 0, "another day")
        }
    }

    @Test func `of a file that is no archive says so, and repeats what was asked`() async throws {
        try await Desk.with(calls: 2, mix: .plain) { desk in
            try await desk.archiveDay()
            for (name, text) in [("READ ME.md", "# Callark\n"), ("empty", "")] {
                try desk.write(name, text)
                let ending = try await desk.run("verify", name)
                #expect(ending.status == 65)
                #expect(ending.output.hasPrefix("UNKNOWN   \(name) is not a daily archive\n"), "\(ending.output)")
                #expect(!ending.output.contains("-v"), "nothing more is to be seen")
                let fault = try await desk.run("verify", name, "--json").objects.first
                #expect(fault?["kind"]?.text == "not_an_archive")
            }
            let path = try #require(try desk.archives().first)
            let copy = "\(desk.folder)/a copy.tar"
            try FileManager.default.copyItem(atPath: path, toPath: copy)
            let renamed = try await desk.run("verify", copy)
            #expect(renamed.output.contains("a copy.tar.sha256 is missing, and 1 more"), "\(renamed.output)")
            #expect(renamed.output.contains("run `callark verify -v '\(copy)'`"), "\(renamed.output)")
        }
    }

    @Test func `ends what a repair began if the lost file is put back`() async throws {
        try await Desk.with(calls: 3, mix: .plain) { desk in
            try await desk.archiveDay()
            let path = try #require(try desk.archives().first)
            let aside = "\(desk.folder)/aside.tar"
            try FileManager.default.moveItem(atPath: path, toPath: aside)
            #expect(try await desk.run("verify", "--repair").status == 0)
            func states() async throws -> [String] {
                let day = try await desk.run("report", "--day", desk.day, "--json").objects
                    .first { $0["type"]?.text == "day" }
                return day?["archives"]?.list.compactMap { $0["state"]?.text } ?? []
            }
            #expect(try await states() == ["repaired", "sound"])
            try FileManager.default.moveItem(atPath: aside, toPath: path)
            #expect(try await states() == ["repaired", "sound"], "nobody has read it")
            let verified = try await desk.run("verify")
            #expect(verified.status == 0 && verified.output.contains("OK        acme-\(desk.day)-001"))
            #expect(try await states() == ["sound", "sound"])
            let text = try await desk.run("report", "--day", desk.day).output
            #expect(text.contains(" superseded by acme-\(desk.day)-002"), "\(text)")
            #expect(!text.contains("as sealed;") && !text.contains("REPAIRED"))
            // Both copies are equally good.
            let second = try #require(try desk.archives().last)
            try FileManager.default.removeItem(atPath: second)
            desk.simulator.resetCounters()
            let repair = try await desk.run("verify", "--repair")
            #expect(repair.status == 0, "\(repair.errors) \(repair.output)")
            #expect(desk.simulator.counters.requests(to: .media) == 0)
            #expect(try await desk.archived() == desk.offered)
            #expect(try await states() == ["sound", "repaired"])
        }
    }
}
