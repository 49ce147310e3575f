import Foundation
import Recordings
import Simulator
import TestSupport
import Testing

/// Commands whose work a running service does: what they print and how they end is as if they had done it.
@Suite struct `Work that is handed to a service` {
    /// Figures and times that differ between any two runs.
    private func comparable(_ ending: Program.Ending, _ desk: Desk) throws -> [[String: JSON]] {
        try ending.objects.filter { $0["type"]?.text == "summary" }.map { line in
            var line = line
            line["archives"] = nil
            line["seconds"] = nil
            line["started_time"] = nil
            line["ended_time"] = nil
            return line.filter { !$0.key.contains("duration") && !$0.key.contains("elapsed") }
        }
    }

    @Test func `archives as if the command had done it`() async throws {
        var summaries: [[[String: JSON]]] = []
        for isServed in [false, true] {
            try await Desk.with { desk in
                let service = isServed ? try await desk.serving().program : nil
                let environment = isServed ? try desk.unable() : [:]
                let ending = try await desk.run("archive", "--day", desk.day, "--json", environment: environment)
                #expect(ending.status == 0, "\(ending.errors)")
                summaries.append(try comparable(ending, desk))
                #expect(try await desk.archived() == desk.offered)
                let text = try await desk.run("archive", "--day", desk.day, environment: environment)
                #expect(text.status == 0 && text.output.contains("acme"), "\(text.errors)")
                try await service?.stopped()
            }
        }
        #expect(summaries[0] == summaries[1])
        #expect(summaries[0].count == 1)
    }

    @Test func `is refused with the code and the words of the command itself`() async throws {
        try await Desk.with(calls: 2) { desk in
            let own = try await desk.run("archive", "--org", "nobody")
            let service = try await desk.serving().program
            let handed = try await desk.run("archive", "--org", "nobody")
            #expect(own.status == 66 && handed.status == 66)
            #expect(try own.complaint == handed.complaint)
            let json = try await desk.run("archive", "--org", "nobody", "--json")
            #expect(try json.objects.last?["error"]?.text?.contains("nobody") == true)
            let future = try await desk.run("archive", "--day", "2999-01-01")
            #expect(future.status == 64, "\(future.errors)")
            try await service.stopped()
        }
    }

    @Test func `fetches what is not held, and archives it`() async throws {
        try await Desk.with { desk in
            let service = try await desk.serving().program
            let task = try #require(desk.simulator.world.tasks().first { !$0.recordings.isEmpty })
            let fetched = try await desk.run("fetch", task.id, "-o", "calls", environment: desk.unable())
            #expect(fetched.status == 0, "\(fetched.errors) \(fetched.output)")
            let sums = try await Program.run("sha256sum", ["-c", "SHA256SUMS"], directory: "\(desk.folder)/calls")
            #expect(sums.status == 0 && sums.output.split(separator: "\n").count == task.recordings.count)
            let listed = try await desk.run("list", "--task", task.id, "--json").objects
            #expect(listed.contains { $0["state"]?.text == "stored" || $0["state"]?.text == "archived" })
            let unknown = try await desk.run("fetch", "no-such-task", "-o", "calls", environment: desk.unable())
            #expect(unknown.status == 66, "\(unknown.errors)")
            try await service.stopped()
        }
    }

    @Test func `repairs what is damaged`() async throws {
        try await Desk.with { desk in
            try await desk.archiveDay()
            let lines = try await desk.run("list", "--json").objects.filter { $0["type"]?.text == "recording" }
            let line = try #require(lines.first { $0["archive"]?.text != nil })
            let offset = UInt64(try #require(line["offset"]?.number)) + 60
            try desk.flipByte(of: try #require(line["archive"]?.text), at: offset)
            #expect(try await desk.run("verify").status == 65)
            let service = try await desk.serving().program
            let repair = try await desk.run("verify", "--repair", environment: desk.unable())
            #expect(repair.status == 0 && repair.output.contains("REPAIRED"), "\(repair.errors) \(repair.output)")
            try await service.stopped()
            #expect(try await desk.run("verify").status == 0)
        }
    }

    @Test func `is on the account of whoever typed the command`() async throws {
        // Another account of the root's group, which is only possible for root.
        guard getuid() == 0 else { return }
        try await Desk.with { desk in
            for path in [desk.folder, desk.root] {
                try FileManager.default.setAttributes([.posixPermissions: 0o775], ofItemAtPath: path)
            }
            let service = try await desk.serving().program
            let entrance = ["setpriv", "--reuid", "54321", "--regid", "\(getgid())", "--clear-groups"]
            let environment = try desk.unable().merging(["SUDO_USER": "ann"]) { $1 }
            let program = try desk.start(["archive", "--day", desk.day], environment: environment, within: entrance)
            let ending = try await program.end()
            #expect(ending.status == 0, "\(ending.errors)")
            let events = try await desk.run("events", "--json").objects
            let actors = events.compactMap { $0["actor"] }.filter { $0["uid"]?.number == 54321 }
            #expect(!actors.isEmpty, "\(events)")
            #expect(actors.allSatisfy { $0["claims"]?["SUDO_USER"]?.text == "ann" })
            try await service.stopped()
        }
    }

    @Test func `ends with the command, and the service goes on`() async throws {
        try await Desk.with(calls: 60, scale: 0.05) { desk in
            let (service, address) = try await desk.serving()
            let program = try desk.start("archive", "--day", desk.day)
            try await eventually("it has begun", every: Patience.look) {
                try await desk.run("status", "--json").objects.contains { $0["type"]?.text == "running" }
                    || !program.isRunning
            }
            program.signal(SIGINT)
            let ending = try await program.end()
            #expect([0, 130].contains(ending.status), "\(ending.errors)")
            #expect(try await Program.run("curl", ["-s", "\(address)/healthz"]).output.contains("ok"))
            let again = try await desk.run("archive", "--day", desk.day)
            #expect(again.status == 0, "\(again.errors)")
            #expect(try await desk.archived() == desk.offered)
            try await service.stopped()
        }
    }

    @Test func `is unfinished if the service dies, and the command then does it itself`() async throws {
        try await Desk.with(calls: 60, scale: 0.05) { desk in
            let service = try await desk.serving().program
            let program = try desk.start("archive", "--day", desk.day)
            try await eventually("it has begun", every: Patience.look) {
                try await desk.run("status", "--json").objects.contains { $0["type"]?.text == "running" }
                    || !program.isRunning
            }
            service.signal(SIGKILL)
            let ending = try await program.end()
            #expect([0, 75].contains(ending.status), "\(ending.errors)")
            if ending.status == 75 { #expect(ending.errors.contains("the service ended before it had finished this")) }
            _ = try await service.end()
            // The socket that it left answers nobody.
            let again = try await desk.run("archive", "--day", desk.day)
            #expect(again.status == 0, "\(again.errors)")
            #expect(try await desk.archived() == desk.offered)
        }
    }

    @Test func `is not possible for what replaces the manifest`() async throws {
        try await Desk.with { desk in
            try await desk.archiveDay()
            let service = try await desk.serving().program
            let refused = try await desk.run("rebuild", "--discard-old")
            #expect(refused.status == 75)
            #expect(try refused.complaint.contains("a service runs over \(desk.root); stop it"))
            try await service.stopped()
            let rebuilt = try await desk.run("rebuild", "--discard-old")
            #expect(rebuilt.status == 0, "\(rebuilt.errors)")
        }
    }

    @Test func `goes to the only service of a root`() async throws {
        try await Desk.with(calls: 0) { desk in
            let service = try await desk.serving().program
            let second = try await desk.run("serve", environment: ["CALLARK_SERVICE_LISTEN": "127.0.0.1:0"])
            #expect(second.status == 75)
            #expect(try second.complaint.contains("another service runs over \(desk.root)"))
            // Only accounts that may write to the root may use the socket.
            let mode = try FileManager.default.attributesOfItem(atPath: "\(desk.root)/service.sock")[.posixPermissions]
            #expect((mode as? Int).map { $0 & 0o077 } == 0)
            try await service.stopped()
            #expect(!FileManager.default.fileExists(atPath: "\(desk.root)/service.sock"))
        }
    }

    @Test func `is possible in a root with a long path`() async throws {
        try await Desk.with(calls: 2) { desk in
            let root = "\(desk.folder)/\(String(repeating: "long", count: 40))/archive"
            let environment = ["CALLARK_ARCHIVE_ROOT": root]
            try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
            try await desk.makeRoot(environment: environment)
            let service = try await desk.serving(environment: environment).program
            let unable = environment.merging(try desk.unable()) { $1 }
            let ending = try await desk.run("archive", "--day", desk.day, environment: unable)
            #expect(ending.status == 0, "\(ending.errors)")
            try await service.stopped()
        }
    }
}
