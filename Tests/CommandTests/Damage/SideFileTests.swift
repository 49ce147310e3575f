import Foundation
import TestSupport
import Testing
@testable import Simulator

/// The `.sha256` file next to a sealed archive.
@Suite struct `A checksum file` {
    enum Fault: String, CaseIterable { case missing, ofOther, garbled }

    @Test(arguments: Fault.allCases)
    func `that is missing or wrong is written anew beside a whole archive, and that is all`(
        fault: Fault
    ) async throws {
        try await Desk.with(calls: 3, mix: .plain) { desk in
            try await desk.archiveDay()
            let path = try #require(try desk.archives().first)
            let side = "\(path).sha256"
            let text = try String(contentsOfFile: side, encoding: .utf8)
            try FileManager.default.removeItem(atPath: side)
            switch fault {
            case .missing: break
            case .ofOther: try String(text.reversed()).write(toFile: side, atomically: true, encoding: .utf8)
            case .garbled:
                let other = String(repeating: "0", count: 64) + text.dropFirst(64)
                try other.write(toFile: side, atomically: true, encoding: .utf8)
            }
            let verified = try await desk.run("verify", "--day", desk.day)
            #expect(verified.status == 65)
            #expect(!verified.output.contains("the file.sha256"), "\(verified.output)")
            #expect(verified.output.contains("acme-\(desk.day)-001.tar.sha256"), "\(verified.output)")
            #expect(verified.output.contains("run `callark verify -v --day \(desk.day)`"))
            for text in [
                try await desk.run("status", "--check").output, try await desk.run("report", "--day", desk.day).output,
            ] {
                #expect(text.contains("callark verify --repair --org acme"), "\(text)")
                #expect(!text.contains("from a backup"), "\(text)")
            }
            desk.simulator.resetCounters()
            let repair = try await desk.run("verify", "--repair", "--json")
            #expect(repair.status == 0, "\(repair.errors) \(repair.output)")
            #expect(try repair.objects.last?["side_files"]?.number == 1)
            #expect(try repair.objects.last?["damaged"]?.number == 0)
            #expect(try String(contentsOfFile: side, encoding: .utf8) == text)
            let mode = try FileManager.default.attributesOfItem(atPath: side)[.posixPermissions] as? Int
            #expect(mode == 0o440)
            #expect(desk.simulator.counters.requests(to: .captures) == 0)
            #expect(try desk.archives().count == 1)
            #expect(try await desk.run("verify").status == 0)
            #expect(try await !desk.run("status", "--check").output.contains("archives_damaged"))
            try await desk.archiveDay()
            #expect(try await desk.run("report", "--day", desk.day).output.contains("closed"))
        }
    }
}
