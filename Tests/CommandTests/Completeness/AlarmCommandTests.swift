import Foundation
import Simulator
import TestSupport
import Testing

/// Each alarm names the command that ends it: raised by the commands themselves, and ended by exactly that command.
/// `How things stand` and `Authorisation` test the others.
@Suite struct `An alarm's command` {
    /// A day that ended before yesterday has been over for long enough, and nothing else looks for calls.
    private static let alone = [
        "CALLARK_ALARMS_FREE_BYTES": "0", "CALLARK_ALARMS_OPEN_DAY_DAYS": "1",
        "CALLARK_ORG_ACME_CROSS_CHECK_ACTIVITIES": "false", "CALLARK_ORG_ACME_CROSS_CHECK_STATISTICS": "false",
        "CALLARK_ORG_ACME_CROSS_CHECK_SEARCH": "false",
    ]

    @Test func `of another source that differs has the day compared again`() async throws {
        try await Desk.with(calls: 20, mix: .plain) { desk in
            let searching = Self.alone.merging(["CALLARK_ORG_ACME_CROSS_CHECK_SEARCH": "true"]) { $1 }
            desk.simulator.change { $0.tasks.hiddenShare = 0.4 }
            let pass = try await desk.run("archive", environment: searching)
            #expect(pass.status == 0, "\(pass.errors)")
            let alarms = try await desk.alarms(searching)
            #expect(alarms.codes == ["witness_differs"])
            #expect(alarms.status == 75)
            let told = try #require(alarms["witness_differs"]?["message"]?.text)
            #expect(told.hasPrefix("1 day differs from Search, the oldest \(desk.day), which ends by itself at "))
            #expect(try await desk.end("witness_differs", searching).status == 0)
            #expect(try await desk.alarms(searching).codes == [])
        }
    }

    @Test func `of a day that is far too quiet has it listed again`() async throws {
        try await Desk.with(calls: 6, earlier: [21, 14, 7], mix: .plain) { desk in
            let first = try #require(desk.simulator.world.days.first)
            let before = try await desk.run("archive", "--from", first, "--to", desk.day, environment: Self.alone)
            #expect(before.status == 0, "\(before.errors)")
            desk.simulator.change { $0.tasks.hiddenShare = 1 }
            #expect(try await desk.run("archive", environment: Self.alone).status == 0)
            let quiet = try await desk.alarms(Self.alone)
            #expect(quiet.codes == ["volume_low", "volume_low"], "of tasks, and of recordings")
            #expect(quiet.lines.allSatisfy { $0["severity"]?.text == "critical" })
            let told = quiet.lines.compactMap { $0["message"]?.text }
            #expect(told.first?.hasPrefix("\(desk.day) has 0 tasks, where its weekday usually has 6; ") == true)
            #expect(told.last?.hasPrefix("\(desk.day) has 0 recordings, where its weekday usually has ") == true)
            desk.simulator.change { $0.tasks.hiddenShare = 0 }
            #expect(try await desk.end("volume_low", Self.alone).status == 0)
            #expect(try await desk.alarms(Self.alone).codes == [])
            #expect(try await desk.archived() == desk.offered)
        }
    }

    /// No command of Callark's can make room on a disk.
    @Test(.needs("the right to mount", SmallDisk.isPossible))
    func `of a disk that is nearly full ends with enough free bytes, and says how many`() async throws {
        try await Desk.with(calls: 2, mix: .plain) { desk in
            let disk = try await SmallDisk(at: "\(desk.folder)/small", "size=16m")
            var root = Root(desk, "small", offered: desk.offered)
            root.entrance = disk.entrance
            try await root.make()
            #expect(try await root.run(["archive"]).status == 0)
            func alarms(_ minimum: Int) async throws -> [[String: JSON]] {
                let rules = [
                    "CALLARK_ALARMS_FREE_BYTES": "\(8 << 20)", "CALLARK_ARCHIVE_MINIMUM_FREE_BYTES": "\(minimum)",
                ]
                let check = try await root.run(["status", "--check", "--json"], environment: rules)
                let lines = try check.objects.filter { $0["type"]?.text == "alarm" }
                #expect(check.status == (lines.isEmpty ? 0 : 74))
                return lines
            }
            #expect(try await alarms(0).isEmpty)
            try await disk.shell("head -c 10m /dev/zero > \(disk.path)/ballast")
            for (minimum, severity, consequence) in [
                (0, "warning", ": free "), (7 << 20, "critical", ", and passes download nothing below "),
            ] {
                let alarm = try #require(try await alarms(minimum).first)
                #expect(alarm["code"]?.text == "disk_low" && alarm["severity"]?.text == severity)
                #expect(alarm["command"] == nil)
                let told = try #require(alarm["message"]?.text)
                #expect(told.contains(" MB are free at \(root.path)\(consequence)"), "\(told)")
            }
            let told = try #require(try await alarms(0).first?["message"]?.text)
            let megabytes = try #require(told.firstMatch(of: #/free ([0-9.]+) MB there$/#)?.output.1)
            // What it asks for is enough, although it is rounded.
            let bytes = Int(try #require(Double(megabytes)) * 1e6)
            try await disk.shell("truncate -s -\(bytes) \(disk.path)/ballast")
            #expect(try await alarms(0).isEmpty)
        }
    }
}
